"""Making paths, marking progress, confirming it."""
