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
    later: bool
    """Whether one of the two was merged again since, which would have to be undone first."""


def undone_merges(*kept_ids: int) -> set[int]:
    """Return which merges into these persons were undone, by their rows in the audit trail."""
    details = session.scalars(
        sa.select(AuditEntry.detail).where(
            AuditEntry.object_type == "person", AuditEntry.object_id.in_(kept_ids), AuditEntry.action == UNDONE
        )
    )
    return {int(detail["undoes"]) for detail in details}


def merged_since(entry: AuditEntry) -> set[int]:
    """Return whom later merges of the institution that stand took part in, on either side."""
    later = session.scalars(
        sa.select(AuditEntry).where(
            AuditEntry.institution_id == entry.institution_id,
            AuditEntry.object_type == "person",
            AuditEntry.action == MERGED,
            AuditEntry.id > entry.id,
        )
    ).all()
    undone = undone_merges(*{each.object_id for each in later})
    return {who for each in later if each.id not in undone for who in _both(each)}


def _both(entry: AuditEntry) -> set[int]:
    return {entry.object_id, int(entry.detail["from"])}


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
    both = {who for entry in entries for who in _both(entry)}
    names: dict[int, str] = {
        row.id: row.name for row in session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(both)))
    }
    merges: list[Merge] = []
    since: set[int] = set()
    for entry in entries:
        merge = Merge(
            entry_id=entry.id,
            at=entry.at,
            kept_id=entry.object_id,
            kept=names.get(entry.object_id, ""),
            gone_id=int(entry.detail["from"]),
            gone=names.get(int(entry.detail["from"]), ""),
            undone=entry.id in undone,
            later=not since.isdisjoint(_both(entry)),
        )
        merges.append(merge)
        since |= set() if merge.undone else _both(entry)
    return merges
