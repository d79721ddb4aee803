"""Before its gate nothing leaks (DESIGN §3): a candidate's pages are byte for byte the same with and without marks.

The candidate has handed in everything and the cycle is over. First the ledger has nothing of it; then all is scored,
marked, put together and signed by one of the two officers. Every address of the product is asked both times.
"""

import difflib
import io
import json
import random
import re
from collections.abc import Mapping
from typing import Final

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from demo.content import EXAM_CODE, PORTFOLIO_CODE, PRACTICAL_CODE, SLUG, fill_demo
from demo.works import acting_as, build_portfolio, do_practical, mark_everything, take_exam
from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.transaction import independent, transaction
from lms_carbon.cycles.models import Candidacy, Cycle, Mark
from lms_carbon.cycles.services.closing import end_cycle
from lms_carbon.exams.models.attempts import Attempt
from lms_carbon.exams.models.exams import Exam
from lms_carbon.files.models import StoredFile
from lms_carbon.marking.models import Work
from lms_carbon.paths.models import Activity
from lms_carbon.people.models.persons import Identity, Institution
from lms_carbon.portfolio.models import Evidence, PortfolioReview
from lms_carbon.practicals.models import Practical, Sheet
from lms_carbon.results.queries.publications import read_draft
from lms_carbon.results.services.aggregation import aggregate_cycle
from lms_carbon.results.services.publication import Step, sign_publication
from lms_carbon.sandbox.config import load_config
from tests.support.world import World, make_person, make_session, submit, use_token

PASSING: Final = (
    re.compile(r'<p class="small lc-2nd"><time datetime="[^"]*">[^<]*</time></p>'),
    re.compile(r'name="csrf_token"[^>]*>|"csrf_token"[^,}]*|nonce-[\w+/=-]+|nonce="[^"]*"'),
    re.compile(r"E-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}"),
    re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|\+00:00)"),
)
"""What is different in every answer: when and by which number it was refused, tokens, the server's clock."""
UNASKED: Final = frozenset({"GET /sign-out", "GET /lti/login/probe"})
Answers = dict[str, tuple[int, str]]


