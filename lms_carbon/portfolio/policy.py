"""Who may do what with portfolios. Objects are loaded through these rights; what is not one's own looks like none."""

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from lms_carbon.core.db import session
from lms_carbon.core.errors import ForbiddenError, NotFoundError
from lms_carbon.core.identity import Actor, Role
from lms_carbon.cycles.models import Instrument, Track
from lms_carbon.marking.policy import may_see_work
from lms_carbon.portfolio.errors import ReviewNotOpenError
from lms_carbon.portfolio.models import Evidence, Portfolio, PortfolioReview
from lms_carbon.portfolio.rules import PortfolioState, ReviewState

READERS = (Role.OFFICER, Role.TEACHER)


def check_officer(by: Actor) -> None:
    """Raise `ForbiddenError` for all but the institution's officers."""
    if not by.has(Role.OFFICER):
        raise ForbiddenError


def load_review_for_officer(by: Actor, review_id: int) -> PortfolioReview:
    """Return a review of the officer's institution with instrument, track, cycle, position and rubric.

    Raises `ForbiddenError`, and `NotFoundError` for those of other institutions.
    """
    check_officer(by)
    return _load_review(by, review_id)


def load_review_for_candidate(by: Actor, review_id: int) -> PortfolioReview:
    """Return a review for a candidate. A draft shows nothing, not even that it is planned.

    Raises `ForbiddenError`, `NotFoundError`, `ReviewNotOpenError`.
    """
    if not by.has(Role.CANDIDATE):
        raise ForbiddenError
    review = _load_review(by, review_id)
    if review.state is ReviewState.DRAFT:
        raise ReviewNotOpenError
    return review


def load_review_for_reader(by: Actor, review_id: int) -> PortfolioReview:
    """Return a review for those who look at what candidates see: officers, and teachers once it is no draft.

    Raises `ForbiddenError`, `NotFoundError`, `ReviewNotOpenError`.
    """
    if not by.has_any(READERS):
        raise ForbiddenError
    review = _load_review(by, review_id)
    if review.state is ReviewState.DRAFT and not by.has(Role.OFFICER):
        raise ReviewNotOpenError
    return review


def load_own_portfolio(by: Actor, review: PortfolioReview, *, lock: bool = False) -> Portfolio:
    """Return one's own portfolio in a review, raises `NotFoundError`.

    `lock` lets whoever changes evidence and whoever hands in at the same moment come one after the other.
    """
    query = sa.select(Portfolio).where(Portfolio.review_id == review.id, Portfolio.person_id == by.person_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    portfolio = session.scalar(query)
    if portfolio is None:
        raise NotFoundError
    return portfolio


def load_own_evidence(portfolio: Portfolio, evidence_id: int) -> Evidence:
    """Return a piece of evidence of one's own portfolio, removed ones too; raises `NotFoundError`."""
    evidence = session.scalar(
        sa.select(Evidence)
        .where(Evidence.id == evidence_id, Evidence.portfolio_id == portfolio.id)
        .options(joinedload(Evidence.file), joinedload(Evidence.requirement))
    )
    if evidence is None:
        raise NotFoundError
    return evidence


def load_evidence_file(by: Actor, review_id: int, evidence_id: int) -> Evidence:
    """Return evidence with its file: one's own, or what was handed in and is the actor's to mark.

    Raises `NotFoundError`. Assessors come this way and no other: the file's own name may be a person's.
    """
    evidence = session.scalar(
        sa.select(Evidence)
        .join(Evidence.portfolio)
        .where(
            Evidence.id == evidence_id,
            Evidence.institution_id == by.institution_id,
            Evidence.file_id.is_not(None),
            Portfolio.review_id == review_id,
        )
        .options(joinedload(Evidence.file), joinedload(Evidence.requirement), contains_eager(Evidence.portfolio))
    )
    if evidence is None:
        raise NotFoundError
    portfolio = evidence.portfolio
    handed_in = portfolio.state is PortfolioState.SUBMITTED and evidence.removed_at is None
    if portfolio.person_id != by.person_id and not (handed_in and may_see_work(by, f"portfolio:{portfolio.id}")):
        raise NotFoundError
    return evidence


def _load_review(by: Actor, review_id: int) -> PortfolioReview:
    track = joinedload(PortfolioReview.instrument).joinedload(Instrument.track)
    review = session.scalar(
        sa.select(PortfolioReview)
        .where(PortfolioReview.id == review_id, PortfolioReview.institution_id == by.institution_id)
        .options(track.joinedload(Track.cycle), track.joinedload(Track.position), joinedload(PortfolioReview.rubric))
    )
    if review is None:
        raise NotFoundError
    return review
