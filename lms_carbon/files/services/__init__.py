"""Taking files in, and letting go of them."""
