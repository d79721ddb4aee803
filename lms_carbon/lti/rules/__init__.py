"""What holds in LTI without a database: claims, roles, addresses, scores."""
