"""Booking marks: the only way into the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Instrument, Mark, MarkBatch
from lms_carbon.cycles.rules import MarkRow
from lms_carbon.people.services.audit import record_act

_BATCH: Final = 400
_KEPT: Final = (
    "institution_id",
    "candidacy_id",
    "instrument_id",
    "attempt",
    "item_kind",
    "item_id",
    "title",
    "requirement_id",
    "possible",
)


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


def supersede_marks(
    *,
    instrument: Instrument,
    source: str,
    earned: Mapping[int, int],
    by: Actor | None,
    reason: str,
    at: datetime,
) -> MarkBatch:
    """Book corrections: for each mark id new points in thousandths, as a batch of rows that supersede them.

    Everything else of a mark stays. The old rows stay too; undoing is another batch. A mark that is superseded
    already, and a `source` that is booked already, break a unique key and raise `sqlalchemy.exc.IntegrityError`.
    """
    batch = MarkBatch(
        institution_id=instrument.institution_id,
        instrument_id=instrument.id,
        source=source,
        at=at,
        person_id=by.person_id if by else None,
        reason=reason,
    )
    session.add(batch)
    session.flush()
    wanted = sorted(earned)
    for start in range(0, len(wanted), _BATCH):
        _supersede(batch, wanted[start : start + _BATCH], earned)
    record_act(
        by=by,
        institution_id=instrument.institution_id,
        action="marks.supersede",
        object_type="mark_batch",
        object_id=batch.id,
        detail={"source": source, "rows": len(wanted), "reason": reason},
        at=at,
    )
    return batch


def _supersede(batch: MarkBatch, mark_ids: Sequence[int], earned: Mapping[int, int]) -> None:
    marks = session.scalars(
        sa.select(Mark).where(Mark.id.in_(mark_ids), Mark.instrument_id == batch.instrument_id).order_by(Mark.id)
    )
    rows = [
        {
            **{name: getattr(mark, name) for name in _KEPT},
            "batch_id": batch.id,
            "earned": earned[mark.id],
            "supersedes_id": mark.id,
        }
        for mark in marks
    ]
    session.execute(sa.insert(Mark), rows)
