"""Institutions, persons, how they get in, what they may do, what was done, and what they are told.

Nouns: institution, person, identity, role grant, session, invitation, sign-in link, second factor, handoff, audit
entry, message, mail. Everyone above may use its services and queries.
"""
