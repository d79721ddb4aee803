"""The officers' desk of cycles: planning, candidates, the board."""
