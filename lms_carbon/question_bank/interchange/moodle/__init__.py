"""Moodle XML: the questions of a Moodle question bank, with their pictures and tags."""
