"""Reads of persons that were merged: the audit trail is where that is kept."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.people.models.persons import Person
from lms_carbon.people.models.records import AuditEntry
from lms_carbon.people.rules import MERGED, UNDONE


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Two persons that were merged; names are empty where they were erased since."""

    entry_id: int
    at: datetime
    kept_id: int
    kept: str
    gone_id: int
    gone: str
    undone: bool


def undone_merges(*kept_ids: int) -> set[int]:
    """Return which merges into these persons were undone, by their rows in the audit trail."""
    details = session.scalars(
        sa.select(AuditEntry.detail).where(
            AuditEntry.object_type == "person", AuditEntry.object_id.in_(kept_ids), AuditEntry.action == UNDONE
        )
    )
    return {int(detail["undoes"]) for detail in details}


def list_merges(*, by: Actor, limit: int) -> list[Merge]:
    """Return the merges of the actor's institution, the newest first. Three queries."""
    entries = session.scalars(
        sa.select(AuditEntry)
        .where(
            AuditEntry.institution_id == by.institution_id,
            AuditEntry.object_type == "person",
            AuditEntry.action == MERGED,
        )
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    ).all()
    ids = {entry.object_id for entry in entries}
    undone = undone_merges(*ids)
    both = ids | {int(entry.detail["from"]) for entry in entries}
    names: dict[int, str] = {
        row.id: row.name for row in session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(both)))
    }
    return [
        Merge(
            entry_id=entry.id,
            at=entry.at,
            kept_id=entry.object_id,
            kept=names.get(entry.object_id, ""),
            gone_id=int(entry.detail["from"]),
            gone=names.get(int(entry.detail["from"]), ""),
            undone=entry.id in undone,
        )
        for entry in entries
    ]
