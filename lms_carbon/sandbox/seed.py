"""Brings the seed into the state; what people did since the last start stays as it is."""

import sqlite3
from pathlib import Path

from lms_carbon.sandbox.config import Activity, Course, LineItem, Registration, SandboxConfig
from lms_carbon.sandbox.keys import ensure_key
from lms_carbon.sandbox.state import connect, create_tables, dump, transaction


def open_state(path: Path, config: SandboxConfig, *, tool_url: str, at: float) -> None:
    """Make the file at `path` ready for a platform whose tool is at `tool_url`; may be called at every start."""
    db = connect(path)
    try:
        create_tables(db)
        with transaction(db):
            ensure_key(db, at=at)
            tools = {each.client_id: each for each in config.registrations}
            for tool in config.registrations:
                _seed_tool(db, tool, tool_url)
            for course in config.courses:
                tool = tools[course.client_id]
                for position, activity in enumerate(course.activities):
                    _seed_activity(db, tool, tool_url, course, activity, position)
                    if activity.line_item is not None:
                        _seed_line_item(db, tool, course, activity, activity.line_item)
    finally:
        db.close()


def _seed_tool(db: sqlite3.Connection, tool: Registration, tool_url: str) -> None:
    launch_url = tool.at(tool_url, tool.launch_url)
    db.execute(
        "INSERT INTO tool (client_id, deployment_id, name, login_url, launch_url, redirect_uris, keyset_url, scopes,"
        " seeded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (client_id) DO UPDATE SET"
        " deployment_id = excluded.deployment_id, name = excluded.name, login_url = excluded.login_url,"
        " launch_url = excluded.launch_url, redirect_uris = excluded.redirect_uris,"
        " keyset_url = excluded.keyset_url, scopes = excluded.scopes",
        (
            tool.client_id,
            tool.deployment_id,
            tool.name,
            tool.at(tool_url, tool.login_url),
            launch_url,
            dump([launch_url]),
            tool.at(tool_url, tool.keyset_url),
            dump(tool.scopes),
        ),
    )


def _seed_activity(
    db: sqlite3.Connection,
    tool: Registration,
    tool_url: str,
    course: Course,
    activity: Activity,
    position: int,
) -> None:
    db.execute(
        # Its tool is not put back: an administrator may have given the course another one.
        "INSERT INTO activity (resource_link_id, course_id, client_id, position, title, note, target_link_uri,"
        " custom, seeded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (resource_link_id) DO UPDATE SET"
        " position = excluded.position, title = excluded.title, note = excluded.note,"
        " target_link_uri = excluded.target_link_uri, custom = excluded.custom",
        (
            activity.resource_link_id,
            course.id,
            tool.client_id,
            position,
            dump(activity.title),
            dump(activity.note),
            tool.at(tool_url, activity.target),
            dump(activity.custom),
        ),
    )


def _seed_line_item(
    db: sqlite3.Connection, tool: Registration, course: Course, activity: Activity, item: LineItem
) -> None:
    link = activity.resource_link_id
    db.execute(
        "INSERT INTO line_item (course_id, client_id, resource_link_id, label, score_maximum)"
        " SELECT ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM line_item WHERE resource_link_id = ?)",
        (course.id, tool.client_id, link, item.label, item.score_maximum, link),
    )
