"""Handoff: a session goes from the platform's frame to a window of its own by a code, good once and for 30 seconds."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import database_now, session
from lms_carbon.core.identity import Actor
from lms_carbon.people.errors import HandoffUsedError
from lms_carbon.people.models.access import AuthSession, Handoff
from lms_carbon.people.rules import HANDOFF_LIFE, digest, is_local_path, make_token
from lms_carbon.people.services.sessions import start_session


@dataclass(frozen=True)
class Handed:
    """A session for the new window, and the path that it opens."""

    token: str
    target: str


def make_handoff(*, by: Actor, target: str, at: datetime) -> str:
    """Return a code for `/handoff/<code>`; `target` is a path in this tool, of at most 255 characters."""
    if not is_local_path(target):
        raise ValueError("a handoff leads to a path of this site")
    code = make_token()
    session.execute(
        sa.insert(Handoff.__table__),  # type: ignore[arg-type]
        {
            "institution_id": by.institution_id,
            "person_id": by.person_id,
            "session_id": by.session_id,
            "code_digest": digest(code),
            "target": target,
            "created_at": at,
            "expires_at": at + HANDOFF_LIFE,
        },
    )
    return code


def take_handoff(*, code: str, at: datetime) -> Handed:
    """Consume a code, atomically, and sign the person in again with the same launch, strength and end.

    Raises `HandoffUsedError` for a code that is used, over, unknown, or of a session that has ended.
    """
    handoff = session.execute(
        sa.update(Handoff)
        .where(Handoff.code_digest == digest(code), Handoff.used_at.is_(None), Handoff.expires_at > database_now())
        .values(used_at=at)
        .returning(Handoff.session_id, Handoff.target)
    ).one_or_none()
    if handoff is None:
        raise HandoffUsedError
    first = session.scalar(
        sa.select(AuthSession).where(
            AuthSession.id == handoff.session_id,
            AuthSession.ended_at.is_(None),
            AuthSession.expires_at > database_now(),
        )
    )
    if first is None:
        raise HandoffUsedError
    token = start_session(
        person_id=first.person_id,
        institution_id=first.institution_id,
        language=first.language,
        at=at,
        launch_id=first.launch_id,
        launch_role=first.launch_role,
        course_id=first.course_id,
        strong_at=first.strong_at,
        expires_at=first.expires_at,
    )
    return Handed(token=token, target=handoff.target)
