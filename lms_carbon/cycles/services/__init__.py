"""Writing cycles: planning, entering candidates, booking marks, releasing scores."""
