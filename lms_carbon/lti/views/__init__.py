"""The pages of LTI. `urls` is the index."""
