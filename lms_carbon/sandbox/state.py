"""The sandbox's memory: one SQLite file, which survives a restart and is deleted to start over."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS key (kid TEXT PRIMARY KEY, jwk TEXT NOT NULL, created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS tool (
  client_id TEXT PRIMARY KEY, deployment_id TEXT NOT NULL, name TEXT NOT NULL, login_url TEXT NOT NULL,
  launch_url TEXT NOT NULL, redirect_uris TEXT NOT NULL, keyset_url TEXT NOT NULL, scopes TEXT NOT NULL,
  custom TEXT NOT NULL DEFAULT '{}', seeded INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS activity (
  resource_link_id TEXT PRIMARY KEY, course_id TEXT NOT NULL, client_id TEXT NOT NULL, position INTEGER NOT NULL,
  title TEXT NOT NULL, note TEXT NOT NULL, target_link_uri TEXT NOT NULL, custom TEXT NOT NULL,
  dates TEXT NOT NULL DEFAULT '{}', seeded INTEGER NOT NULL, history TEXT NOT NULL DEFAULT '[]');
CREATE TABLE IF NOT EXISTS course_copy (
  id INTEGER PRIMARY KEY AUTOINCREMENT, course_id TEXT NOT NULL, from_course_id TEXT NOT NULL,
  UNIQUE (course_id, from_course_id));
CREATE TABLE IF NOT EXISTS line_item (
  id INTEGER PRIMARY KEY AUTOINCREMENT, course_id TEXT NOT NULL, client_id TEXT NOT NULL, resource_link_id TEXT,
  label TEXT NOT NULL, score_maximum REAL NOT NULL, resource_id TEXT, tag TEXT, extra TEXT NOT NULL DEFAULT '{}');
CREATE TABLE IF NOT EXISTS score (
  line_item_id INTEGER NOT NULL REFERENCES line_item ON DELETE CASCADE, sub TEXT NOT NULL, timestamp TEXT NOT NULL,
  score_given REAL, score_maximum REAL, comment TEXT, activity_progress TEXT NOT NULL,
  grading_progress TEXT NOT NULL, scoring_user_id TEXT, received_at REAL NOT NULL,
  by_teacher INTEGER NOT NULL DEFAULT 0, submissions INTEGER NOT NULL DEFAULT 0, submission_url TEXT,
  PRIMARY KEY (line_item_id, sub));
CREATE TABLE IF NOT EXISTS launch (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, sub TEXT NOT NULL, course_id TEXT NOT NULL, resource_link_id TEXT,
  client_id TEXT NOT NULL, document_target TEXT NOT NULL, language TEXT NOT NULL, created_at REAL NOT NULL,
  used_at REAL, answered_at REAL, line_item_id INTEGER, for_sub TEXT, target_link_uri TEXT);
CREATE TABLE IF NOT EXISTS access_token (
  token TEXT PRIMARY KEY, client_id TEXT NOT NULL, scopes TEXT NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS spent (
  kind TEXT NOT NULL, client_id TEXT NOT NULL, value TEXT NOT NULL, expires_at REAL NOT NULL,
  PRIMARY KEY (kind, client_id, value));
CREATE TABLE IF NOT EXISTS invitation (
  token TEXT PRIMARY KEY, expires_at REAL NOT NULL, client_id TEXT);
CREATE TABLE IF NOT EXISTS journal (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, direction TEXT NOT NULL, kind TEXT NOT NULL,
  status INTEGER NOT NULL, summary TEXT NOT NULL, detail TEXT NOT NULL);
"""

LATER: Final = {
    "activity": {"history": "TEXT NOT NULL DEFAULT '[]'"},
    "launch": {"line_item_id": "INTEGER", "for_sub": "TEXT", "target_link_uri": "TEXT"},
    "score": {
        "by_teacher": "INTEGER NOT NULL DEFAULT 0",
        "submissions": "INTEGER NOT NULL DEFAULT 0",
        "submission_url": "TEXT",
    },
}
"""Columns that came after the first version."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit: each statement stands alone unless it is inside `transaction`."""
    db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute("PRAGMA foreign_keys=ON")
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of the statements inside, or none of them; other writers wait."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def create_tables(db: sqlite3.Connection) -> None:
    """Make the tables that lack. Readers and the one writer do not block each other (WAL)."""
    db.execute("PRAGMA journal_mode=WAL")
    db.executescript(SCHEMA)
    for table, columns in LATER.items():
        known = {row["name"] for row in db.execute(f"PRAGMA table_info({table})")}
        for column, kind in columns.items():
            if column not in known:  # a file of an earlier version
                db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")


def dump(value: Any) -> str:
    """JSON as it is stored: readable Chinese, no padding."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
