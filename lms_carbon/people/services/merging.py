"""Two persons who are one human: the accounts of one go over to the other, and back where that was a mistake.

Only somebody without work of their own goes over, so that nothing that was marked, signed or published changes its
owner; and neither of the two may hold a role, so that no account comes by one this way.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import Model, session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.hooks import person_data
from lms_carbon.core.identity import Actor
from lms_carbon.people.errors import (
    HasRolesError,
    HasWorkError,
    MayNotMergeSelfError,
    MergeUndoneError,
    SamePersonError,
    SamePlatformError,
)
from lms_carbon.people.merge_queries import undone_merges
from lms_carbon.people.models.access import AuthSession
from lms_carbon.people.models.persons import Identity, Person, RoleGrant
from lms_carbon.people.models.records import AuditEntry
from lms_carbon.people.rules import MERGED, UNDONE
from lms_carbon.people.services.audit import record_act
from lms_carbon.people.services.own_data import OWN_TABLES


def merge_persons(*, by: Actor, kept_id: int, gone_id: int, at: datetime) -> None:
    """Let all accounts of one person lead to another from now on; whoever is signed in as the one is signed out.

    Raises `NotFoundError`, or the error that says what stands in the way.
    """
    if kept_id == gone_id:
        raise SamePersonError
    if by.person_id in (kept_id, gone_id):
        raise MayNotMergeSelfError
    _lock(by, kept_id, gone_id)
    _check(kept_id, gone_id)
    moved = {
        name: ids for name in sorted({"identity"} | _following()) if (ids := _move(name, gone_id, kept_id, only=None))
    }
    _sign_out(gone_id, at)
    record_act(
        by=by,
        institution_id=by.institution_id,
        action=MERGED,
        object_type="person",
        object_id=kept_id,
        detail={"from": gone_id, "moved": moved},
        at=at,
    )


def undo_merge(*, by: Actor, entry_id: int, at: datetime) -> None:
    """Give back what a merge moved; `entry_id` is its row in the audit trail. What was done since stays where it is.

    Raises `NotFoundError`, `MergeUndoneError`, `MayNotMergeSelfError`.
    """
    entry = session.scalar(
        sa.select(AuditEntry).where(
            AuditEntry.id == entry_id, AuditEntry.institution_id == by.institution_id, AuditEntry.action == MERGED
        )
    )
    if entry is None:
        raise NotFoundError
    kept_id, gone_id = entry.object_id, int(entry.detail["from"])
    if by.person_id in (kept_id, gone_id):
        raise MayNotMergeSelfError
    _lock(by, kept_id, gone_id)
    if entry.id in undone_merges(kept_id):
        raise MergeUndoneError
    for name, ids in entry.detail["moved"].items():
        _move(name, kept_id, gone_id, only=ids)
    _sign_out(kept_id, at)
    record_act(
        by=by,
        institution_id=by.institution_id,
        action=UNDONE,
        object_type="person",
        object_id=kept_id,
        detail={"to": gone_id, "undoes": entry.id},
        at=at,
    )


def _lock(by: Actor, *person_ids: int) -> None:
    """Hold both, in one order, so that two officers cannot merge them crosswise; raises `NotFoundError`."""
    found = session.scalars(
        sa.select(Person.id)
        .where(Person.id.in_(person_ids), Person.institution_id == by.institution_id, Person.erased_at.is_(None))
        .order_by(Person.id)
        .with_for_update()
    ).all()
    if len(found) != len(person_ids):
        raise NotFoundError


def _check(kept_id: int, gone_id: int) -> None:
    both = (kept_id, gone_id)
    if session.scalar(sa.select(sa.func.count()).where(RoleGrant.person_id.in_(both), RoleGrant.ended_at.is_(None))):
        raise HasRolesError
    platforms = session.scalars(sa.select(Identity.provider).where(Identity.person_id.in_(both)).distinct()).all()
    accounts = session.scalar(sa.select(sa.func.count()).where(Identity.person_id.in_(both))) or 0
    if accounts > len(platforms):
        raise SamePlatformError
    for name, table in Model.metadata.tables.items():
        if name in OWN_TABLES | _following():
            continue
        for column in table.columns:
            if any(key.references(Person.__table__) for key in column.foreign_keys) and session.scalar(  # type: ignore[arg-type]
                sa.select(sa.exists().where(column == gone_id))
            ):
                raise HasWorkError


def _following() -> frozenset[str]:
    """Return the tables whose rows go where the account goes: what a platform told, not what the person did."""
    return frozenset().union(*(answer.follows for answer in person_data.ask()))


def _move(name: str, from_id: int, to_id: int, *, only: list[int] | None) -> list[int]:
    table: Any = Model.metadata.tables[name]
    statement = sa.update(table).where(table.c.person_id == from_id).values(person_id=to_id).returning(table.c.id)
    if only is not None:
        statement = statement.where(table.c.id.in_(only))
    return sorted(session.scalars(statement))


def _sign_out(person_id: int, at: datetime) -> None:
    session.execute(
        sa.update(AuthSession)
        .where(AuthSession.person_id == person_id, AuthSession.ended_at.is_(None))
        .values(ended_at=at)
    )
