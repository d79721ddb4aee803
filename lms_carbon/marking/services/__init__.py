"""Writing marks: taking a work, marking, finishing, settling."""
