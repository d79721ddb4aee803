"""Reads about people."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import database_now, session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor, HeldRole, Role
from lms_carbon.people.errors import LinkUsedError, NoInstitutionError, NoPersonError, UnknownLinkError
from lms_carbon.people.models.access import AuthSession, Invitation, SecondFactor, SignInLink
from lms_carbon.people.models.persons import Institution, Person, RoleGrant
from lms_carbon.people.models.records import AuditEntry, Message
from lms_carbon.people.rules import STRONG_ROLES, digest, tidy_email

PAGE = 50
"""Rows of a page of a list."""

_ACTOR = (
    sa.select(
        AuthSession.id,
        AuthSession.person_id,
        AuthSession.institution_id,
        AuthSession.language,
        AuthSession.strong_at,
        AuthSession.launch_id,
        AuthSession.launch_role,
        AuthSession.course_id,
        Person.name,
        RoleGrant.role,
        RoleGrant.scope_id,
    )
    .join(Person, sa.and_(Person.id == AuthSession.person_id, Person.erased_at.is_(None)))
    .outerjoin(
        RoleGrant,
        sa.and_(
            RoleGrant.person_id == AuthSession.person_id,
            RoleGrant.institution_id == AuthSession.institution_id,
            RoleGrant.ended_at.is_(None),
        ),
    )
    .where(
        AuthSession.token_digest == sa.bindparam("digest"),
        AuthSession.ended_at.is_(None),
        AuthSession.expires_at > database_now(),
    )
    .order_by(RoleGrant.id)
)


def find_actor(token: str) -> Actor | None:
    """Return who holds this session token, with the roles in force now; None where the session has ended.

    One query. Who signed in by link holds the strong roles only after the second factor; until then they stand in
    `Actor.withheld`.
    """
    rows = session.execute(_ACTOR, {"digest": digest(token)}).all()
    if not rows:
        return None
    first = rows[0]
    strong = first.strong_at is not None
    granted = [HeldRole(row.role, row.scope_id) for row in rows if row.role is not None]
    waits = STRONG_ROLES if first.launch_id is None and not strong else frozenset()
    held = [role for role in granted if role.role not in waits]
    if first.launch_role is not None:
        held.insert(0, HeldRole(first.launch_role, first.course_id))
    return Actor(
        person_id=first.person_id,
        institution_id=first.institution_id,
        name=first.name,
        language=first.language,
        held=tuple(held),
        session_id=first.id,
        strong=strong,
        launch_id=first.launch_id,
        withheld=frozenset(role.role for role in granted if role.role in waits),
    )


def find_institution(slug: str) -> int:
    """Return an institution's id. Raises `NoInstitutionError`."""
    found = session.scalar(sa.select(Institution.id).where(Institution.slug == slug))
    if found is None:
        raise NoInstitutionError(slug=slug)
    return found


def institution_name(institution_id: int) -> dict[str, str]:
    """Return an institution's name in both languages."""
    return session.execute(sa.select(Institution.name).where(Institution.id == institution_id)).scalar_one()


def find_person(institution_id: int, *, person_id: int | None, email: str | None) -> int:
    """Return the one person with this number or address. Raises `NoPersonError` for none and for several."""
    wanted = sa.select(Person.id).where(Person.institution_id == institution_id, Person.erased_at.is_(None))
    if person_id is not None:
        wanted = wanted.where(Person.id == person_id)
    else:
        wanted = wanted.where(sa.func.lower(Person.email) == tidy_email(email or ""))
    found = session.scalars(wanted.limit(2)).all()
    if len(found) != 1:
        raise NoPersonError(person=person_id or email or "…")
    return found[0]


@dataclass(frozen=True)
class Offer:
    """What an invitation that can still be accepted says."""

    institution_id: int
    institution: dict[str, str]
    role: Role
    inviter: str | None
    expires_at: datetime


