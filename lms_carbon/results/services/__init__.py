"""Aggregating, withholding, publishing, regrading."""
