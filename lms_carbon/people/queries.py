"""Reads about people."""

import sqlalchemy as sa

from lms_carbon.core.db import database_now, session
from lms_carbon.core.identity import Actor, HeldRole
from lms_carbon.people.models.access import AuthSession
from lms_carbon.people.models.persons import Person, RoleGrant
from lms_carbon.people.rules import STRONG_ROLES, digest

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
