"""What `make run` starts: the tool, its scheduler and a sandbox LMS, with people and content to try."""
