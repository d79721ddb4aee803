"""Writing exams: forms, attempts, answers, submissions."""
