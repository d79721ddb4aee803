"""Clones of practicals for copied courses: the same task with a deadline of its own, nobody's sheets."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lms_carbon.core.db import session
from lms_carbon.core.hooks import Clone, ClonePlace
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Instrument
from lms_carbon.cycles.rules import clone_code, clone_deadline
from lms_carbon.cycles.services import cloning
from lms_carbon.practicals.models import Practical
from lms_carbon.practicals.policy import check_officer
from lms_carbon.practicals.services.practicals import create_practical


def list_clone_places(target: str, institution_id: int) -> list[ClonePlace] | None:
    """Answer the hook `clone_places` for `practical:<code>`."""
    practical = _find(target, institution_id)
    return None if practical is None else cloning.list_clone_places(practical.instrument)


def make_clone(target: str, track_id: int, by: Actor, at: datetime) -> Clone | None:
    """Answer the hook `make_clone`. Raises `NotFoundError` and the errors of `create_practical`."""
    practical = _find(target, by.institution_id)
    if practical is None:
        return None
    check_officer(by)
    instrument: Instrument = cloning.clone_instrument(instrument=practical.instrument, track_id=track_id, by=by, at=at)
    taken = session.scalars(sa.select(Practical.code).where(Practical.institution_id == by.institution_id)).all()
    clone = create_practical(
        code=clone_code(practical.code, set(taken)),
        instrument_id=instrument.id,
        task_id=practical.task_id,
        opens_at=None,
        closes_at=clone_deadline(practical.closes_at, instrument.track.cycle.closes_at, at),
        by=by,
        at=at,
    )
    return Clone(target=f"practical:{clone.code}", path=f"/practicals/{clone.id}/desk")


def _find(target: str, institution_id: int) -> Practical | None:
    kind, _, code = target.partition(":")
    if kind != "practical" or not code:
        return None
    return session.scalar(
        sa.select(Practical)
        .where(Practical.institution_id == institution_id, Practical.code == code)
        .options(joinedload(Practical.instrument))
    )
