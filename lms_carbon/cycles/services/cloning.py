"""A second instrument like another one, in a track of another round: what a copied course is offered."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.hooks import ClonePlace, instrument_facts
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Cycle, CycleState, Instrument, Track
from lms_carbon.cycles.queries import name_track
from lms_carbon.cycles.services.planning import add_instrument


def list_clone_places(instrument: Instrument) -> list[ClonePlace]:
    """Return the tracks in which a clone can count: same position, another round. One query.

    Not the original's own track: there everybody would lack the second one.
    """
    beside = (
        sa.select(sa.func.count())
        .where(Instrument.track_id == Track.id, Instrument.dimension == instrument.dimension)
        .scalar_subquery()
    )
    rows = session.execute(
        _usable(instrument)
        .add_columns(beside)
        .options(joinedload(Track.cycle), joinedload(Track.position))
        .order_by(Track.cycle_id.desc(), Track.id)
    )
    return [ClonePlace(track_id=track.id, title=name_track(track), beside=count) for track, count in rows]


def _usable(instrument: Instrument) -> sa.Select[Track]:
    own = sa.select(Track.position_id).where(Track.id == instrument.track_id).scalar_subquery()
    return (
        sa.select(Track)
        .join(Cycle, Cycle.id == Track.cycle_id)
        .where(
            Track.institution_id == instrument.institution_id,
            Track.position_id == own,
            Track.id != instrument.track_id,
            Cycle.state.in_((CycleState.PLANNED, CycleState.OPEN)),
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
