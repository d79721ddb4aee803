"""What marking answers to other packages; registered in `app.py`."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.hooks import OpenWork
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Candidacy, Instrument, Track
from lms_carbon.marking.errors import MarkedThemselvesError
from lms_carbon.marking.models import Assignment, Work, WorkState
from lms_carbon.marking.queries import counted_works


def open_work_of_marking(cycle_id: int) -> list[OpenWork]:
    """Answer the hook `open_work`: works that are not settled, by instrument, by code alone."""
    query = (
        counted_works()
        .join(Instrument, Instrument.id == Work.instrument_id)
        .join(Track, Track.id == Instrument.track_id)
        .where(Track.cycle_id == cycle_id, Work.state != WorkState.SETTLED)
        .with_only_columns(Work.instrument_id, Work.code)
        .order_by(Work.instrument_id, Work.code)
    )
    codes: dict[int, list[str]] = {}
    for instrument_id, code in session.execute(query):
        codes.setdefault(instrument_id, []).append(code)
    return [
        OpenWork(
            instrument_id=instrument_id,
            title=mark("Work not yet marked"),
            names=tuple(names),
            path=f"/marking/instruments/{instrument_id}",
            running=False,
        )
        for instrument_id, names in codes.items()
    ]


def check_merge(_by: Actor, kept_id: int, gone_id: int, _at: datetime) -> dict[str, Any]:
    """Answer the hook `before_merge`: nobody becomes who marked them. Raises `MarkedThemselvesError`."""
    both = (kept_id, gone_id)
    marked = (
        sa.select(Assignment.id)
        .join(Work, Work.id == Assignment.work_id)
        .join(Candidacy, Candidacy.id == Work.candidacy_id)
        .where(Assignment.person_id.in_(both), Candidacy.person_id.in_(both))
    )
    if session.scalar(marked.where(Assignment.person_id != Candidacy.person_id).limit(1)) is not None:
        raise MarkedThemselvesError
    return {}
