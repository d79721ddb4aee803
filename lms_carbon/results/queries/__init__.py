"""Reading aggregations, publications and results."""
