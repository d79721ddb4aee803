"""Pages of exams: the start page, the runner, receipts, and the officers' desk."""
