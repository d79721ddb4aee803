"""Tables of LTI: registrations and keys, launches and where they came from, line items and scores."""
