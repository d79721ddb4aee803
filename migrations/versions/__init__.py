"""One file a revision, newest last."""