def open_invitation(token: str) -> Offer | None:
    """Return what the invitation offers; None where it cannot be accepted."""
    row = session.execute(
        sa.select(Invitation.institution_id, Institution.name, Invitation.role, Person.name, Invitation.expires_at)
        .join(Institution, Institution.id == Invitation.institution_id)
        .outerjoin(Person, Person.id == Invitation.invited_by)
        .where(
            Invitation.token_digest == digest(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > database_now(),
        )
    ).one_or_none()
    return Offer(*row) if row is not None else None


def open_link(token: str) -> tuple[str, dict[str, str]]:
    """Return (name, institution) of whom a sign-in link signs in. Raises `LinkUsedError`, `UnknownLinkError`."""
    row = session.execute(
        sa.select(Person.name, Institution.name.label("institution"), SignInLink.used_at, SignInLink.expires_at)
        .join(Person, Person.id == SignInLink.person_id)
        .join(Institution, Institution.id == SignInLink.institution_id)
        .where(SignInLink.token_digest == digest(token))
    ).one_or_none()
    if row is None:
        raise UnknownLinkError
    if row.used_at is not None or row.expires_at <= session.execute(sa.select(database_now())).scalar_one():
        raise LinkUsedError
    return row.name, row.institution


@dataclass
class ListedPerson:
    """A row of the people page."""

    id: int
    name: str
    email: str | None
    number: str | None
    grants: list[RoleGrant] = field(default_factory=list)


def list_persons(*, by: Actor, text: str = "", role: Role | None = None, after: int = 0) -> list[ListedPerson]:
    """Return up to `PAGE` + 1 persons of the actor's institution with their roles in force, in two queries.

    `text` is looked for in name, address and number; the row beyond the page says that there are more.
    """
    wanted = sa.select(Person.id, Person.name, Person.email, Person.number).where(
        Person.institution_id == by.institution_id, Person.erased_at.is_(None), Person.id > after
    )
    if text:
        found_in = (Person.name, Person.email, Person.number)
        wanted = wanted.where(sa.or_(*(column.icontains(text, autoescape=True) for column in found_in)))
    if role is not None:
        holds = sa.exists().where(
            RoleGrant.person_id == Person.id, RoleGrant.role == role, RoleGrant.ended_at.is_(None)
        )
        wanted = wanted.where(holds)
    rows = session.execute(wanted.order_by(Person.id).limit(PAGE + 1)).all()
    people = {row.id: ListedPerson(row.id, row.name, row.email, row.number) for row in rows}
    for grant in session.scalars(
        sa.select(RoleGrant).where(RoleGrant.person_id.in_(people), RoleGrant.ended_at.is_(None)).order_by(RoleGrant.id)
    ):
        people[grant.person_id].grants.append(grant)
    return list(people.values())


def get_person(*, by: Actor, person_id: int) -> Person:
    """Return a person of the actor's institution. Raises `NotFoundError`."""
    person = session.scalar(sa.select(Person).where(Person.id == person_id, Person.institution_id == by.institution_id))
    if person is None:
        raise NotFoundError
    return person


def grants_of(person: Person) -> Sequence[RoleGrant]:
    """Return all grants a person has or had, those in force first, the newest first."""
    return session.scalars(
        sa.select(RoleGrant)
        .where(RoleGrant.person_id == person.id)
        .order_by(RoleGrant.ended_at.is_not(None), RoleGrant.id.desc())
    ).all()


def has_second_factor(person_id: int) -> bool:
    """Tell whether a confirmed second factor is in use."""
    return (
        session.scalar(
            sa.select(SecondFactor.person_id).where(
                SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None)
            )
        )
        is not None
    )


def list_sessions(*, by: Actor) -> Sequence[AuthSession]:
    """Return where the person is signed in now, this browser first."""
    return session.scalars(
        sa.select(AuthSession)
        .where(
            AuthSession.person_id == by.person_id,
            AuthSession.ended_at.is_(None),
            AuthSession.expires_at > database_now(),
        )
        .order_by(AuthSession.id != by.session_id, AuthSession.created_at.desc())
    ).all()


def list_messages(*, by: Actor, before: int | None = None) -> Sequence[Message]:
    """Return up to `PAGE` + 1 messages of one's inbox, the newest first."""
    wanted = sa.select(Message).where(Message.person_id == by.person_id, Message.institution_id == by.institution_id)
    if before is not None:
        wanted = wanted.where(Message.id < before)
    return session.scalars(wanted.order_by(Message.id.desc()).limit(PAGE + 1)).all()


def count_unread(*, by: Actor) -> int:
    """Return how many messages wait to be read."""
    counted = sa.select(sa.func.count(Message.id)).where(Message.person_id == by.person_id, Message.read_at.is_(None))
    return session.execute(counted).scalar_one()


def list_acts(
    *,
    by: Actor,
    action: str = "",
    object_type: str = "",
    object_id: int | None = None,
    person_id: int | None = None,
    before: int | None = None,
) -> list[tuple[AuditEntry, str | None]]:
    """Return up to `PAGE` + 1 acts of the actor's institution with who did them, the newest first.

    `action` is an act (`grant.give`) or the noun before the point (`grant`).
    """
    conditions: list[Any] = [AuditEntry.institution_id == by.institution_id]
    if action:
        conditions.append(
            AuditEntry.action == action
            if "." in action
            else AuditEntry.action.startswith(f"{action}.", autoescape=True)
        )
    if object_type:
        conditions.append(AuditEntry.object_type == object_type)
    if object_id is not None:
        conditions.append(AuditEntry.object_id == object_id)
    if person_id is not None:
        conditions.append(AuditEntry.person_id == person_id)
    if before is not None:
        conditions.append(AuditEntry.id < before)
    found = session.execute(
        sa.select(AuditEntry, Person.name)
        .outerjoin(Person, Person.id == AuditEntry.person_id)
        .where(*conditions)
        .order_by(AuditEntry.id.desc())
        .limit(PAGE + 1)
    )
    return [(entry, name) for entry, name in found]
