"""Where a request is: the running sandbox, its database connection, the person and the language chosen."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final, cast

from flask import current_app, g, request
from joserfc.jwk import RSAKey

from lms_carbon.sandbox import journal
from lms_carbon.sandbox.config import Course, Person, SandboxConfig
from lms_carbon.sandbox.keys import ToolKeys
from lms_carbon.sandbox.state import connect

PERSON_COOKIE: Final = "sandbox_person"
LANGUAGE_COOKIE: Final = "sandbox_language"
LANGUAGES: Final = ("zh", "en")
EXTENSION: Final = "lms_carbon_sandbox"


@dataclass
class Sandbox:
    """A running sandbox. `url` is its own address and its LTI issuer, `clock` gives Unix seconds."""

    config: SandboxConfig
    state_path: Path
    url: str
    tool_url: str
    key: RSAKey
    tool_keys: ToolKeys
    clock: Callable[[], float]
    buckets: dict[str, tuple[float, float]] = field(default_factory=dict)
    """How full each tool's quota was, and when."""
    scores_taken: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def issuer(self) -> str:
        """Who signs: the address, or the one name of all platforms of this kind."""
        return self.config.rules.issuer or self.url


def here() -> Sandbox:
    """The sandbox that serves this request."""
    return cast("Sandbox", current_app.extensions[EXTENSION])


def now() -> float:
    """The moment, in Unix seconds."""
    return here().clock()


def database() -> sqlite3.Connection:
    """This request's connection; closed with the request."""
    if "sandbox_db" not in g:
        g.sandbox_db = connect(here().state_path)
    return cast("sqlite3.Connection", g.sandbox_db)


def close_database(_error: BaseException | None = None) -> None:
    """Close this request's connection, if it opened one."""
    db = g.pop("sandbox_db", None)
    if db is not None:
        db.close()


def note(*, direction: str, kind: str, status: int, summary: str, detail: Any = None) -> None:
    """Write into the log at this moment."""
    journal.note(
        database(),
        at=now(),
        direction=direction,
        kind=kind,
        status=status,
        summary=summary,
        detail=detail,
    )


def chosen_person() -> Person | None:
    """The person that this browser chose, None before the first choice."""
    return here().config.person(request.cookies.get(PERSON_COOKIE))


def course_here() -> Course:
    """The course of this request's path, the first one where it names none."""
    config = here().config
    return config.course((request.view_args or {}).get("course_id", "")) or config.courses[0]


def person_in(course: Course) -> Person:
    """The person that this browser is in a course: the chosen one where they are in it, else its first."""
    config = here().config
    return config.member(course, request.cookies.get(PERSON_COOKIE)) or config.members(course)[0]


def person() -> Person:
    """The person that this browser is in the course of this request."""
    return person_in(course_here())


def language() -> str:
    """`zh` or `en`: the chosen one, else what the browser asks for, else Chinese."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    best = request.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh")
    return "en" if best == "en" else "zh"
