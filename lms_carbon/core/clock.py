"""The one source of the application's time; deadlines use the database's clock (`core.db.database_now`)."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)
