"""Writes of LTI: registrations, logins, launches, scores."""
