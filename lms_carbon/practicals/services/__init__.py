"""Tasks, practicals, sheets, handing in."""
