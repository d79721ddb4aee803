"""Reading portfolios; load the review through the right first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lms_carbon.core.db import read_clock, session
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import (
    Candidacy,
    CandidacyState,
    CycleState,
    Instrument,
    InstrumentKind,
    Track,
)
from lms_carbon.cycles.queries import entry_of, find_candidacy, list_marks
from lms_carbon.cycles.rules import instrument_score
from lms_carbon.framework.models import Requirement
from lms_carbon.marking.models import Criterion
from lms_carbon.people.models.persons import Person
from lms_carbon.portfolio.models import Evidence, Portfolio, PortfolioReview
from lms_carbon.portfolio.policy import check_officer
from lms_carbon.portfolio.rules import Door, DoorFacts, PortfolioState, door

CYCLE_OVER = (CycleState.CLOSED, CycleState.PUBLISHED)


@dataclass(frozen=True, kw_only=True)
class ReviewLine:
    """A review in the officer's list; counts are candidates."""

    review: PortfolioReview
    working: int
    submitted: int


@dataclass(frozen=True, kw_only=True)
class PortfolioLine:
    """A candidate in the officer's list, with or without a portfolio. No evidence and no mark is in it."""

    person: Person
    portfolio: Portfolio | None
    pieces: int
    covered: int
    """Requirements with evidence."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a candidate stands with a review."""

    door: Door
    entry: str
    """Whether they may begin: `open`, `ask`, `asked`, `refused` or `no_cycle`."""
    portfolio: Portfolio | None
    now: datetime


def find_standing(review: PortfolioReview, person_id: int) -> Standing:
    """Return where a person stands with a review. Three queries."""
    portfolio = session.scalar(
        sa.select(Portfolio).where(Portfolio.review_id == review.id, Portfolio.person_id == person_id)
    )
    moment, track = read_clock(), review.instrument.track
    return Standing(
        door=door(facts_of(review, portfolio, moment)),
        entry=entry_of(track, find_candidacy(track.id, person_id), moment=moment),
        portfolio=portfolio,
        now=moment,
    )


def facts_of(review: PortfolioReview, portfolio: Portfolio | None, moment: datetime) -> DoorFacts:
    """Return what decides at the door."""
    return DoorFacts(
        state=review.state,
        opens_at=review.opens_at,
        closes_at=review.closes_at,
        cycle_over=review.instrument.track.cycle.state in CYCLE_OVER,
        portfolio=portfolio.state if portfolio else None,
        now=moment,
    )


def list_asked(review: PortfolioReview) -> Sequence[Requirement]:
    """Return the requirements that evidence is asked for: the position's, in the instrument's dimension."""
    query = (
        sa.select(Requirement)
        .where(
            Requirement.position_id == review.instrument.track.position_id,
            Requirement.dimension == review.instrument.dimension,
        )
        .options(joinedload(Requirement.statement))
        .order_by(Requirement.ordinal, Requirement.id)
    )
    return session.scalars(query).all()


def list_evidence(portfolio_id: int, *, removed: bool = False) -> Sequence[Evidence]:
    """Return a portfolio's evidence in the order it was added; or what was taken out of it."""
    gone = Evidence.removed_at.is_not(None) if removed else Evidence.removed_at.is_(None)
    query = (
        sa.select(Evidence)
        .where(Evidence.portfolio_id == portfolio_id, gone)
        .options(joinedload(Evidence.file), joinedload(Evidence.requirement))
        .order_by(Evidence.id)
    )
    return session.scalars(query).all()


def find_score(review: PortfolioReview, portfolio: Portfolio) -> int | None:
    """Return a portfolio's score in hundredths once the instrument is released; before that nothing is looked up."""
    if review.instrument.released_at is None:
        return None
    marks = list_marks(portfolio.candidacy_id, review.instrument_id)
    return instrument_score(sum(each.earned for each in marks), sum(each.possible for each in marks)) if marks else None


def list_criteria(rubric_id: int) -> Sequence[Criterion]:
    """Return what a portfolio is judged by."""
    query = sa.select(Criterion).where(Criterion.rubric_id == rubric_id).order_by(Criterion.ordinal)
    return session.scalars(query).all()


