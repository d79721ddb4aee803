"""Clones of practicals for copied courses: the same task with a deadline of its own, nobody's sheets."""

from collections.abc import Collection
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


def list_clone_places(targets: Collection[str], institution_id: int) -> dict[str, list[ClonePlace]]:
    """Answer the hook `clone_places` for `practical:<code>`."""
    found = _find_all(targets, institution_id)
    return cloning.list_clone_places({target: each.instrument for target, each in found.items() if each.instrument})


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
    return _find_all([target], institution_id).get(target)


def _find_all(targets: Collection[str], institution_id: int) -> dict[str, Practical]:
    codes = [code for kind, _, code in (target.partition(":") for target in targets) if kind == "practical" and code]
    if not codes:
        return {}
    query = (
        sa.select(Practical)
        .where(Practical.institution_id == institution_id, Practical.code.in_(codes))
        .options(joinedload(Practical.instrument))
    )
    return {f"practical:{each.code}": each for each in session.scalars(query)}
