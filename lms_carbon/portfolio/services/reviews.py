"""Portfolio reviews: making, changing, opening and closing them."""

import re
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.errors import CycleNotOpenError
from lms_carbon.cycles.models import CycleState, Instrument, InstrumentKind
from lms_carbon.cycles.policy import load_instrument
from lms_carbon.marking.models import Rubric
from lms_carbon.marking.services.rubrics import freeze_rubric
from lms_carbon.people.services.audit import record_act
from lms_carbon.portfolio.errors import (
    ReviewCodeTakenError,
    ReviewExistsError,
    ReviewReleasedError,
    ReviewSettingsError,
    ReviewStateError,
)
from lms_carbon.portfolio.models import PortfolioReview
from lms_carbon.portfolio.policy import check_officer, load_review_for_officer
from lms_carbon.portfolio.rules import REVIEW_STEPS, ReviewState

_CODE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")


def create_review(
    *,
    code: str,
    instrument_id: int,
    rubric_id: int,
    opens_at: datetime | None,
    closes_at: datetime,
    by: Actor,
    at: datetime,
) -> PortfolioReview:
    """Make the review of a portfolio instrument and freeze its rubric for the track's position.

    Raises `ReviewSettingsError`, `ReviewCodeTakenError`, `ReviewExistsError`, `NotFoundError`, and what
    `marking.services.rubrics.freeze_rubric` raises where no criterion shows a requirement of the position.
    """
    check_officer(by)
    _check(code, opens_at, closes_at)
    instrument = _load_free_instrument(by, instrument_id)
    _check_rubric(by, rubric_id)
    _check_code_free(by, code)
    review = PortfolioReview(
        institution_id=by.institution_id,
        code=code,
        instrument_id=instrument.id,
        rubric_id=rubric_id,
        state=ReviewState.DRAFT,
        opens_at=opens_at,
        closes_at=closes_at,
        created_at=at,
        created_by=by.person_id,
    )
    try:
        with session.begin_nested():
            session.add(review)
            session.flush()
            freeze_rubric(instrument=instrument, rubric_id=rubric_id, by=by, at=at)
    except IntegrityError as problem:
        raise ReviewCodeTakenError(code=code) from problem
    _record("create", review, by, at, {"code": code, "instrument": instrument.id, "rubric": rubric_id})
    return review


def update_review(
    *, review_id: int, opens_at: datetime | None, closes_at: datetime, by: Actor, at: datetime
) -> PortfolioReview:
    """Change when candidates may hand in. Raises `ReviewSettingsError`, `ReviewReleasedError`."""
    review = load_review_for_officer(by, review_id)
    _check(review.code, opens_at, closes_at)
    _check_not_released(review)
    before = _times(review)
    review.opens_at, review.closes_at = opens_at, closes_at
    session.flush()
    _record("update", review, by, at, {"before": before, "after": _times(review)})
    return review


def open_review(*, review_id: int, by: Actor, at: datetime) -> PortfolioReview:
    """Let candidates work on portfolios, from `opens_at` on.

    Raises `CycleNotOpenError`, `ReviewReleasedError`, `ReviewStateError`.
    """
    review = load_review_for_officer(by, review_id)
    _check_not_released(review)
    if review.instrument.track.cycle.state is not CycleState.OPEN:
        raise CycleNotOpenError
    return _take_step("open", review, by, at)


def close_review(*, review_id: int, by: Actor, at: datetime) -> PortfolioReview:
    """End the time to hand in now; portfolios that were not handed in count as none. Raises `ReviewStateError`."""
    return _take_step("close", load_review_for_officer(by, review_id), by, at)


def _take_step(step: str, review: PortfolioReview, by: Actor, at: datetime) -> PortfolioReview:
    sources, target = REVIEW_STEPS[step]
    before = review.state
    changed = session.scalar(
        sa.update(PortfolioReview)
        .where(PortfolioReview.id == review.id, PortfolioReview.state.in_(sources))
        .values(state=target)
        .returning(PortfolioReview.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise ReviewStateError
    session.refresh(review, ["state"])
    _record(step, review, by, at, {"before": before, "after": target})
    return review


def _load_free_instrument(by: Actor, instrument_id: int) -> Instrument:
    instrument = load_instrument(by, instrument_id)
    if instrument.kind is not InstrumentKind.PORTFOLIO:
        raise NotFoundError
    if session.scalar(sa.select(PortfolioReview.id).where(PortfolioReview.instrument_id == instrument.id)):
        raise ReviewExistsError
    return instrument


def _check_rubric(by: Actor, rubric_id: int) -> None:
    usable = sa.select(Rubric.id).where(
        Rubric.id == rubric_id, Rubric.institution_id == by.institution_id, Rubric.approved_at.is_not(None)
    )
    if session.scalar(usable) is None:
        raise ReviewSettingsError({"rubric_id": [mark("Choose one of those offered.")]})


def _check_code_free(by: Actor, code: str) -> None:
    taken = sa.select(PortfolioReview.id).where(
        PortfolioReview.institution_id == by.institution_id, PortfolioReview.code == code
    )
    if session.scalar(taken):
        raise ReviewCodeTakenError(code=code)


def _check_not_released(review: PortfolioReview) -> None:
    if review.instrument.released_at is not None:
        raise ReviewReleasedError


def _check(code: str, opens_at: datetime | None, closes_at: datetime | None) -> None:
    problems: dict[str, list[str]] = {}
    if not _CODE.fullmatch(code):
        problems["code"] = [mark("A code has 1 to 64 Latin letters, digits, dots and hyphens.")]
    if opens_at and closes_at and closes_at <= opens_at:
        problems["closes_at"] = [mark("The end comes after the opening.")]
    if problems:
        raise ReviewSettingsError(problems)


def _times(review: PortfolioReview) -> dict[str, Any]:
    return {
        "opens_at": review.opens_at.isoformat() if review.opens_at else None,
        "closes_at": review.closes_at.isoformat(),
    }


def _record(action: str, review: PortfolioReview, by: Actor, at: datetime, detail: dict[str, Any]) -> None:
    record_act(
        by=by,
        institution_id=review.institution_id,
        action=f"portfolio_review.{action}",
        object_type="portfolio_review",
        object_id=review.id,
        detail=detail,
        at=at,
    )
