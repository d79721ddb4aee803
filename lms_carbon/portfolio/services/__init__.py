"""Reviews, portfolios, evidence, handing in."""
