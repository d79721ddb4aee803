"""Launches under way: what an lti_message_hint stands for until the tool asks for the id_token."""

import json
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Final

from lms_carbon.sandbox.state import dump

LAUNCH_SECONDS: Final = 600  # how long a login may take
RESOURCE: Final = "resource"
DEEP_LINK: Final = "deep_link"
REVIEW: Final = "review"


@dataclass(frozen=True)
class Launch:
    """Who opens what. `kind` is RESOURCE, DEEP_LINK or REVIEW; times are Unix seconds."""

    id: str
    kind: str
    sub: str
    course_id: str
    resource_link_id: str | None
    client_id: str
    document_target: str
    language: str
    created_at: float
    used_at: float | None
    answered_at: float | None
    line_item_id: int | None = None
    """The column from which a work is asked for, and whose work."""
    for_sub: str | None = None
    target_link_uri: str | None = None
    """Where it leads, where not to the activity's own address."""

    @property
    def hint(self) -> str:
        """The lti_message_hint: a JSON string, as Moodle's is, which a tool must hand back as it came."""
        return dump({"launch": self.id})


def begin_launch(
    db: sqlite3.Connection,
    *,
    kind: str,
    sub: str,
    course_id: str,
    resource_link_id: str | None,
    client_id: str,
    document_target: str,
    language: str,
    at: float,
    line_item_id: int | None = None,
    for_sub: str | None = None,
    target_link_uri: str | None = None,
) -> Launch:
    """Remember a launch and give it an id that cannot be guessed."""
    launch = Launch(
        id=secrets.token_urlsafe(18),
        kind=kind,
        sub=sub,
        course_id=course_id,
        resource_link_id=resource_link_id,
        client_id=client_id,
        document_target=document_target,
        language=language,
        created_at=at,
        used_at=None,
        answered_at=None,
        line_item_id=line_item_id,
        for_sub=for_sub,
        target_link_uri=target_link_uri,
    )
    db.execute("DELETE FROM launch WHERE created_at < ?", (at - 24 * 3600,))
    db.execute(
        "INSERT INTO launch (id, kind, sub, course_id, resource_link_id, client_id, document_target, language,"
        " created_at, line_item_id, for_sub, target_link_uri) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            launch.id,
            kind,
            sub,
            course_id,
            resource_link_id,
            client_id,
            document_target,
            language,
            at,
            line_item_id,
            for_sub,
            target_link_uri,
        ),
    )
    return launch


def find_launch(db: sqlite3.Connection, launch_id: str) -> Launch | None:
    """The launch with that id."""
    row = db.execute("SELECT * FROM launch WHERE id = ?", (launch_id,)).fetchone()
    return Launch(**dict(row)) if row is not None else None


def read_hint(db: sqlite3.Connection, hint: str) -> Launch | None:
    """The launch that an lti_message_hint stands for."""
    try:
        launch_id = json.loads(hint)["launch"]
    except (ValueError, KeyError, TypeError):
        return None
    return find_launch(db, launch_id) if isinstance(launch_id, str) else None


def use_launch(db: sqlite3.Connection, launch: Launch, *, at: float) -> bool:
    """Mark that the id_token was asked for; whether this was the first time."""
    sql = "UPDATE launch SET used_at = ? WHERE id = ? AND used_at IS NULL"
    return db.execute(sql, (at, launch.id)).rowcount == 1


def answer_launch(db: sqlite3.Connection, launch: Launch, *, at: float) -> bool:
    """Mark that a deep linking response came; whether this was the first."""
    sql = "UPDATE launch SET answered_at = ? WHERE id = ? AND answered_at IS NULL"
    return db.execute(sql, (at, launch.id)).rowcount == 1
