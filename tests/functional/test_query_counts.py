"""The wall around lists: no page asks the database more often because there is more to show."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.transaction import transaction
from lms_carbon.exams.services.attempts import start_attempt
from lms_carbon.exams.services.exams import ExamSettings, create_exam
from lms_carbon.exams.services.forms import make_form
from lms_carbon.people.services.messages import tell
from lms_carbon.portfolio.models import PortfolioReview
from lms_carbon.practicals.services.sheets import open_sheet
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.rules.about import Draft
from lms_carbon.question_bank.services.drafts import create_question
from tests.functional.test_routes import TABLE
from tests.support.portfolios import evidence_in
from tests.support.route_world import Objects, make_objects, make_people
from tests.support.world import World, act_as, make_person, make_session, use_token

ROWS = 12
PAGES = sorted(
    address.split()[1] for address, rule in TABLE.items() if address.startswith("GET ") and rule.whose != "gone"
)


def someone_who_may(page: str, people: dict[str, World]) -> tuple[str, World]:
    rule = TABLE[f"GET {page}"]
    role = Role.CANDIDATE if rule.whose == "candidate" else next(role for role in people if role in rule.may)
    return role, people[role]


def count_queries(app: Flask, page: str, objects: Objects, people: dict[str, World]) -> int:
    role, person = someone_who_may(page, people)
    client = app.test_client()
    with app.app_context():
        by_launch = {"launch_role": role} if role in (Role.CANDIDATE, Role.TEACHER) else {}
        use_token(client, make_session(person, **by_launch))
        engine = app.extensions["sqlalchemy"].engine
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    with client.get(objects.fill(page)):
        pass  # the first visit may fill caches
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        with client.get(objects.fill(page)) as answer:
            assert answer.status_code < 400 or page.startswith("/lti/login"), (page, answer.status_code)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return len(sent)


def grow(people: dict[str, World], exam_id: int, practical_id: int) -> None:
    """Add rows of everything that lists show."""
    officer, author = act_as(people[Role.OFFICER]), act_as(people[Role.AUTHOR])
    for n in range(ROWS):
        candidate = make_person(officer.institution_id, f"Candidate {n}", (Role.REVIEWER,))
        taker = act_as(candidate, launch_role=Role.CANDIDATE)
        for person in people.values():
            make_session(person)
        with transaction():
            start_attempt(exam_id=exam_id, language="zh", by=taker, at=now())
            open_sheet(practical_id=practical_id, by=taker, at=now())
            add_content(n, officer, author)
            for person in people.values():
                tell(
                    person_id=person.person_id,
                    institution_id=person.institution_id,
                    sentence="These scores are released already.",
                    at=now(),
                )


def add_evidence(review_id: int, owner: Actor) -> None:
    review = session.get_one(PortfolioReview, review_id)
    for _ in range(ROWS):
        evidence_in(review, owner)


def add_content(n: int, officer: Actor, author: Actor) -> None:
    title = {"zh": f"{n}", "en": f"{n}"}
    exam = create_exam(code=f"more-{n}", settings=ExamSettings(title=title, minutes=10), by=officer, at=now())
    make_form(exam_id=exam.id, by=officer, at=now())
    content = KINDS["true_false"].load_content({"stem": {"zh": "对吗？", "en": "True?"}, "correct": True})
    create_question(by=author, kind="true_false", draft=Draft(title=title, content=content), at=now())


@pytest.fixture
def world(app: Flask) -> tuple[Flask, Objects, dict[str, World]]:
    with app.app_context():
        people, _ = make_people()
        return app, make_objects(people[Role.CANDIDATE]), people


def test_no_page_asks_more_often_because_there_is_more(world: tuple[Flask, Objects, dict[str, World]]) -> None:
    app, objects, people = world
    before = {page: count_queries(app, page, objects, people) for page in PAGES}
    with app.app_context():
        grow(people, objects.exam_id, objects.practical_id)
        owner = act_as(people[Role.CANDIDATE], launch_role=Role.CANDIDATE)
        with transaction():
            add_evidence(objects.review_id, owner)
    after = {page: count_queries(app, page, objects, people) for page in PAGES}
    grown = {page: (before[page], after[page]) for page in PAGES if after[page] > before[page]}
    assert grown == {}
