"""Uploaded files: stored once per content, checked for what they are, read only through the right to see them."""
