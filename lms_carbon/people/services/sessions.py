"""Sessions: a browser that somebody is signed in with. The token is returned once; the database keeps its digest."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor, Role
from lms_carbon.people.models.access import AuthSession
from lms_carbon.people.rules import SESSION_LIFE, digest, make_token
from lms_carbon.people.services.audit import record_act

SESSION_SECONDS = int(SESSION_LIFE.total_seconds())
"""Lifetime of the cookie `lc_session`."""

_SESSION: Any = AuthSession.__table__
_END_OF_TOKEN = (
    sa.update(_SESSION)
    .where(_SESSION.c.token_digest == sa.bindparam("token"), _SESSION.c.ended_at.is_(None))
    .values(ended_at=sa.bindparam("at"))
    .returning(_SESSION.c.person_id, _SESSION.c.launch_id)
)
_END_OF_LAUNCH = (
    sa.update(_SESSION)
    .where(
        _SESSION.c.person_id == sa.bindparam("person"),
        _SESSION.c.launch_id == sa.bindparam("launch"),
        _SESSION.c.ended_at.is_(None),
    )
    .values(ended_at=sa.bindparam("at"))
)


def start_session(
    *,
    person_id: int,
    institution_id: int,
    language: str,
    at: datetime,
    launch_id: int | None = None,
    launch_role: Role | None = None,
    course_id: int | None = None,
    strong_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Sign a person in and return the token for the cookie `lc_session` (12 hours).

    `launch_role` is candidate or teacher, `course_id` the course a teacher is one in; both None without a launch.
    """
    token = make_token()
    session.execute(
        sa.insert(AuthSession.__table__),  # type: ignore[arg-type]
        {
            "institution_id": institution_id,
            "person_id": person_id,
            "token_digest": digest(token),
            "created_at": at,
            "expires_at": expires_at or at + SESSION_LIFE,
            "ended_at": None,
            "strong_at": strong_at,
            "language": language,
            "launch_id": launch_id,
            "launch_role": launch_role,
            "course_id": course_id,
        },
    )
    return token


def end_session(*, session_id: int, at: datetime) -> None:
    """Sign a browser out; nothing happens where it already was."""
    session.execute(
        sa.update(AuthSession).where(AuthSession.id == session_id, AuthSession.ended_at.is_(None)).values(ended_at=at)
    )


def end_session_of_token(*, token: str, at: datetime, successor: int | None = None) -> None:
    """Sign out whoever used this browser before, so that nobody goes on as somebody else on a shared computer.

    Where another person comes after them (`successor`, their id), the windows that were opened from that session end
    too: an exam that somebody left open is not to be gone on with by the next.
    """
    ended = session.execute(_END_OF_TOKEN, {"token": digest(token), "at": at}).one_or_none()
    if ended is not None and ended.launch_id is not None and successor not in (None, ended.person_id):
        session.execute(_END_OF_LAUNCH, {"person": ended.person_id, "launch": ended.launch_id, "at": at})


def end_other_sessions(*, by: Actor, at: datetime) -> int:
    """Sign the person out everywhere else; returns how many browsers that were."""
    ended = session.execute(
        sa.update(AuthSession)
        .where(
            AuthSession.person_id == by.person_id,
            AuthSession.id != by.session_id,
            AuthSession.ended_at.is_(None),
            AuthSession.expires_at > at,
        )
        .values(ended_at=at)
        .returning(AuthSession.id)
    ).all()
    record_act(
        by=by,
        institution_id=by.institution_id,
        action="session.end_others",
        object_type="person",
        object_id=by.person_id,
        detail={"ended": len(ended)},
        at=at,
    )
    return len(ended)


def set_session_language(*, by: Actor, language: str) -> None:
    """Let this session's pages speak another language."""
    session.execute(sa.update(AuthSession).where(AuthSession.id == by.session_id).values(language=language))
