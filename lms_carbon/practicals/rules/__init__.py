"""Pure rules of practicals: what a task holds, drawing data sets, scoring checkpoints."""
