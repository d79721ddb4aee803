"""The tools that the platform knows: the seeded ones and those that registered themselves."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lms_carbon.sandbox.config import Course
from lms_carbon.sandbox.state import dump, transaction


@dataclass(frozen=True)
class Tool:
    """A registered tool. `redirect_uris` are compared exactly, `scopes` are those granted."""

    client_id: str
    deployment_id: str
    name: str
    login_url: str
    launch_url: str
    redirect_uris: tuple[str, ...]
    keyset_url: str
    scopes: tuple[str, ...]
    custom: dict[str, str]
    seeded: bool


def _tool(row: sqlite3.Row) -> Tool:
    return Tool(
        client_id=row["client_id"],
        deployment_id=row["deployment_id"],
        name=row["name"],
        login_url=row["login_url"],
        launch_url=row["launch_url"],
        redirect_uris=tuple(json.loads(row["redirect_uris"])),
        keyset_url=row["keyset_url"],
        scopes=tuple(json.loads(row["scopes"])),
        custom=json.loads(row["custom"]),
        seeded=bool(row["seeded"]),
    )


def find_tool(db: sqlite3.Connection, client_id: str) -> Tool | None:
    """The tool with that client_id."""
    row = db.execute("SELECT * FROM tool WHERE client_id = ?", (client_id,)).fetchone()
    return _tool(row) if row is not None else None


def list_tools(db: sqlite3.Connection) -> list[Tool]:
    """All tools, the seeded ones first."""
    return [_tool(row) for row in db.execute("SELECT * FROM tool ORDER BY seeded DESC, rowid")]


def next_deployment_id(db: sqlite3.Connection) -> str:
    """A deployment id that no tool has."""
    return str(db.execute("SELECT COUNT(*) + 1001 FROM tool").fetchone()[0])


def add_tool(db: sqlite3.Connection, tool: Tool) -> None:
    """Keep a tool that registered itself."""
    db.execute(
        "INSERT INTO tool (client_id, deployment_id, name, login_url, launch_url, redirect_uris, keyset_url, scopes,"
        " custom, seeded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            tool.client_id,
            tool.deployment_id,
            tool.name,
            tool.login_url,
            tool.launch_url,
            dump(tool.redirect_uris),
            tool.keyset_url,
            dump(tool.scopes),
            dump(tool.custom),
            int(tool.seeded),
        ),
    )


def course_tool(db: sqlite3.Connection, course: Course) -> Tool:
    """The tool that the course's activities belong to, the seed's while there are none."""
    row = db.execute(
        "SELECT tool.* FROM tool LEFT JOIN activity ON activity.client_id = tool.client_id AND course_id = ?"
        " GROUP BY tool.client_id ORDER BY COUNT(activity.client_id) DESC, tool.client_id = ? DESC LIMIT 1",
        (course.id, course.client_id),
    ).fetchone()
    return _tool(row)


def give_course_to(db: sqlite3.Connection, *, course_id: str, client_id: str) -> None:
    """Let another registration launch the course's activities and own their line items."""
    with transaction(db):
        db.execute("UPDATE activity SET client_id = ? WHERE course_id = ?", (client_id, course_id))
        db.execute("UPDATE line_item SET client_id = ? WHERE course_id = ?", (client_id, course_id))


def origins(db: sqlite3.Connection) -> set[str]:
    """Where tools live, for the Content-Security-Policy."""
    found = set()
    for row in db.execute("SELECT login_url, launch_url FROM tool"):
        found |= {origin(row["login_url"]), origin(row["launch_url"])}
    return found


def origin(url: Any) -> str:
    """`http://host:port` of a URL."""
    parts = urlsplit(str(url))
    return f"{parts.scheme}://{parts.netloc}"
