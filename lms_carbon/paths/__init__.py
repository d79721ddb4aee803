"""Learning paths (A.2): activities by stage and mode, what a candidate lacks, and how far they are."""
