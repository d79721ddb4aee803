"""Measurements against baselines of the same run; each prints JSON."""
