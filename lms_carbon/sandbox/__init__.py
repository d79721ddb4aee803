"""A small LMS that speaks LTI 1.3 as a platform; a program of its own that knows nothing of the tool's code."""
