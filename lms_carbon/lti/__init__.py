"""LTI 1.3: registrations, launches, courses and resource links, line items, and the outbox of scores.

PyLTI1p3 is used here and nowhere else. What comes out is a `Launch` row and a session.
"""
