"""Tables of people: persons and grants, access, records."""
