"""What every package stands on: settings, database, transactions, clock, errors, hooks, jobs, web and command line.

Knows nothing of assessment. Imported by all, imports none of its siblings.
"""
