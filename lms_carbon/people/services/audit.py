"""The audit trail: one row an act, in the same transaction as what it did."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.people.models.records import AuditEntry


def record_act(
    *,
    by: Actor | None,
    institution_id: int,
    action: str,
    object_type: str,
    object_id: int,
    detail: Mapping[str, Any] | None = None,
    at: datetime,
) -> None:
    """Write down who did what to which object; `by` None is the command line or the scheduler.

    `action` is `noun.verb`; `detail` is `{"before": …, "after": …}` in plain JSON types, with `reason` where one
    was given. Names and addresses stay out of it: the row outlives the person's erasure.
    """
    record_person_act(
        person_id=by.person_id if by else None,
        institution_id=institution_id,
        action=action,
        object_type=object_type,
        object_id=object_id,
        detail=detail,
        at=at,
    )


def record_person_act(
    *,
    person_id: int | None,
    institution_id: int,
    action: str,
    object_type: str,
    object_id: int,
    detail: Mapping[str, Any] | None = None,
    at: datetime,
) -> None:
    """Write down an act of somebody who is not signed in yet: accepting an invitation, signing in."""
    session.execute(
        sa.insert(AuditEntry.__table__),  # type: ignore[arg-type]
        {
            "institution_id": institution_id,
            "at": at,
            "person_id": person_id,
            "action": action,
            "object_type": object_type,
            "object_id": object_id,
            "detail": dict(detail or {}),
        },
    )


def record_acts(
    *,
    by: Actor | None,
    institution_id: int,
    action: str,
    object_type: str,
    acts: Sequence[tuple[int, Mapping[str, Any]]],
    at: datetime,
) -> None:
    """Write down the same act on many objects at once: (object id, detail) each."""
    rows = [
        {
            "institution_id": institution_id,
            "at": at,
            "person_id": by.person_id if by else None,
            "action": action,
            "object_type": object_type,
            "object_id": object_id,
            "detail": dict(detail),
        }
        for object_id, detail in acts
    ]
    if rows:
        session.execute(sa.insert(AuditEntry.__table__), rows)  # type: ignore[arg-type]
