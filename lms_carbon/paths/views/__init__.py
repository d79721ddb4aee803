"""The path page, its activities, and the confirmations of mentors."""
