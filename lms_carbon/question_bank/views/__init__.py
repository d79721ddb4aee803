"""The pages of the question bank."""
