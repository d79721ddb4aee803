"""What portfolios answer to lower packages; registered in `app.py`."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lms_carbon.core.db import read_clock, session
from lms_carbon.core.hooks import InstrumentFacts, ListedTarget, OpenWork, OwnWork, ReviewedWork, ShownWork
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role
from lms_carbon.cycles.models import Candidacy, CandidacyState, Cycle, CycleState, Instrument, Track
from lms_carbon.cycles.queries import instrument_scores, name_track, released_score
from lms_carbon.lti.services.scores import queue_scores
from lms_carbon.marking.policy import may_see_work
from lms_carbon.marking.queries import count_works
from lms_carbon.people.models.persons import Person
from lms_carbon.portfolio.models import Evidence, Portfolio, PortfolioReview
from lms_carbon.portfolio.queries import (
    evidence_by_requirement,
    find_handed_in,
    find_handed_in_by,
    list_asked,
    list_evidence,
)
from lms_carbon.portfolio.rules import PortfolioState, ReviewState

KIND = "portfolio"
"""Of links' targets, `portfolio:<code>`, and of works' sources, `portfolio:<id>`."""


def find_launch_target(target: str, institution_id: int) -> str | None:
    """Return the page that `portfolio:<code>` opens; None for other targets and unknown codes."""
    kind, _, code = target.partition(":")
    if kind != KIND or not code:
        return None
    review_id = session.scalar(
        sa.select(PortfolioReview.id).where(
            PortfolioReview.institution_id == institution_id, PortfolioReview.code == code
        )
    )
    return None if review_id is None else f"/portfolios/{review_id}"


def list_targets(institution_id: int) -> list[ListedTarget]:
    """Answer the hook `list_targets`: reviews to which portfolios can still be handed in. One query."""
    whole = joinedload(PortfolioReview.instrument).joinedload(Instrument.track)
    query = (
        sa.select(PortfolioReview)
        .join(PortfolioReview.instrument)
        .join(Instrument.track)
        .join(Track.cycle)
        .where(
            PortfolioReview.institution_id == institution_id,
            PortfolioReview.state != ReviewState.CLOSED,
            Cycle.state.in_((CycleState.PLANNED, CycleState.OPEN)),
        )
        .options(whole.joinedload(Track.cycle), whole.joinedload(Track.position))
        .order_by(PortfolioReview.id.desc())
    )
    return [
        ListedTarget(
            target=f"{KIND}:{review.code}",
            kind=mark("Portfolio review"),
            title=review.instrument.title,
            place=name_track(review.instrument.track),
            about=mark("Candidates gather evidence of their practice, requirement by requirement, and hand it in."),
            icon="folder2-open",
            graded=True,
            order=30,
            opens_at=review.opens_at,
            closes_at=review.closes_at,
            state=mark("Open the portfolio review") if review.state is ReviewState.DRAFT else "",
        )
        for review in session.scalars(query)
    ]


def list_open_work(cycle_id: int) -> list[OpenWork]:
    """Return the portfolios of a cycle that can still be handed in, one entry for each review."""
    query = (
        sa.select(PortfolioReview, Person.name)
        .join(Portfolio, Portfolio.review_id == PortfolioReview.id)
        .join(Person, Person.id == Portfolio.person_id)
        .join(Instrument, Instrument.id == PortfolioReview.instrument_id)
        .join(Track, Track.id == Instrument.track_id)
        .where(
            Track.cycle_id == cycle_id,
            PortfolioReview.state == ReviewState.OPEN,
            PortfolioReview.closes_at >= read_clock(),
            Portfolio.state == PortfolioState.OPEN,
        )
        .order_by(PortfolioReview.id, Person.name)
    )
    found: dict[int, tuple[PortfolioReview, list[str]]] = {}
    for review, name in session.execute(query):
        found.setdefault(review.id, (review, []))[1].append(name)
    return [
        OpenWork(
            instrument_id=review.instrument_id,
            title=mark("Portfolios not handed in yet"),
            names=tuple(names),
            path=f"/portfolios/{review.id}/desk",
            running=True,
            until=review.closes_at,
        )
        for review, names in found.values()
    ]


def list_facts(track_id: int) -> list[InstrumentFacts]:
    """Return how a track's portfolio reviews stand. Three queries at most."""
    working = _count(PortfolioState.OPEN)
    submitted = _count(PortfolioState.SUBMITTED)
    rows = session.execute(
        sa.select(PortfolioReview, working, submitted)
        .join(Instrument, Instrument.id == PortfolioReview.instrument_id)
        .where(Instrument.track_id == track_id)
        .order_by(PortfolioReview.id)
    ).all()
    marked = count_works([review.instrument_id for review, _, _ in rows]) if rows else {}
    return [
        InstrumentFacts(
            instrument_id=review.instrument_id,
            target=f"{KIND}:{review.code}",
            path=f"/portfolios/{review.id}/desk",
            ready=review.state is not ReviewState.DRAFT,
            todo=mark("Open the portfolio review") if review.state is ReviewState.DRAFT else "",
            opens_at=review.opens_at,
            closes_at=review.closes_at,
            running=open_count,
            submitted=done_count,
            marked=marked.get(review.instrument_id, (0, 0))[1],
        )
        for review, open_count, done_count in rows
    ]