def list_reviews(by: Actor) -> list[ReviewLine]:
    """Return the institution's reviews, newest first. One query."""
    check_officer(by)
    track = joinedload(PortfolioReview.instrument).joinedload(Instrument.track)
    query = (
        sa.select(PortfolioReview, _count_in(PortfolioState.OPEN), _count_in(PortfolioState.SUBMITTED))
        .where(PortfolioReview.institution_id == by.institution_id)
        .options(track.joinedload(Track.cycle), track.joinedload(Track.position))
        .order_by(PortfolioReview.id.desc())
    )
    return [
        ReviewLine(review=review, working=working, submitted=submitted)
        for review, working, submitted in session.execute(query)
    ]


def list_portfolios(review: PortfolioReview) -> list[PortfolioLine]:
    """Return the candidates of the review's track with how far they are, by name. One query."""
    mine = sa.and_(Evidence.portfolio_id == Portfolio.id, Evidence.removed_at.is_(None))
    pieces = sa.select(sa.func.count()).where(mine).scalar_subquery()
    covered = sa.select(sa.func.count(sa.distinct(Evidence.requirement_id))).where(mine).scalar_subquery()
    query = (
        sa.select(Person, Portfolio, pieces, covered)
        .select_from(Candidacy)
        .join(Person, Person.id == Candidacy.person_id)
        .outerjoin(Portfolio, sa.and_(Portfolio.candidacy_id == Candidacy.id, Portfolio.review_id == review.id))
        .where(
            Candidacy.track_id == review.instrument.track_id,
            sa.or_(Candidacy.state == CandidacyState.ENTERED, Portfolio.id.is_not(None)),
        )
        .order_by(Person.name, Person.id)
    )
    return [
        PortfolioLine(person=person, portfolio=portfolio, pieces=count, covered=covered_count)
        for person, portfolio, count, covered_count in session.execute(query)
    ]


def list_free_instruments(by: Actor) -> Sequence[Instrument]:
    """Return the institution's portfolio instruments that have no review yet, for the form of a new one."""
    check_officer(by)
    query = (
        sa.select(Instrument)
        .where(
            Instrument.institution_id == by.institution_id,
            Instrument.kind == InstrumentKind.PORTFOLIO,
            ~sa.exists().where(PortfolioReview.instrument_id == Instrument.id),
        )
        .options(
            joinedload(Instrument.track).joinedload(Track.cycle),
            joinedload(Instrument.track).joinedload(Track.position),
        )
        .order_by(Instrument.id)
    )
    return session.scalars(query).all()


def find_handed_in(portfolio_id: int) -> Portfolio | None:
    """Return a submitted portfolio with its review, for those who mark it."""
    return session.scalar(
        sa.select(Portfolio)
        .where(Portfolio.id == portfolio_id, Portfolio.state == PortfolioState.SUBMITTED)
        .options(joinedload(Portfolio.review).joinedload(PortfolioReview.instrument).joinedload(Instrument.track))
    )


def find_handed_in_by(code: str, person_id: int, institution_id: int) -> Portfolio | None:
    """Return a person's submitted portfolio in the review of that code, with its instrument."""
    return session.scalar(
        sa.select(Portfolio)
        .join(Portfolio.review)
        .where(
            PortfolioReview.institution_id == institution_id,
            PortfolioReview.code == code,
            Portfolio.person_id == person_id,
            Portfolio.state == PortfolioState.SUBMITTED,
        )
        .options(joinedload(Portfolio.review).joinedload(PortfolioReview.instrument))
        .order_by(Portfolio.id.desc())
        .limit(1)
    )


def requirements_without(asked: Collection[Requirement], evidence: Collection[Evidence]) -> list[Requirement]:
    """Return the requirements that no evidence is for."""
    held = {each.requirement_id for each in evidence}
    return [each for each in asked if each.id not in held]


def evidence_by_requirement(evidence: Collection[Evidence]) -> Mapping[int, list[Evidence]]:
    """Return requirement id → its evidence."""
    found: dict[int, list[Evidence]] = {}
    for each in evidence:
        found.setdefault(each.requirement_id, []).append(each)
    return found


def _count_in(state: PortfolioState) -> sa.ScalarSelect[Any]:
    return (
        sa.select(sa.func.count())
        .where(Portfolio.review_id == PortfolioReview.id, Portfolio.state == state)
        .scalar_subquery()
    )
