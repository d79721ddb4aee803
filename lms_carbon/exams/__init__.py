"""Written exams: forms frozen from approved questions, attempts that lose nothing, scoring into the ledger."""
