"""lms_carbon: the assessment of T/MIITEC 020-2024 as an LTI 1.3 tool for Moodle and Canvas."""
