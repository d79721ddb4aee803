"""Tables of exams: exams and their forms, attempts and their answers."""
