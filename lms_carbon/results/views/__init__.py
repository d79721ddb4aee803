"""Officers' board and publication, and the candidate's result."""
