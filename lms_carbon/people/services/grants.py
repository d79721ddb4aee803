"""Roles given inside the tool. Ended, never deleted; both are acts of the audit trail."""

from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor, Role, Scope
from lms_carbon.people.errors import LastAdministratorError
from lms_carbon.people.models.persons import Institution, Person, RoleGrant
from lms_carbon.people.policy import check_may_end, check_may_give, check_scope
from lms_carbon.people.services.audit import record_act


def grant_role(
    *,
    by: Actor | None,
    institution_id: int,
    person_id: int,
    role: Role,
    scope: Scope,
    scope_id: int | None,
    at: datetime,
) -> int:
    """Give a role and return the grant's id; one already in force is returned as it is.

    `scope_id` None means the whole institution; `by` None is the command line. Raises `NotFoundError` for a person
    of another institution, `WrongScopeError`, `MayNotGiveError`, `SelfGrantError`.
    """
    check_scope(role, scope, scope_id)
    check_may_give(by, institution_id=institution_id, person_id=person_id)
    # The lock lets two who give the same role at once make one grant.
    person = session.scalar(
        sa.select(Person.id)
        .where(Person.id == person_id, Person.institution_id == institution_id, Person.erased_at.is_(None))
        .with_for_update()
    )
    if person is None:
        raise NotFoundError
    return insert_grant(
        by=by,
        institution_id=institution_id,
        person_id=person_id,
        role=role,
        scope=scope,
        scope_id=scope_id,
        granted_by=by.person_id if by else None,
        at=at,
    )


def insert_grant(
    *,
    by: Actor | None,
    institution_id: int,
    person_id: int,
    role: Role,
    scope: Scope,
    scope_id: int | None,
    granted_by: int | None,
    at: datetime,
) -> int:
    """Write the grant and its act; the right to do so has been checked."""
    same = session.scalar(
        sa.select(RoleGrant.id).where(
            RoleGrant.person_id == person_id,
            RoleGrant.role == role,
            RoleGrant.scope == scope,
            RoleGrant.scope_id.is_(None) if scope_id is None else RoleGrant.scope_id == scope_id,
            RoleGrant.ended_at.is_(None),
        )
    )
    if same is not None:
        return same
    grant = RoleGrant(
        institution_id=institution_id,
        person_id=person_id,
        role=role,
        scope=scope,
        scope_id=scope_id,
        granted_at=at,
        granted_by=granted_by,
    )
    session.add(grant)
    session.flush()
    record_act(
        by=by,
        institution_id=institution_id,
        action="grant.give",
        object_type="person",
        object_id=person_id,
        detail={"grant": grant.id, "role": role.value, "scope": scope.value, "scope_id": scope_id},
        at=at,
    )
    return grant.id


def end_grant(*, by: Actor | None, institution_id: int, grant_id: int, at: datetime) -> None:
    """Take a role back; nothing happens where it had ended. Raises `NotFoundError`, `LastAdministratorError`."""
    check_may_end(by, institution_id=institution_id)
    # All who end administrators queue here, so the last two cannot end each other.
    session.execute(sa.select(Institution.id).where(Institution.id == institution_id).with_for_update())
    grant = session.scalar(
        sa.select(RoleGrant)
        .where(RoleGrant.id == grant_id, RoleGrant.institution_id == institution_id)
        .execution_options(populate_existing=True)
    )
    if grant is None:
        raise NotFoundError
    if grant.ended_at is not None:
        return
    if by is not None and grant.role is Role.ADMINISTRATOR and _administrators(institution_id) < 2:
        raise LastAdministratorError
    grant.ended_at = at
    grant.ended_by = by.person_id if by else None
    session.flush()
    record_act(
        by=by,
        institution_id=institution_id,
        action="grant.end",
        object_type="person",
        object_id=grant.person_id,
        detail={
            "grant": grant.id,
            "role": grant.role.value,
            "scope": grant.scope.value,
            "scope_id": grant.scope_id,
        },
        at=at,
    )


def _administrators(institution_id: int) -> int:
    return (
        session.scalar(
            sa.select(sa.func.count(sa.distinct(RoleGrant.person_id))).where(
                RoleGrant.institution_id == institution_id,
                RoleGrant.role == Role.ADMINISTRATOR,
                RoleGrant.ended_at.is_(None),
            )
        )
        or 0
    )


def end_grants_of_role(*, institution_id: int, person_id: int, role: Role, scope_id: int | None, at: datetime) -> int:
    """End a person's grants of one role in one scope, from the command line; returns how many there were."""
    mine = session.scalars(
        sa.select(RoleGrant.id).where(
            RoleGrant.institution_id == institution_id,
            RoleGrant.person_id == person_id,
            RoleGrant.role == role,
            RoleGrant.scope_id.is_(None) if scope_id is None else RoleGrant.scope_id == scope_id,
            RoleGrant.ended_at.is_(None),
        )
    ).all()
    for grant_id in mine:
        end_grant(by=None, institution_id=institution_id, grant_id=grant_id, at=at)
    return len(mine)