def find_reviewed(target: str, person_id: int, by: Actor) -> ReviewedWork | None:
    """Answer the hook `reviewed_work`: a person's portfolio that was handed in, of `portfolio:<code>`."""
    kind, _, code = target.partition(":")
    if kind != KIND or not code:
        return None
    portfolio = find_handed_in_by(code, person_id, by.institution_id)
    if portfolio is None:
        return None
    instrument = portfolio.review.instrument
    released = instrument.released_at is not None
    source = f"{KIND}:{portfolio.id}"
    return ReviewedWork(
        title=instrument.title,
        instrument_id=instrument.id,
        handed_in_at=portfolio.submitted_at,
        released=released,
        score=released_score(instrument, portfolio.candidacy_id),
        source=source if released and may_see_work(by, source) else "",
        officer_path=f"/portfolios/{portfolio.review_id}/desk",
    )


def find_hand_in(target: str, person_id: int, institution_id: int) -> datetime | None:
    """Answer the hook `handed_in`, of `portfolio:<code>`."""
    kind, _, code = target.partition(":")
    portfolio = find_handed_in_by(code, person_id, institution_id) if kind == KIND and code else None
    return portfolio.submitted_at if portfolio is not None else None


def list_own_work(by: Actor) -> list[OwnWork]:
    """Return the reviews that a candidate is entered for, whatever they were given."""
    if not by.has(Role.CANDIDATE):
        return []
    rows = session.execute(
        sa.select(PortfolioReview, Portfolio)
        .join(Instrument, Instrument.id == PortfolioReview.instrument_id)
        .join(Candidacy, Candidacy.track_id == Instrument.track_id)
        .outerjoin(
            Portfolio, sa.and_(Portfolio.review_id == PortfolioReview.id, Portfolio.candidacy_id == Candidacy.id)
        )
        .where(
            Candidacy.person_id == by.person_id,
            Candidacy.institution_id == by.institution_id,
            Candidacy.state == CandidacyState.ENTERED,
            PortfolioReview.state != ReviewState.DRAFT,
        )
        .options(joinedload(PortfolioReview.instrument))
        .order_by(PortfolioReview.closes_at, PortfolioReview.id)
    ).all()
    moment = read_clock() if rows else None
    return [_card(review, portfolio, moment) for review, portfolio in rows if moment is not None]


def show_work(source: str) -> ShownWork | None:
    """Return a portfolio that was handed in as an assessor sees it: without name, number and file names."""
    kind, _, number = source.partition(":")
    if kind != KIND or not number.isdecimal():
        return None
    portfolio = find_handed_in(int(number))
    if portfolio is None:
        return None
    held = evidence_by_requirement(list_evidence(portfolio.id))
    sections = [(requirement, held.get(requirement.id, [])) for requirement in list_asked(portfolio.review)]
    return ShownWork(template="portfolio/work.html", values={"review": portfolio.review, "sections": sections})


def keep_file(file_id: int) -> bool:
    """Tell whether the file is evidence that was handed in: a result rests on it."""
    query = (
        sa.select(Evidence.id)
        .join(Portfolio, Portfolio.id == Evidence.portfolio_id)
        .where(Evidence.file_id == file_id, Evidence.removed_at.is_(None), Portfolio.state == PortfolioState.SUBMITTED)
        .limit(1)
    )
    return session.scalar(query) is not None


def send_scores(instrument_ids: Collection[int], at: datetime) -> None:
    """Queue the scores of these instruments' reviews for the gradebooks that show them."""
    reviews = session.scalars(
        sa.select(PortfolioReview)
        .where(PortfolioReview.instrument_id.in_(instrument_ids))
        .options(joinedload(PortfolioReview.instrument))
    ).all()
    for review in reviews:
        scores = instrument_scores(review.instrument)
        persons = session.execute(sa.select(Candidacy.id, Candidacy.person_id).where(Candidacy.id.in_(scores)))
        queue_scores(
            institution_id=review.institution_id,
            target=f"{KIND}:{review.code}",
            rows=[
                (person_id, scores[candidacy_id], _comment(review, scores[candidacy_id]))
                for candidacy_id, person_id in persons
            ],
            at=at,
        )


def _comment(review: PortfolioReview, hundredths: int) -> str:
    """Return what the gradebook shows beside the score; both languages, as platforms do not say which they show."""
    titles = review.instrument.title
    title = " / ".join(text for text in (titles.get("zh"), titles.get("en")) if text)
    return f"{title}: {hundredths // 100}.{hundredths % 100:02d} / 100"


def _card(review: PortfolioReview, portfolio: Portfolio | None, moment: datetime) -> OwnWork:
    done = portfolio is not None and portfolio.state is PortfolioState.SUBMITTED
    over = review.state is ReviewState.CLOSED or review.closes_at < moment
    if done:
        about = mark("Your portfolio is handed in.")
    elif over:
        about = mark("The time to hand in is over.")
    elif portfolio is None:
        about = mark("Gather evidence of your practice, requirement by requirement, and hand it in.")
    else:
        about = mark("Go on gathering evidence, then hand it in.")
    return OwnWork(
        title=review.instrument.title,
        about=about,
        path=f"/portfolios/{review.id}",
        icon="folder2-open",
        track_id=review.instrument.track_id,
        until=None if done or over else review.closes_at,
        done=done or over,
        order=30,
    )


def _count(state: PortfolioState) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .where(Portfolio.review_id == PortfolioReview.id, Portfolio.state == state)
        .scalar_subquery()
    )
