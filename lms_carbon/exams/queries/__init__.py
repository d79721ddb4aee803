"""Reading exams: papers, standings, lists for officers."""
