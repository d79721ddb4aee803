"""Practical assessment (实验考核, B.1): tasks, data sets drawn for each candidate, sheets handed in."""
