"""Pure rules of exams: states, what a page may send, scoring and receipts."""
