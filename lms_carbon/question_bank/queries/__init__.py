"""Reading questions: lists, one question, statements to tag, what exams may use."""
