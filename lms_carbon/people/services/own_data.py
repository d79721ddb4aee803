"""How people's own tables let go of a person: what is handed out, what is blanked, what stays without a name."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.hooks import PersonData
from lms_carbon.people.models.access import AuthSession, Handoff, Invitation, SecondFactor, SignInLink
from lms_carbon.people.models.persons import Identity, Person, RoleGrant
from lms_carbon.people.models.records import AuditEntry, Mail, Message

_KEYS = {
    Person: Person.id,
    Identity: Identity.person_id,
    RoleGrant: RoleGrant.person_id,
    AuthSession: AuthSession.person_id,
    Invitation: Invitation.person_id,
    SignInLink: SignInLink.person_id,
    SecondFactor: SecondFactor.person_id,
    Handoff: Handoff.person_id,
    AuditEntry: AuditEntry.person_id,
    Message: Message.person_id,
    Mail: Mail.person_id,
}
_SECRET = {"token_digest", "code_digest", "secret", "body"}
"""Columns that are keys, not data about the person."""


OWN_TABLES = frozenset(str(model.__tablename__) for model in _KEYS)


def export_own(person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the person's rows of every table of people, in plain JSON types, without keys and digests."""
    return {str(model.__tablename__): plain_rows(model, key == person_id) for model, key in _KEYS.items()}


def plain_rows(model: Any, condition: sa.ColumnElement[bool], *, leave_out: set[str] = _SECRET) -> list[dict[str, Any]]:
    """Return rows of a table in plain JSON types: instants in ISO 8601, bytes left out."""
    columns = [
        column
        for column in model.__table__.columns
        if column.name not in leave_out and not isinstance(column.type, sa.LargeBinary)
    ]
    rows = session.execute(sa.select(*columns).where(condition).order_by(*model.__table__.primary_key)).mappings()
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def erase_own(person_id: int, at: datetime) -> None:
    """Remove what leads to the person. Acts, grants and invitations stay, with a number in the place of a name."""
    for model in (Identity, SecondFactor, SignInLink, Handoff, Message, Mail, AuthSession):
        session.execute(sa.delete(model).where(_KEYS[model] == person_id))
    session.execute(sa.update(Invitation).where(Invitation.person_id == person_id).values(email=None))
    session.execute(
        sa.update(RoleGrant).where(RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None)).values(ended_at=at)
    )
    session.execute(
        sa.update(Person)
        .where(Person.id == person_id)
        .values(name=f"#{person_id}", email=None, number=None, erased_at=at)
    )
    session.expire_all()


def person_data_of_people() -> PersonData:
    """Answer the hook `person_data` for this package."""
    return PersonData(tables=OWN_TABLES, export=export_own, erase=erase_own)
