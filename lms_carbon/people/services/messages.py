"""The inbox: what people are told inside the tool."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor, Role
from lms_carbon.people.models.persons import RoleGrant
from lms_carbon.people.models.records import Message


def tell(
    *,
    person_id: int,
    institution_id: int,
    sentence: str,
    params: Mapping[str, Any] | None = None,
    path: str | None = None,
    at: datetime,
) -> None:
    """Put a line into somebody's inbox.

    `sentence` is a message id (`core.i18n.mark`) with `{names}`, `params` fills them in plain JSON types (bilingual
    content as `{"zh": …, "en": …}`), `path` is the page where there is something to do.
    """
    session.add(
        Message(
            institution_id=institution_id,
            person_id=person_id,
            at=at,
            sentence=sentence,
            params=dict(params or {}),
            path=path,
        )
    )
    session.flush()


def tell_holders(
    *,
    role: Role,
    institution_id: int,
    sentence: str,
    params: Mapping[str, Any] | None = None,
    path: str,
    at: datetime,
) -> None:
    """Put a line into the inbox of everybody who holds a role in an institution. As `tell` in all else."""
    holders = session.scalars(
        sa.select(RoleGrant.person_id)
        .where(RoleGrant.institution_id == institution_id, RoleGrant.role == role, RoleGrant.ended_at.is_(None))
        .distinct()
        .order_by(RoleGrant.person_id)
    ).all()
    people = [(person_id, path) for person_id in holders]
    tell_all(people=people, institution_id=institution_id, sentence=sentence, params=params, at=at)


def mark_read(*, by: Actor, message_id: int | None, at: datetime) -> None:
    """Mark one of one's own messages as read, or all of them where none is named."""
    wanted = sa.update(Message).where(
        Message.person_id == by.person_id, Message.institution_id == by.institution_id, Message.read_at.is_(None)
    )
    if message_id is not None:
        wanted = wanted.where(Message.id == message_id)
    session.execute(wanted.values(read_at=at))


def tell_all(
    *,
    people: Sequence[tuple[int, str]],
    institution_id: int,
    sentence: str,
    params: Mapping[str, Any] | None = None,
    at: datetime,
) -> None:
    """Put the same line into many inboxes at once; `people` are (person id, path). As `tell` in all else."""
    if people:
        common = {"institution_id": institution_id, "at": at, "sentence": sentence, "params": dict(params or {})}
        session.execute(sa.insert(Message), [{**common, "person_id": person, "path": path} for person, path in people])
