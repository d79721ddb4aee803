"""What people's rows go through: acts, sessions, persons, grants, links, letters."""
