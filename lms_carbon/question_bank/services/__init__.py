"""Writing questions: drafts, review, samples."""