class Finished:
    """A candidate who has handed in everything in a cycle that is over."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with transaction():
            fill_demo(sandbox="http://localhost:1")
        self.institution_id = session.scalars(sa.select(Institution.id).where(Institution.slug == SLUG)).one()
        query = sa.select(Identity.subject, Identity.person_id).where(Identity.institution_id == self.institution_id)
        self.people = {row.subject: row.person_id for row in session.execute(query)}
        session.rollback()
        self.candidate: World = make_person(self.institution_id, "考生")
        by = acting_as(self.candidate.person_id, self.institution_id, Role.CANDIDATE)
        chance = random.Random(1)
        with transaction():
            self.exam = session.scalars(sa.select(Exam).where(Exam.code == EXAM_CODE)).one()
            self.practical = session.scalars(sa.select(Practical).where(Practical.code == PRACTICAL_CODE)).one()
            self.review = session.scalars(
                sa.select(PortfolioReview).where(PortfolioReview.code == PORTFOLIO_CODE)
            ).one()
            take_exam(self.exam.id, by=by, ability=0.7, chance=chance, at=now())
            do_practical(self.practical, by=by, ability=0.7, chance=chance, at=now())
            build_portfolio(self.review, by=by, chance=chance, at=now())
            cycle = session.scalars(sa.select(Cycle).where(Cycle.institution_id == self.institution_id)).one()
            end_cycle(cycle=cycle, by=self.officer("u-wang"), at=now())
            self.cycle_id = cycle.id
        self.ids = self._ids()

    def officer(self, sub: str) -> Actor:
        return acting_as(self.people[sub], self.institution_id, Role.OFFICER)

    def _ids(self) -> Mapping[str, int]:
        """Return what addresses name: everything of the candidate, and what it belongs to."""
        with transaction(write=False):
            mine = {"person_id": self.candidate.person_id}
            candidacy = session.scalars(sa.select(Candidacy).filter_by(**mine)).one()
            return {
                "attempt_id": session.scalars(sa.select(Attempt.id).filter_by(**mine)).one(),
                "sheet_id": session.scalars(sa.select(Sheet.id).filter_by(**mine)).one(),
                "file_id": session.scalars(sa.select(StoredFile.id).filter_by(**mine)).one(),
                "evidence_id": session.scalars(sa.select(Evidence.id).order_by(Evidence.id)).first() or 0,
                "work_id": session.scalars(sa.select(Work.id).order_by(Work.id)).first() or 0,
                "activity_id": session.scalars(sa.select(Activity.id).order_by(Activity.id)).first() or 0,
                "candidacy_id": candidacy.id,
                "track_id": candidacy.track_id,
                "cycle_id": self.cycle_id,
                "exam_id": self.exam.id,
                "practical_id": self.practical.id,
                "review_id": self.review.id,
                "instrument_id": self.practical.instrument_id,
            }

    def take_marks_away(self) -> list[Mapping[str, object]]:
        """Empty the ledger, and forget what the sheet scored; return the marks."""
        with independent() as connection:
            marks = [dict(row) for row in connection.execute(sa.select(*Mark.__table__.c)).mappings()]
            connection.execute(sa.delete(Mark))
            connection.execute(sa.update(Sheet).values(scored={}))
        return marks

    def score_everything(self, marks: list[Mapping[str, object]]) -> None:
        """Put the marks back, mark what waits, put all together, let one officer sign."""
        with independent() as connection:
            connection.execute(sa.insert(Mark), marks)
            connection.execute(sa.update(Sheet).values(scored={"any": {"earned": 1, "possible": 1}}))
        with transaction():
            for instrument_id in (self.practical.instrument_id, self.review.instrument_id):
                mark_everything(
                    instrument_id,
                    assessors=[
                        acting_as(self.people[sub], self.institution_id, Role.ASSESSOR) for sub in ("u-chen", "u-he")
                    ],
                    moderator=acting_as(self.people["u-liang"], self.institution_id, Role.MODERATOR),
                    chance=random.Random(2),
                    at=now(),
                )
            aggregation = aggregate_cycle(cycle_id=self.cycle_id, by=None, at=now())
            person = load_config().person("u-wang")
            assert person is not None
            assert person.totp_secret is not None
            signing = sign_publication(
                cycle_id=self.cycle_id,
                seen=read_draft(aggregation).digest,
                code=pyotp.TOTP(person.totp_secret).now(),
                by=self.officer("u-wang"),
                at=now(),
            )
            assert signing.step is Step.SIGNED

    def ask_everything(self, client: FlaskClient) -> Answers:
        """Return address → status and body of every address that can be asked."""
        answers: Answers = {}
        for rule in self.app.url_map.iter_rules():
            address = f"GET {rule.rule}"
            if "GET" not in (rule.methods or ()) or address in UNASKED or rule.endpoint.endswith("static"):
                continue
            values = {name: str(self.ids.get(name, 1)) for name in rule.arguments}
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda match, values=values: values[match[1]], rule.rule)
            with client.get(path) as answer:
                answers[path] = (answer.status_code, steady(answer.get_data()))
        with submit(client, "/profile/data", page="/profile") as answer:
            own = answer.get_json(force=True)
            own["tables"].pop("audit_entry")  # one row more for each time that the data was asked for
            answers["POST /profile/data"] = (answer.status_code, steady(json.dumps(own).encode()))
        return answers


def steady(body: bytes) -> str:
    """Return an answer without what passes; of a workbook, which carries its hour of making, what stands in it."""
    if body.startswith(b"PK"):
        book = load_workbook(io.BytesIO(body))
        return repr([[[cell.value for cell in row] for row in page.iter_rows()] for page in book])
    text = body.decode("utf-8", "surrogateescape")
    for passing in PASSING:
        text = passing.sub("…", text)
    return text


def changes(before: str, after: str) -> str:
    """Return the lines in which two answers differ."""
    return "\n".join(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))


@pytest.fixture
def finished(app: Flask) -> Finished:
    with app.app_context():
        return Finished(app)


def test_marks_show_nowhere_before_release_and_publication(app: Flask, client: FlaskClient, finished: Finished) -> None:
    with app.app_context():
        use_token(client, make_session(finished.candidate, launch_role=Role.CANDIDATE))
        marks = finished.take_marks_away()
    finished.ask_everything(client)  # pages that begin something begin it now
    without = finished.ask_everything(client)
    with app.app_context():
        finished.score_everything(marks)
    marked = finished.ask_everything(client)
    opened = [path for path, (status, _) in without.items() if status == 200]
    ids = finished.ids
    candidacy = ids["candidacy_id"]
    for path in (
        "/",
        "POST /profile/data",
        f"/results/{candidacy}",
        f"/paths/{candidacy}",
        f"/sheets/{ids['sheet_id']}",
        f"/portfolios/{ids['review_id']}",
        f"/attempts/{ids['attempt_id']}/receipt",
    ):
        assert path in opened, (path, without.get(path))
    different = [path for path in without if marked[path] != without[path]]
    assert different == [], changes(without[different[0]][1], marked[different[0]][1])
