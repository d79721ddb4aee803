"""Corrections after publication: proposed, looked at, signed by two (`services.publication`), booked."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import CycleState, Instrument, Mark
from lms_carbon.cycles.rules import split_points
from lms_carbon.cycles.services.ledger import supersede_marks
from lms_carbon.people.services.audit import record_act
from lms_carbon.results.errors import (
    NothingToRegradeError,
    NotPublishedError,
    RegradeOverError,
    RegradeStaleError,
    TooManyPointsError,
)
from lms_carbon.results.models import Regrade, RegradeMark, RegradeState
from lms_carbon.results.queries.items import Item, counting_marks_of, marks_of_item
from lms_carbon.results.rules import format_points
from lms_carbon.results.services.aggregation import aggregate_cycle, lock_cycle


def propose_full_points(*, instrument: Instrument, item: Item, reason: str, by: Actor, at: datetime) -> Regrade:
    """Propose all points of an item for everybody who has marks in it, whatever they answered.

    Raises `NotPublishedError`, `NotFoundError`, `NothingToRegradeError`.
    """
    marks = marks_of_item(instrument.id, item)
    if not marks:
        raise NotFoundError
    return _propose(instrument, {mark.id: mark.possible for mark in marks}, marks, reason, by, at)


def propose_points(
    *, instrument: Instrument, item: Item, candidacy_id: int, points: int, reason: str, by: Actor, at: datetime
) -> Regrade:
    """Propose new points, in thousandths, for what one candidate has in an item in the attempt that counts.

    They are split over its requirements as the item's points were (DESIGN §3, Tags). Raises `TooManyPointsError`,
    `NotPublishedError`, `NotFoundError`, `NothingToRegradeError`.
    """
    marks = counting_marks_of(instrument, item, candidacy_id)
    if not marks:
        raise NotFoundError
    possible = sum(mark.possible for mark in marks)
    if points > possible:
        earned = sum(mark.earned for mark in marks)
        raise TooManyPointsError(
            value=format_points(points), possible=format_points(possible), earned=format_points(earned)
        )
    # The larger parts first, as they were split, so that no part earns more than it could.
    marks = sorted(marks, key=lambda mark: (-mark.possible, mark.id))
    shares = split_points(points, len(marks))
    return _propose(
        instrument,
        {mark.id: share for mark, share in zip(marks, shares, strict=True)},
        marks,
        reason,
        by,
        at,
    )


def _propose(
    instrument: Instrument, wanted: Mapping[int, int], marks: Sequence[Mark], reason: str, by: Actor, at: datetime
) -> Regrade:
    cycle = lock_cycle(instrument.track.cycle_id)
    if cycle.state is not CycleState.PUBLISHED:
        raise NotPublishedError
    changes = {mark.id: wanted[mark.id] for mark in marks if wanted[mark.id] != mark.earned}
    if not changes:
        raise NothingToRegradeError
    regrade = Regrade(
        institution_id=instrument.institution_id,
        cycle_id=cycle.id,
        instrument_id=instrument.id,
        reason=reason,
        state=RegradeState.PROPOSED,
        proposed_at=at,
        proposed_by=by.person_id,
    )
    session.add(regrade)
    session.flush()
    common = {"regrade_id": regrade.id, "institution_id": instrument.institution_id}
    session.execute(
        sa.insert(RegradeMark),
        [{**common, "mark_id": mark_id, "earned": earned} for mark_id, earned in sorted(changes.items())],
    )
    record_step("regrade.propose", regrade, by, at, {"marks": len(changes), "reason": reason})
    # What it would do to levels: the same arithmetic, with its corrections in the place of the marks.
    aggregate_cycle(cycle_id=cycle.id, by=by, at=at, regrade_id=regrade.id)
    return regrade


def load_open_regrade(regrade_id: int) -> Regrade:
    """Return a regrade that may still be signed; raises `RegradeOverError`, `RegradeStaleError`."""
    regrade = session.get_one(Regrade, regrade_id, populate_existing=True)
    if regrade.state is not RegradeState.PROPOSED:
        raise RegradeOverError
    if is_overtaken(regrade_id):
        raise RegradeStaleError
    return regrade


def is_overtaken(regrade_id: int) -> bool:
    """Tell whether any of a proposal's marks was superseded by another correction."""
    mine = sa.select(RegradeMark.mark_id).where(RegradeMark.regrade_id == regrade_id)
    return bool(session.scalar(sa.select(sa.exists().where(Mark.supersedes_id.in_(mine)))))


def book_regrade(*, regrade: Regrade, by: Actor, at: datetime) -> None:
    """Book a signed regrade: a batch of rows that supersede the marks it corrects."""
    rows = session.execute(
        sa.select(RegradeMark.mark_id, RegradeMark.earned).where(RegradeMark.regrade_id == regrade.id)
    )
    supersede_marks(
        instrument=regrade.instrument,
        source=f"regrade:{regrade.id}",
        earned={row.mark_id: row.earned for row in rows},
        by=by,
        reason=regrade.reason,
        at=at,
    )
    regrade.state = RegradeState.BOOKED
    session.flush()
    record_step("regrade.book", regrade, by, at, {})


def record_step(action: str, regrade: Regrade, by: Actor, at: datetime, detail: dict[str, object]) -> None:
    """Leave the audit row of a regrade's step."""
    record_act(
        by=by,
        institution_id=regrade.institution_id,
        action=action,
        object_type="regrade",
        object_id=regrade.id,
        detail={"cycle": regrade.cycle_id, **detail},
        at=at,
    )
