"""Rubrics, who marks what, original marks, and how two marks become one (DESIGN §2, §3)."""
