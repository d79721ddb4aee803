"""Changing what was planned, as long as nothing rests on it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import database_now, session
from lms_carbon.core.hooks import instrument_facts
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.errors import DeadlinePastError, PlanFixedError, StillUsedError
from lms_carbon.cycles.models import Candidacy, Cycle, CycleState, EntryRule, Instrument, Track
from lms_carbon.cycles.rules import ResultRule
from lms_carbon.people.services.audit import record_act

_RUNS = (CycleState.PLANNED, CycleState.OPEN)


def update_cycle(
    *, cycle: Cycle, title: Mapping[str, str], closes_at: datetime | None, by: Actor, at: datetime
) -> None:
    """Change a cycle's title, and its end until it ends. Raises `PlanFixedError`, `DeadlinePastError`."""
    before = {"title": cycle.title, "closes_at": _plain(cycle.closes_at)}
    if closes_at != cycle.closes_at:
        if cycle.state not in _RUNS:
            raise PlanFixedError
        check_deadline(closes_at)
    cycle.title, cycle.closes_at = dict(title), closes_at
    session.flush()
    _record("cycle.update", cycle, by, at, before, {"title": cycle.title, "closes_at": _plain(closes_at)})


def check_deadline(closes_at: datetime | None) -> None:
    """Raise `DeadlinePastError` for an end that lies behind the database's clock."""
    if closes_at is not None and closes_at <= session.scalars(sa.select(database_now())).one():
        raise DeadlinePastError


def set_entry_rule(*, track: Track, entry: EntryRule, by: Actor, at: datetime) -> None:
    """Change what a launch of somebody without a candidacy does. Raises `PlanFixedError` once the cycle ends."""
    if track.cycle.state not in _RUNS:
        raise PlanFixedError
    before = track.entry
    track.entry = entry
    session.flush()
    _record("track.update", track, by, at, {"entry": before}, {"entry": entry})


def remove_track(*, track: Track, by: Actor, at: datetime) -> None:
    """Remove a track from a planned cycle. Raises `PlanFixedError`, and `StillUsedError` while anything is in it."""
    if track.cycle.state is not CycleState.PLANNED:
        raise PlanFixedError
    inside = sa.or_(
        sa.exists().where(Instrument.track_id == track.id), sa.exists().where(Candidacy.track_id == track.id)
    )
    if session.scalar(sa.select(inside)):
        raise StillUsedError
    _record("track.delete", track, by, at, {"position": track.position.code, "band": track.band}, {})
    session.delete(track)
    session.flush()


def update_instrument(
    *,
    instrument: Instrument,
    title: Mapping[str, str],
    dimension: str,
    weight: int,
    result_rule: ResultRule,
    by: Actor,
    at: datetime,
) -> None:
    """Change an instrument: its title until the cycle ends, what it counts for only while the cycle is planned.

    Raises `PlanFixedError`.
    """
    state = instrument.track.cycle.state
    before = _counts(instrument)
    after = {"title": dict(title), "dimension": dimension, "weight": weight, "result_rule": result_rule}
    fixed = {name: before[name] for name in ("dimension", "weight", "result_rule")}
    if state not in _RUNS or (state is not CycleState.PLANNED and fixed != {name: after[name] for name in fixed}):
        raise PlanFixedError
    instrument.title, instrument.dimension = dict(title), dimension
    instrument.weight, instrument.result_rule = weight, result_rule
    session.flush()
    _record("instrument.update", instrument, by, at, before, after)


def remove_instrument(*, instrument: Instrument, by: Actor, at: datetime) -> None:
    """Remove an instrument from a planned cycle. Raises `PlanFixedError`, and `StillUsedError` once it is set up."""
    if instrument.track.cycle.state is not CycleState.PLANNED:
        raise PlanFixedError
    facts = (each for answer in instrument_facts.ask(instrument.track_id) for each in answer)
    if any(each.instrument_id == instrument.id for each in facts):
        raise StillUsedError
    _record("instrument.delete", instrument, by, at, {"kind": instrument.kind, **_counts(instrument)}, {})
    session.delete(instrument)
    session.flush()


def _counts(instrument: Instrument) -> dict[str, Any]:
    return {
        "title": instrument.title,
        "dimension": instrument.dimension,
        "weight": instrument.weight,
        "result_rule": instrument.result_rule,
    }


def _plain(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _record(
    action: str, row: Cycle | Track | Instrument, by: Actor, at: datetime, before: dict[str, Any], after: dict[str, Any]
) -> None:
    record_act(
        by=by,
        institution_id=row.institution_id,
        action=action,
        object_type=str(row.__tablename__),
        object_id=row.id,
        detail={"before": before, "after": after},
        at=at,
    )
