"""Reading aggregations: how the ledger stands, and what the last run made of it."""

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.cycles.models import Candidacy, CandidacyState, Cycle, CycleState, Instrument, MarkBatch, Track
from lms_carbon.results.models import Aggregation, Regrade, RegradeState


def read_inputs(cycle_id: int) -> str:
    """Return how ledger and candidacies of a cycle stand, as a short text that differs whenever either has changed.

    Batches are counted, not dated: two that commit in another order than they began are seen all the same.
    """
    batches = session.execute(
        sa.select(sa.func.count(MarkBatch.id), sa.func.coalesce(sa.func.max(MarkBatch.id), 0))
        .join(Instrument, Instrument.id == MarkBatch.instrument_id)
        .join(Track, Track.id == Instrument.track_id)
        .where(Track.cycle_id == cycle_id)
    ).one()
    people = session.execute(
        sa.select(
            sa.func.count(Candidacy.id),
            sa.func.coalesce(sa.func.sum(Candidacy.id), 0),
            sa.func.count(Candidacy.years),
            sa.func.coalesce(sa.func.sum(Candidacy.years), 0),
        )
        .join(Track, Track.id == Candidacy.track_id)
        .where(Track.cycle_id == cycle_id, Candidacy.state == CandidacyState.ENTERED)
    ).one()
    return ":".join(str(int(number or 0)) for number in (*batches, *people))


def latest_aggregation(cycle_id: int, regrade_id: int | None = None) -> Aggregation | None:
    """Return the newest aggregation of a cycle, or of a proposed regrade in it.

    What a proposal would change counts for the cycle only once it is booked.
    """
    query = sa.select(Aggregation).where(Aggregation.cycle_id == cycle_id)
    if regrade_id is None:
        booked = sa.select(Regrade.id).where(Regrade.cycle_id == cycle_id, Regrade.state == RegradeState.BOOKED)
        query = query.where(Aggregation.regrade_id.is_(None) | Aggregation.regrade_id.in_(booked))
    else:
        query = query.where(Aggregation.regrade_id == regrade_id)
    return session.scalar(query.order_by(Aggregation.number.desc()).limit(1))


def list_stale_cycles() -> list[int]:
    """Return the ids of closed cycles whose ledger has changed since they were aggregated last."""
    closed = session.scalars(sa.select(Cycle.id).where(Cycle.state == CycleState.CLOSED).order_by(Cycle.id)).all()
    return [cycle_id for cycle_id in closed if is_stale(cycle_id)]


def is_stale(cycle_id: int) -> bool:
    """Tell whether the newest aggregation, if there is one, no longer fits the ledger."""
    last = latest_aggregation(cycle_id)
    return last is None or last.inputs != read_inputs(cycle_id)
