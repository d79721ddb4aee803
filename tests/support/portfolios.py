"""A portfolio review: the standard, an open cycle, an instrument with the sample rubric, candidates at the door."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import EntryRule, InstrumentKind, Track
from lms_carbon.cycles.services.planning import add_instrument
from lms_carbon.framework.models import Requirement
from lms_carbon.framework.queries import get_position_by_code
from lms_carbon.people.services.audit import record_act
from lms_carbon.portfolio.models import Evidence, EvidenceKind, Portfolio, PortfolioReview
from lms_carbon.portfolio.queries import list_asked
from lms_carbon.portfolio.services.evidence import EvidenceDraft, Upload, add_evidence, open_portfolio
from lms_carbon.portfolio.services.reviews import create_review, open_review
from lms_carbon.portfolio.services.samples import import_sample_rubrics
from tests.support.exams import make_track
from tests.support.standard import put_standard
from tests.support.world import World, act_as, form_token, make_institution, make_person, make_session, use_token

CODES = ("5.2.1-c-1", "5.2.1-c-2")
"""What evidence is asked for."""


@dataclass(frozen=True, kw_only=True)
class PortfolioWorld:
    """Ids of what was made, and who acts."""

    app: Flask
    institution_id: int
    officer: World
    track_id: int
    instrument_id: int
    rubric_id: int
    review_id: int
    requirements: dict[str, int]
    """Code → id."""

    @property
    def path(self) -> str:
        """Return the address of the review."""
        return f"/portfolios/{self.review_id}"


def review_in(track: Track, by: Actor, *, opened: bool = True) -> PortfolioReview:
    """Make a review that ends in a week, by the sample rubric for 5.2.1; within a transaction."""
    instrument = add_instrument(
        track=track,
        kind=InstrumentKind.PORTFOLIO,
        dimension="practice",
        title={"zh": "成果评价", "en": "Portfolio review"},
        by=by,
        at=now(),
    )
    rubrics = import_sample_rubrics(institution_id=track.institution_id, by=None, at=now())
    review = create_review(
        code="portfolio-1",
        instrument_id=instrument.id,
        rubric_id=rubrics[0],
        opens_at=None,
        closes_at=now() + timedelta(days=7),
        by=by,
        at=now(),
    )
    if opened:
        open_review(review_id=review.id, by=by, at=now())
    return review


def make_review(
    app: Flask, *, slug: str = "demo", entry: EntryRule = EntryRule.ENTER, opened: bool = True
) -> PortfolioWorld:
    """Make a review for 5.2.1 that ends in a week, open unless said otherwise; needs an app context."""
    institution_id = make_institution(slug)
    officer = make_person(institution_id, "考务", [Role.OFFICER])
    with transaction():
        put_standard()
        position_id = get_position_by_code("5.2.1").id
    track = make_track(institution_id, position_id, act_as(officer), entry)
    by = act_as(officer)
    with transaction():
        review = review_in(track, by, opened=opened)
        asked = session.execute(sa.select(Requirement.code, Requirement.id).where(Requirement.code.in_(CODES)))
        requirements = {row.code: row.id for row in asked}
    return PortfolioWorld(
        app=app,
        institution_id=institution_id,
        officer=officer,
        track_id=track.id,
        instrument_id=review.instrument_id,
        rubric_id=review.rubric_id,
        review_id=review.id,
        requirements=requirements,
    )


def evidence_in(review: PortfolioReview, by: Actor) -> Evidence:
    """Begin the candidate's portfolio where it is not begun, and put a file into it; within a transaction."""
    open_portfolio(review_id=review.id, by=by, at=now())
    draft = EvidenceDraft(
        requirement_id=list_asked(review)[0].id,
        title="A plan",
        statement="I drew it up.",
        file=Upload(stream=BytesIO(b"What I did.\n"), name="plan.txt"),
    )
    return add_evidence(review_id=review.id, kind=EvidenceKind.FILE, draft=draft, by=by, at=now())


def end_review(world: PortfolioWorld, *, closes_at: datetime | None = None) -> None:
    """Let the time to hand in be over since a minute ago, or end then."""
    with world.app.app_context(), transaction():
        review = session.get_one(PortfolioReview, world.review_id)
        review.closes_at = closes_at or now() - timedelta(minutes=1)
        record_act(
            by=None,
            institution_id=world.institution_id,
            action="portfolio_review.update",
            object_type="portfolio_review",
            object_id=review.id,
            at=now(),
        )


@dataclass
class Author:
    """A candidate with a browser of their own, and the portfolio they make."""

    client: FlaskClient
    person: World
    world: PortfolioWorld
    token: str = ""
    """Of the forms; a window that was left open still has it."""

    def get(self, path: str = "") -> TestResponse:
        """Open a page below the review's address."""
        return self.client.get(self.world.path + path)

    def send(self, path: str, data: dict[str, Any] | None = None, *, page: str = "") -> TestResponse:
        """Send a form of a page below the review's address, with its token."""
        self.token = form_token(self.client, self.world.path + page) or self.token
        sent = {**(data or {}), "csrf_token": self.token}
        return self.client.post(self.world.path + path, data=sent, content_type="multipart/form-data")

    def begin(self) -> TestResponse:
        """Begin the portfolio."""
        return self.send("/begin")

    def add(self, kind: str = "text", code: str = CODES[0], **fields: Any) -> TestResponse:
        """Add evidence; what is not said is filled in. A file is given as `(content, name)`."""
        given = {
            "url": "https://example.org/report",
            "text": "What I did.",
            "file": (b"plain\n", "report.txt"),
        }
        data = {
            "kind": kind,
            "requirement_id": str(self.world.requirements[code]),
            "title": f"A {kind}",
            "statement": "I drew the plan up myself.",
            **(
                {
                    name: value
                    for name, value in given.items()
                    if name == {"file": "file", "link": "url"}.get(kind, kind)
                }
            ),
            **fields,
        }
        if "file" in data:
            content, name = data["file"]
            data["file"] = (BytesIO(content), name)
        return self.send("/evidence/new", data, page="/evidence/new")

    def hand_in(self, *without: str, declared: bool = True) -> TestResponse:
        """Hand in, confirming that there is nothing for the codes in `without`."""
        data: dict[str, Any] = {"without": [str(self.world.requirements[code]) for code in without]}
        return self.send("/hand-in", {**data, **({"declared": "1"} if declared else {})}, page="/hand-in")

    def portfolio(self) -> Portfolio:
        """Return the portfolio as it stands now."""
        with self.world.app.app_context(), transaction(write=False):
            return session.scalars(
                sa.select(Portfolio)
                .where(Portfolio.person_id == self.person.person_id)
                .execution_options(populate_existing=True)
            ).one()


def make_author(world: PortfolioWorld, name: str = "林晓") -> Author:
    """Make a candidate who came by launch."""
    client = world.app.test_client()
    with world.app.app_context():
        person = make_person(world.institution_id, name)
        use_token(client, make_session(person, strong=False, launch_role=Role.CANDIDATE))
    return Author(client, person, world)
