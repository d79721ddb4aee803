"""Our own sheet: a row for each question, so that many can be edited side by side."""
