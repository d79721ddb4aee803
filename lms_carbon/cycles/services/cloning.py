"""A second instrument like another one, in a track of another round: what a copied course is offered."""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.hooks import ClonePlace, instrument_facts
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Cycle, CycleState, Instrument, Track
from lms_carbon.cycles.queries import name_track
from lms_carbon.cycles.services.planning import add_instrument


def list_clone_places(instruments: Mapping[str, Instrument]) -> dict[str, list[ClonePlace]]:
    """Return the tracks in which a clone of each can count: same position, another round. Three queries.

    Not the original's own track: there everybody would lack the second one.
    """
    if not instruments:
        return {}
    own = {each.track_id for each in instruments.values()}
    rows = session.execute(sa.select(Track.id, Track.position_id).where(Track.id.in_(own)))
    positions = {row.id: row.position_id for row in rows}
    tracks = session.scalars(
        sa.select(Track)
        .join(Track.cycle)
        .where(
            Track.institution_id.in_({each.institution_id for each in instruments.values()}),
            Track.position_id.in_(set(positions.values())),
            _plannable(),
        )
        .options(contains_eager(Track.cycle), joinedload(Track.position))
        .order_by(Track.cycle_id.desc(), Track.id)
    ).all()
    beside = _count_instruments([track.id for track in tracks])
    return {
        key: [
            ClonePlace(track_id=track.id, title=name_track(track), beside=beside.get((track.id, each.dimension), 0))
            for track in tracks
            if track.institution_id == each.institution_id
            and track.position_id == positions[each.track_id]
            and track.id != each.track_id
        ]
        for key, each in instruments.items()
    }


def _count_instruments(track_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Return (track, dimension) → how many instruments there are."""
    rows = session.execute(
        sa.select(Instrument.track_id, Instrument.dimension, sa.func.count())
        .where(Instrument.track_id.in_(track_ids))
        .group_by(Instrument.track_id, Instrument.dimension)
    )
    return {(track_id, dimension): count for track_id, dimension, count in rows}


def _plannable() -> sa.ColumnElement[bool]:
    return Cycle.state.in_((CycleState.PLANNED, CycleState.OPEN))


def _usable(instrument: Instrument) -> sa.Select[Track]:
    own = sa.select(Track.position_id).where(Track.id == instrument.track_id).scalar_subquery()
    return (
        sa.select(Track)
        .join(Cycle, Cycle.id == Track.cycle_id)
        .where(
            Track.institution_id == instrument.institution_id,
            Track.position_id == own,
            Track.id != instrument.track_id,
            _plannable(),
        )
    )


def clone_instrument(*, instrument: Instrument, track_id: int, by: Actor, at: datetime) -> Instrument:
    """Return the instrument that a clone is made for: one that is planned there and still empty, else a new one.

    Raises `NotFoundError` for a track in which the clone cannot count.
    """
    track = session.scalar(
        _usable(instrument).where(Track.id == track_id).with_for_update(of=Track).options(joinedload(Track.cycle))
    )
    if track is None:
        raise NotFoundError
    used = {facts.instrument_id for answer in instrument_facts.ask(track.id) for facts in answer}
    planned = session.scalars(
        sa.select(Instrument)
        .where(
            Instrument.track_id == track.id,
            Instrument.kind == instrument.kind,
            Instrument.dimension == instrument.dimension,
            Instrument.released_at.is_(None),
        )
        .order_by(Instrument.id)
    )
    empty = next((each for each in planned if each.id not in used), None)
    if empty is not None:
        return empty
    return add_instrument(
        track=track,
        kind=instrument.kind,
        dimension=instrument.dimension,
        weight=instrument.weight,
        result_rule=instrument.result_rule,
        title=instrument.title,
        by=by,
        at=at,
    )
