"""GIFT: Moodle's format of questions as plain text."""
