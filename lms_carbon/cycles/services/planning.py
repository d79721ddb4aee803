"""Planning a cycle: tracks, policies, instruments, opening."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.i18n import text_in
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.errors import (
    CodeTakenError,
    CycleNotOpenError,
    DeadlinePastError,
    NothingPlannedError,
    PlanFixedError,
    PolicyFrozenError,
    PolicyNotConfirmedError,
    TrackTakenError,
)
from lms_carbon.cycles.models import (
    Cycle,
    CycleState,
    EntryRule,
    Instrument,
    InstrumentKind,
    Track,
)
from lms_carbon.cycles.rules import ResultRule
from lms_carbon.framework.models import Position
from lms_carbon.people.services.audit import record_act


def create_cycle(
    *,
    institution_id: int,
    code: str,
    title: Mapping[str, str],
    by: Actor | None,
    at: datetime,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> Cycle:
    """Plan a cycle; raises `CodeTakenError`."""
    if session.scalar(sa.select(Cycle.id).where(Cycle.institution_id == institution_id, Cycle.code == code)):
        raise CodeTakenError(code=code)
    cycle = Cycle(
        institution_id=institution_id,
        code=code,
        title=dict(title),
        state=CycleState.PLANNED,
        opens_at=opens_at,
        closes_at=closes_at,
        created_at=at,
        created_by=by.person_id if by else None,
    )
    session.add(cycle)
    session.flush()
    _record("cycle.create", cycle, by, at)
    return cycle


def add_track(
    *, cycle: Cycle, position: Position, band: str, entry: EntryRule, by: Actor | None, at: datetime
) -> Track:
    """Add a position and band to a cycle that is not open yet; raises `PolicyFrozenError`, `TrackTakenError`."""
    if cycle.state is not CycleState.PLANNED:
        raise PolicyFrozenError
    same = (Track.cycle_id == cycle.id, Track.position_id == position.id, Track.band == band)
    if session.scalar(sa.select(Track.id).where(*same)):
        raise TrackTakenError(track=text_in(position.title, by.language if by else "en"))
    track = Track(
        institution_id=cycle.institution_id, cycle_id=cycle.id, position_id=position.id, band=band, entry=entry
    )
    session.add(track)
    session.flush()
    _record("track.create", track, by, at, {"position": position.code, "band": band, "entry": entry})
    return track


def confirm_policy(*, track: Track, policy: Mapping[str, Any], rationale: str, by: Actor, at: datetime) -> None:
    """Freeze a track's policy under the name of who answers for it (DESIGN §3, Policy)."""
    if track.cycle.state is not CycleState.PLANNED:
        raise PolicyFrozenError
    track.policy = dict(policy)
    track.policy_rationale = rationale
    track.policy_confirmed_by = by.person_id
    track.policy_confirmed_at = at
    session.flush()
    _record("track.confirm_policy", track, by, at, {"policy": dict(policy), "rationale": rationale})


def add_instrument(
    *,
    track: Track,
    kind: InstrumentKind,
    dimension: str,
    title: Mapping[str, str],
    by: Actor | None,
    at: datetime,
    weight: int = 1,
    result_rule: ResultRule = ResultRule.LAST,
) -> Instrument:
    """Add an instrument to a track; raises `PlanFixedError` once the cycle ends."""
    if track.cycle.state not in (CycleState.PLANNED, CycleState.OPEN):
        raise PlanFixedError
    instrument = Instrument(
        institution_id=track.institution_id,
        track_id=track.id,
        kind=kind,
        dimension=dimension,
        weight=weight,
        result_rule=result_rule,
        title=dict(title),
    )
    session.add(instrument)
    session.flush()
    _record("instrument.create", instrument, by, at, {"kind": kind, "dimension": dimension, "weight": weight})
    return instrument


def open_cycle(*, cycle: Cycle, by: Actor | None, at: datetime) -> None:
    """Open a planned cycle; of two who do so at once, one is told that it is open.

    Raises `PolicyNotConfirmedError` naming a track whose policy nobody answers for, `NothingPlannedError`,
    `DeadlinePastError`, `CycleNotOpenError`.
    """
    if cycle.state is not CycleState.PLANNED:
        raise CycleNotOpenError
    tracks = session.scalars(sa.select(Track).where(Track.cycle_id == cycle.id)).all()
    if not tracks:
        raise NothingPlannedError
    for track in tracks:
        if track.policy_confirmed_at is None:
            raise PolicyNotConfirmedError(track=track.position.code)
    if cycle.closes_at is not None and cycle.closes_at <= at:
        raise DeadlinePastError
    changed = session.scalar(
        sa.update(Cycle)
        .where(Cycle.id == cycle.id, Cycle.state == CycleState.PLANNED)
        .values(state=CycleState.OPEN, opens_at=cycle.opens_at or at)
        .returning(Cycle.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(cycle)
    if changed is None:
        raise CycleNotOpenError
    _record("cycle.open", cycle, by, at)


def _record(action: str, row: Any, by: Actor | None, at: datetime, detail: dict[str, Any] | None = None) -> None:
    record_act(
        by=by,
        institution_id=row.institution_id,
        action=action,
        object_type=row.__tablename__,
        object_id=row.id,
        detail=detail or {},
        at=at,
    )
