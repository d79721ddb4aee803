"""The first gate: showing an instrument's scores (DESIGN §3)."""

from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.errors import AlreadyReleasedError
from lms_carbon.cycles.models import Instrument
from lms_carbon.people.services.audit import record_act


def release_instrument(*, instrument: Instrument, by: Actor, at: datetime) -> None:
    """Let an instrument's scores be seen, once; of two officers who press at once, one is told so."""
    changed = session.scalar(
        sa.update(Instrument)
        .where(Instrument.id == instrument.id, Instrument.released_at.is_(None))
        .values(released_at=at, released_by=by.person_id)
        .returning(Instrument.id)
    )
    if changed is None:
        raise AlreadyReleasedError
    session.refresh(instrument)
    record_act(
        by=by,
        institution_id=instrument.institution_id,
        action="instrument.release",
        object_type="instrument",
        object_id=instrument.id,
        at=at,
    )
