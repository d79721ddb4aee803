"""Clones of portfolio reviews for copied courses: the same rubric with an end of its own, nobody's evidence."""

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


def list_clone_places(target: str, institution_id: int) -> list[ClonePlace] | None:
    """Answer the hook `clone_places` for `portfolio:<code>`."""
    review = _find(target, institution_id)
    return None if review is None else cloning.list_clone_places(review.instrument)


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
    kind, _, code = target.partition(":")
    if kind != "portfolio" or not code:
        return None
    return session.scalar(
        sa.select(PortfolioReview)
        .where(PortfolioReview.institution_id == institution_id, PortfolioReview.code == code)
        .options(joinedload(PortfolioReview.instrument))
    )
