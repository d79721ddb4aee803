"""Scripts for those who develop the product; not part of the wheel."""
