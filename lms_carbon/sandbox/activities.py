"""The activities of a course, which LTI calls resource links."""

import json
import sqlite3
from dataclasses import dataclass

from lms_carbon.sandbox.config import Text
from lms_carbon.sandbox.state import dump


@dataclass(frozen=True)
class Placed:
    """An activity as it stands in a course; `dates` maps `available` and `submission` to their start and end."""

    resource_link_id: str
    course_id: str
    client_id: str
    title: Text
    note: Text
    target_link_uri: str
    custom: dict[str, str]
    dates: dict[str, dict[str, str]]
    history: tuple[str, ...] = ()
    """Links that this one is a copy of, the nearest first."""


def _placed(row: sqlite3.Row) -> Placed:
    return Placed(
        resource_link_id=row["resource_link_id"],
        course_id=row["course_id"],
        client_id=row["client_id"],
        title=json.loads(row["title"]),
        note=json.loads(row["note"]),
        target_link_uri=row["target_link_uri"],
        custom=json.loads(row["custom"]),
        dates=json.loads(row["dates"]),
        history=tuple(json.loads(row["history"])),
    )


def find_activity(db: sqlite3.Connection, resource_link_id: str) -> Placed | None:
    """The activity with that resource link id."""
    row = db.execute("SELECT * FROM activity WHERE resource_link_id = ?", (resource_link_id,)).fetchone()
    return _placed(row) if row is not None else None


def list_activities(db: sqlite3.Connection, course_id: str) -> list[Placed]:
    """The course's activities in their order."""
    rows = db.execute("SELECT * FROM activity WHERE course_id = ? ORDER BY position, rowid", (course_id,))
    return [_placed(row) for row in rows]


def list_origins(db: sqlite3.Connection, course_id: str) -> list[str]:
    """Ids of the courses that this one was copied from, the latest first."""
    rows = db.execute("SELECT from_course_id FROM course_copy WHERE course_id = ? ORDER BY id DESC", (course_id,))
    return [row["from_course_id"] for row in rows]


def note_origin(db: sqlite3.Connection, *, course_id: str, from_course_id: str) -> None:
    """Remember that a course was copied into another, which takes over where the first came from."""
    for origin in (*reversed(list_origins(db, from_course_id)), from_course_id):
        db.execute("DELETE FROM course_copy WHERE course_id = ? AND from_course_id = ?", (course_id, origin))
        db.execute("INSERT INTO course_copy (course_id, from_course_id) VALUES (?, ?)", (course_id, origin))


def add_activity(db: sqlite3.Connection, activity: Placed) -> None:
    """Put an activity at the end of its course."""
    db.execute(
        "INSERT INTO activity (resource_link_id, course_id, client_id, position, title, note, target_link_uri,"
        " custom, dates, history, seeded)"
        " SELECT ?, ?, ?, COALESCE(MAX(position), 0) + 1, ?, ?, ?, ?, ?, ?, 0"
        " FROM activity WHERE course_id = ?",
        (
            activity.resource_link_id,
            activity.course_id,
            activity.client_id,
            dump(activity.title),
            dump(activity.note),
            activity.target_link_uri,
            dump(activity.custom),
            dump(activity.dates),
            dump(activity.history),
            activity.course_id,
        ),
    )
