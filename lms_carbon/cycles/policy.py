"""Who may do what in cycles. Objects are loaded through these rights; what is not one's own looks like nothing."""

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Instrument, Track


def load_track(by: Actor, track_id: int) -> Track:
    """Return a track of the actor's institution; raises `NotFoundError`."""
    track = session.scalar(sa.select(Track).where(Track.id == track_id, Track.institution_id == by.institution_id))
    if track is None:
        raise NotFoundError
    return track


def load_instrument(by: Actor, instrument_id: int) -> Instrument:
    """Return an instrument of the actor's institution; raises `NotFoundError`."""
    found = session.scalar(
        sa.select(Instrument).where(Instrument.id == instrument_id, Instrument.institution_id == by.institution_id)
    )
    if found is None:
        raise NotFoundError
    return found
