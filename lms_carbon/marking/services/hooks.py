"""What marking answers to other packages; registered in `app.py`."""

from lms_carbon.core.db import session
from lms_carbon.core.hooks import OpenWork
from lms_carbon.core.i18n import mark
from lms_carbon.cycles.models import Instrument, Track
from lms_carbon.marking.models import Work, WorkState
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
