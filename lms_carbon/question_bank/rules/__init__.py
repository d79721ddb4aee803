"""What holds of questions without a database: states, what review asks, differences, what answers earn."""
