"""Who may do what in cycles. Objects are loaded through these rights; what is not one's own looks like nothing."""

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Candidacy, Cycle, Instrument, Track


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


def load_cycle(by: Actor, cycle_id: int) -> Cycle:
    """Return a cycle of the actor's institution; raises `NotFoundError`."""
    found = session.scalar(sa.select(Cycle).where(Cycle.id == cycle_id, Cycle.institution_id == by.institution_id))
    if found is None:
        raise NotFoundError
    return found


def load_candidacy(by: Actor, candidacy_id: int) -> Candidacy:
    """Return a candidacy of the actor's institution, whoever's it is: for officers. Raises `NotFoundError`."""
    found = session.scalar(
        sa.select(Candidacy).where(Candidacy.id == candidacy_id, Candidacy.institution_id == by.institution_id)
    )
    if found is None:
        raise NotFoundError
    return found
