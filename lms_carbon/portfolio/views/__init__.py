"""Pages of portfolios: the candidate's and the officers'."""
