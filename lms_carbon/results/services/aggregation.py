"""From the ledger to levels, for all candidacies of a cycle at once (DESIGN §3).

Two statements a track, each over all its candidacies; the arithmetic is that of `results.rules`, in integers, rounded
half up where the rules round. So the same ledger gives the same scores on both databases, and the same digest.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Cycle, CycleState, Instrument, Track
from lms_carbon.framework.queries import get_band, read_framework
from lms_carbon.people.services.audit import record_act
from lms_carbon.results.errors import CycleNotClosedError
from lms_carbon.results.models import Aggregation, CandidacyScore, InstrumentScore, Publication
from lms_carbon.results.policies import parse_policy
from lms_carbon.results.queries.aggregations import latest_aggregation, read_inputs
from lms_carbon.results.services.statements import candidacy_scores_of, instrument_scores_of


def aggregate_cycle(*, cycle_id: int, by: Actor | None, at: datetime, regrade_id: int | None = None) -> Aggregation:
    """Compute scores, outcomes and levels of all candidacies of a cycle that is over.

    With a regrade, its corrections count as if they were booked. Where nothing has changed since the last run, that
    one is returned and nothing is written: the same ledger gives the same digest. The caller's transaction holds the
    cycle, so of two schedulers the second finds the work done. Raises `NotFoundError`, `CycleNotClosedError`.
    """
    cycle = lock_cycle(cycle_id)
    if cycle.state not in (CycleState.CLOSED, CycleState.PUBLISHED):
        raise CycleNotClosedError
    inputs = read_inputs(cycle.id)
    last = latest_aggregation(cycle.id, regrade_id)
    aggregation = _begin(cycle, inputs, by, at, regrade_id)
    for track in session.scalars(sa.select(Track).where(Track.cycle_id == cycle.id).order_by(Track.id)):
        _aggregate_track(aggregation, track)
    aggregation.digest, aggregation.candidacies = digest_scores(aggregation.id)
    session.flush()
    if last is not None and (last.digest, last.inputs) == (aggregation.digest, inputs):
        _remove_scores([aggregation.id])
        session.delete(aggregation)
        session.flush()
        return last
    _let_go_of_older(aggregation)
    record_act(
        by=by,
        institution_id=cycle.institution_id,
        action="cycle.aggregate",
        object_type="aggregation",
        object_id=aggregation.id,
        detail={"cycle": cycle.id, "digest": aggregation.digest, "candidacies": aggregation.candidacies},
        at=at,
    )
    return aggregation


def lock_cycle(cycle_id: int) -> Cycle:
    """Return a cycle, held until the transaction ends; raises `NotFoundError`."""
    held = sa.select(Cycle).where(Cycle.id == cycle_id).with_for_update().execution_options(populate_existing=True)
    cycle = session.scalar(held)
    if cycle is None:
        raise NotFoundError
    return cycle


def digest_scores(aggregation_id: int) -> tuple[str, int]:
    """Return the SHA-256 over all scores and outcomes of an aggregation, by candidacy, and how many there are.

    Ids of candidacies and instruments are in it, that of the aggregation is not; the same on both databases.
    """
    parts, whole = InstrumentScore, CandidacyScore
    digest = hashlib.sha256()
    for table, keys, values in (
        (parts, (parts.candidacy_id, parts.instrument_id), (parts.attempt, parts.earned, parts.possible, parts.score)),
        (
            whole,
            (whole.candidacy_id,),
            (whole.knowledge, whole.skill, whole.practice, whole.total, whole.outcome, whole.level),
        ),
    ):
        digest.update(_written_out(table.aggregation_id == aggregation_id, keys, values).encode())
        digest.update(b"\n\n")
    count = session.scalar(sa.select(sa.func.count()).where(whole.aggregation_id == aggregation_id))
    return digest.hexdigest(), count or 0


def _written_out(where: sa.ColumnElement[bool], keys: Sequence[Any], values: Sequence[Any]) -> str:
    """Return rows as lines of text in the order of their keys; the database joins them, which is what is fast."""
    fields: list[Any] = [sa.func.coalesce(sa.cast(each, sa.String), "-") for each in (*keys, *values)]
    line = fields[0]
    for each in fields[1:]:
        line = line + ":" + each
    if session.get_bind().dialect.name == "postgresql":
        joined = sa.func.string_agg(line, postgresql.aggregate_order_by(sa.literal("\n"), *keys))
        return session.scalar(sa.select(joined).where(where)) or ""
    lines = sa.select(line.label("line")).where(where).order_by(*keys).subquery()
    return session.scalar(sa.select(sa.func.group_concat(lines.c.line, "\n"))) or ""


def _begin(cycle: Cycle, inputs: str, by: Actor | None, at: datetime, regrade_id: int | None) -> Aggregation:
    number = session.scalar(sa.select(sa.func.max(Aggregation.number)).where(Aggregation.cycle_id == cycle.id)) or 0
    aggregation = Aggregation(
        institution_id=cycle.institution_id,
        cycle_id=cycle.id,
        number=number + 1,
        regrade_id=regrade_id,
        at=at,
        person_id=by.person_id if by else None,
        candidacies=0,
        inputs=inputs,
        digest="",
    )
    session.add(aggregation)
    session.flush()
    return aggregation


def _aggregate_track(aggregation: Aggregation, track: Track) -> None:
    instruments: Sequence[Instrument] = session.scalars(
        sa.select(Instrument).where(Instrument.track_id == track.id).order_by(Instrument.id)
    ).all()
    band = get_band(track.band)
    policy = parse_policy(track.policy, bands=read_framework().bands)
    session.execute(instrument_scores_of(aggregation, track))
    session.execute(candidacy_scores_of(aggregation, track, instruments, band, policy))


def _let_go_of_older(aggregation: Aggregation) -> None:
    """Remove the scores of earlier runs that nobody has signed; that they were made, and their digests, stays."""
    signed = sa.select(Publication.aggregation_id).where(Publication.cycle_id == aggregation.cycle_id)
    same = (
        Aggregation.regrade_id.is_(None)
        if aggregation.regrade_id is None
        else Aggregation.regrade_id == aggregation.regrade_id
    )
    older = session.scalars(
        sa.select(Aggregation.id).where(
            Aggregation.cycle_id == aggregation.cycle_id,
            Aggregation.number < aggregation.number,
            Aggregation.id.not_in(signed),
            same,
        )
    ).all()
    _remove_scores(older)


def _remove_scores(aggregation_ids: Sequence[int]) -> None:
    for table in (InstrumentScore, CandidacyScore):
        gone = sa.delete(table).where(table.aggregation_id.in_(aggregation_ids))
        session.execute(gone.execution_options(synchronize_session=False))
