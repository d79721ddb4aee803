"""Booking marks: the only way into the ledger."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Mark, MarkBatch
from lms_carbon.cycles.rules import MarkRow
from lms_carbon.people.services.audit import record_act


def book_marks(
    *,
    institution_id: int,
    instrument_id: int,
    candidacy_id: int,
    source: str,
    attempt: int,
    rows: Sequence[MarkRow],
    by: Actor | None,
    at: datetime,
    reason: str = "",
) -> MarkBatch:
    """Book first marks of one piece of work, as one batch.

    `source` names the work, such as `attempt:17`; booking it a second time breaks the unique pair
    (instrument, source) and raises `sqlalchemy.exc.IntegrityError`: nothing is ever in the ledger twice.
    """
    batch = MarkBatch(
        institution_id=institution_id,
        instrument_id=instrument_id,
        source=source,
        at=at,
        person_id=by.person_id if by else None,
        reason=reason,
    )
    session.add(batch)
    session.flush()
    if rows:
        common = {
            "institution_id": institution_id,
            "candidacy_id": candidacy_id,
            "instrument_id": instrument_id,
            "batch_id": batch.id,
            "attempt": attempt,
        }
        session.execute(sa.insert(Mark), [{**common, **asdict(row), "title": dict(row.title)} for row in rows])
    record_act(
        by=by,
        institution_id=institution_id,
        action="marks.book",
        object_type="mark_batch",
        object_id=batch.id,
        detail={"source": source, "rows": len(rows)},
        at=at,
    )
    return batch
