"""The marking queue, the marking page, decisions."""
