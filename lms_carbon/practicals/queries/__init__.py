"""Reading practicals: tasks, sheets, standings, all through the rights of `policy`."""
