"""The pages of LTI. `routes` is the index."""
