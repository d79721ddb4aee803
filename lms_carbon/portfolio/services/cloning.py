"""Clones of portfolio reviews for copied courses: the same rubric with an end of its own, nobody's evidence."""

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
from lms_carbon.portfolio.models import PortfolioReview
from lms_carbon.portfolio.policy import check_officer
from lms_carbon.portfolio.services.reviews import create_review


def list_clone_places(targets: Collection[str], institution_id: int) -> dict[str, list[ClonePlace]]:
    """Answer the hook `clone_places` for `portfolio:<code>`."""
    found = _find_all(targets, institution_id)
    return cloning.list_clone_places({target: each.instrument for target, each in found.items() if each.instrument})


def make_clone(target: str, track_id: int, by: Actor, at: datetime) -> Clone | None:
    """Answer the hook `make_clone`. Raises `NotFoundError` and the errors of `create_review`."""
    review = _find(target, by.institution_id)
    if review is None:
        return None
    check_officer(by)
    instrument: Instrument = cloning.clone_instrument(instrument=review.instrument, track_id=track_id, by=by, at=at)
    taken = session.scalars(
        sa.select(PortfolioReview.code).where(PortfolioReview.institution_id == by.institution_id)
    ).all()
    clone = create_review(
        code=clone_code(review.code, set(taken)),
        instrument_id=instrument.id,
        rubric_id=review.rubric_id,
        opens_at=None,
        closes_at=clone_deadline(review.closes_at, instrument.track.cycle.closes_at, at),
        by=by,
        at=at,
    )
    return Clone(target=f"portfolio:{clone.code}", path=f"/portfolios/{clone.id}/desk")


def _find(target: str, institution_id: int) -> PortfolioReview | None:
    return _find_all([target], institution_id).get(target)


def _find_all(targets: Collection[str], institution_id: int) -> dict[str, PortfolioReview]:
    codes = [code for kind, _, code in (target.partition(":") for target in targets) if kind == "portfolio" and code]
    if not codes:
        return {}
    query = (
        sa.select(PortfolioReview)
        .where(PortfolioReview.institution_id == institution_id, PortfolioReview.code.in_(codes))
        .options(joinedload(PortfolioReview.instrument))
    )
    return {f"portfolio:{each.code}": each for each in session.scalars(query)}
