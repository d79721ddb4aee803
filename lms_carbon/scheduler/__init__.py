"""The process that decides when jobs run. Where they run: in its own pool on SQLite, in workers on PostgreSQL.

Any number of these processes may run: the jobs take their work from rows by compare-and-swap.
"""
