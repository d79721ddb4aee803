"""Two persons who are one human: accounts and work of one go over to the other, and back where that was a mistake.

What the one did as a candidate goes over. What somebody wrote, marked or signed for the institution never changes the
name under it: who has done so stays. A role comes to no account that it was not given to, unless somebody who may give
roles says so.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import Model, session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.hooks import after_unmerge, before_merge, person_data
from lms_carbon.core.identity import Actor, Role
from lms_carbon.people.errors import (
    HasRolesError,
    HasSignedError,
    MayNotMergeSelfError,
    MergedSinceError,
    MergeUndoneError,
    SamePersonError,
)
from lms_carbon.people.merge_queries import merged_since, undone_merges
from lms_carbon.people.models.access import AuthSession
from lms_carbon.people.models.persons import Person, RoleGrant
from lms_carbon.people.models.records import AuditEntry
from lms_carbon.people.rules import MERGED, UNDONE
from lms_carbon.people.services.audit import record_act
from lms_carbon.people.services.grants import end_grant, insert_grant
from lms_carbon.people.services.own_data import OWN_TABLES


def merge_persons(*, by: Actor, kept_id: int, gone_id: int, at: datetime) -> None:
    """Let all accounts of one person lead to another from now on, with what they did as a candidate.

    Whoever is signed in as the one is signed out, and the one's roles end. Raises `NotFoundError`, or the error that
    says what stands in the way.
    """
    if kept_id == gone_id:
        raise SamePersonError
    if by.person_id in (kept_id, gone_id):
        raise MayNotMergeSelfError
    _lock(by, kept_id, gone_id)
    _check_roles(by, kept_id, gone_id)
    _check_signed(gone_id)
    settled: dict[str, Any] = {}
    for answer in before_merge.ask(by, kept_id, gone_id, at):
        settled |= answer
    moved = {name: ids for name, once in _following().items() if (ids := _move_over(name, once, gone_id, kept_id))}
    ended = _end_roles(by, gone_id, at)
    _sign_out(gone_id, at)
    record_act(
        by=by,
        institution_id=by.institution_id,
        action=MERGED,
        object_type="person",
        object_id=kept_id,
        detail={"from": gone_id, "moved": moved, "settled": settled, "roles": ended},
        at=at,
    )


def undo_merge(*, by: Actor, entry_id: int, at: datetime) -> None:
    """Give back what a merge moved, with what was done since in the same tracks, and the roles that ended.

    `entry_id` is its row in the audit trail. What else was done since stays where it is. Raises `NotFoundError`,
    `MergeUndoneError`, `MayNotMergeSelfError`, `HasRolesError`; `MergedSinceError` while a later merge of one of the
    two stands, which moved on what this one would give back.
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
    if not merged_since(entry).isdisjoint((kept_id, gone_id)):
        raise MergedSinceError
    _check_roles(by, kept_id, gone_id, ended=entry.detail.get("roles", []))
    moved = entry.detail["moved"]
    for name in {**moved, **_following()}:
        _move_back(name, moved, kept_id, gone_id)
    for _ in after_unmerge.ask(by, entry.detail.get("settled", {}), at):
        pass
    _give_roles_back(by, entry.detail.get("roles", []), at)
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


def _check_roles(by: Actor, kept_id: int, gone_id: int, *, ended: Collection[int] = ()) -> None:
    """Let officers merge only where no role changes hands; administrators could give it anyway."""
    held = sa.select(RoleGrant.id).where(RoleGrant.person_id.in_((kept_id, gone_id)), RoleGrant.ended_at.is_(None))
    if not by.has(Role.ADMINISTRATOR) and (ended or session.scalar(held.limit(1)) is not None):
        raise HasRolesError


def _check_signed(gone_id: int) -> None:
    """Look through all tables for what a person did in an office; raises `HasSignedError`."""
    for name, table in Model.metadata.tables.items():
        if name in OWN_TABLES or name in _following():
            continue
        for column in table.columns:
            if any(key.references(Person.__table__) for key in column.foreign_keys) and session.scalar(  # type: ignore[arg-type]
                sa.select(sa.exists().where(column == gone_id))
            ):
                raise HasSignedError


def _following() -> dict[str, tuple[str, ...]]:
    """Return the tables whose rows go over, with the columns of which one person has each value once."""
    found: dict[str, tuple[str, ...]] = {"identity": ()}
    for answer in person_data.ask():
        found |= answer.follows
    return dict(sorted(found.items()))


def _move_over(name: str, once: tuple[str, ...], gone_id: int, kept_id: int) -> list[int]:
    """Let rows go over and return their ids; a row stays where the other person has its like."""
    table: Any = Model.metadata.tables[name]
    rows = table.c.person_id == gone_id
    if once:
        theirs = table.alias()
        same = (theirs.c[column] == table.c[column] for column in once)
        rows &= ~sa.exists().where(theirs.c.person_id == kept_id, *same).correlate(table)
    return _move(table, rows, kept_id)


def _move_back(name: str, moved: Mapping[str, list[int]], kept_id: int, gone_id: int) -> None:
    """Give rows back, and with them those that hang on what is given back."""
    table: Any = Model.metadata.tables[name]
    given = [table.c.id.in_(moved.get(name, []))]
    for key in table.foreign_keys:
        parent = key.column.table.name
        if parent != name and moved.get(parent):
            given.append(key.parent.in_(moved[parent]))
    _move(table, (table.c.person_id == kept_id) & sa.or_(*given), gone_id)


def _move(table: Any, rows: Any, to_id: int) -> list[int]:
    statement = sa.update(table).where(rows).values(person_id=to_id).returning(table.c.id)
    return sorted(session.scalars(statement.execution_options(synchronize_session=False)))


def _end_roles(by: Actor, person_id: int, at: datetime) -> list[int]:
    """End the roles of somebody as whom nobody comes any more; returns the grants."""
    held = session.scalars(
        sa.select(RoleGrant.id)
        .where(RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None))
        .order_by(RoleGrant.id)
    ).all()
    for grant_id in held:
        end_grant(by=by, institution_id=by.institution_id, grant_id=grant_id, at=at)
    return list(held)


def _give_roles_back(by: Actor, grant_ids: Collection[int], at: datetime) -> None:
    for grant in session.scalars(sa.select(RoleGrant).where(RoleGrant.id.in_(grant_ids)).order_by(RoleGrant.id)):
        insert_grant(
            by=by,
            institution_id=grant.institution_id,
            person_id=grant.person_id,
            role=grant.role,
            scope=grant.scope,
            scope_id=grant.scope_id,
            granted_by=by.person_id,
            at=at,
        )


def _sign_out(person_id: int, at: datetime) -> None:
    session.execute(
        sa.update(AuthSession)
        .where(AuthSession.person_id == person_id, AuthSession.ended_at.is_(None))
        .values(ended_at=at)
    )
