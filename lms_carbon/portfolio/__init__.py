"""Portfolio review (成果评价, B.1): evidence for practice requirements, handed in and judged by rubric."""
