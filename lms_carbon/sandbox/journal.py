"""The log of what platform and tool said to each other, with tokens decoded."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any, Final

from lms_carbon.sandbox.state import dump

KEPT: Final = 2000  # entries; older ones go
DETAIL_LIMIT: Final = 8000  # characters of one entry's detail
TO_TOOL: Final = "to_tool"
FROM_TOOL: Final = "from_tool"


@dataclass(frozen=True)
class Entry:
    """One thing that was said. `at` is in Unix seconds, `detail` what was in it, ready to show."""

    id: int
    at: float
    direction: str
    kind: str
    status: int
    summary: str
    detail: str


def note(
    db: sqlite3.Connection,
    *,
    at: float,
    direction: str,
    kind: str,
    status: int,
    summary: str,
    detail: Any = None,
) -> None:
    """Add an entry; `detail` is any JSON value, shown indented and cut when it is very long."""
    text = "" if detail is None else json.dumps(detail, ensure_ascii=False, indent=1)
    if len(text) > DETAIL_LIMIT:
        text = text[:DETAIL_LIMIT] + " …"
    added = db.execute(
        "INSERT INTO journal (at, direction, kind, status, summary, detail) VALUES (?, ?, ?, ?, ?, ?)",
        (at, direction, kind, status, summary[:400], text),
    ).lastrowid
    if added is not None and added % 100 == 0:
        db.execute("DELETE FROM journal WHERE id <= ?", (added - KEPT,))


def list_entries(db: sqlite3.Connection, *, limit: int = 60) -> list[Entry]:
    """The newest entries first."""
    rows = db.execute("SELECT * FROM journal ORDER BY id DESC LIMIT ?", (limit,))
    return [Entry(**dict(row)) for row in rows]


def shorten(value: Any) -> str:
    """One line of JSON for a summary."""
    return dump(value)[:200]
