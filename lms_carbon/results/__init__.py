"""Results: policies, aggregation of the ledger, levels and their publication (DESIGN §3)."""
