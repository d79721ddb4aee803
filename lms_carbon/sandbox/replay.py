"""What may be used once only: client assertions and deep linking nonces."""

import sqlite3


def spend(db: sqlite3.Connection, *, kind: str, client_id: str, value: str, until: float, at: float) -> bool:
    """Whether `value` is used for the first time; remembered until `until` (Unix seconds)."""
    db.execute("DELETE FROM spent WHERE expires_at < ?", (at,))
    added = db.execute(
        "INSERT INTO spent (kind, client_id, value, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (kind, client_id, value, until),
    )
    return added.rowcount == 1
