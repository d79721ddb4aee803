"""One person's work, asked for from the gradebook: of every method, and as Moodle and Canvas ask."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.hooks import handed_in
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Instrument
from lms_carbon.cycles.rules import MarkRow
from lms_carbon.cycles.services.ledger import book_marks
from lms_carbon.cycles.services.release import release_instrument
from lms_carbon.framework.models import Requirement
from lms_carbon.lti.models.scores import DeliveryState, ScoreDelivery
from lms_carbon.lti.services.registrations import add_registration
from lms_carbon.people.models.persons import Identity
from lms_carbon.sandbox.config import load_config
from lms_carbon.sandbox.rules import RULES
from tests.functional.lti.conftest import COURSE, Both, on_every_platform, serve_tool
from tests.functional.lti.test_placed import hand_in
from tests.support.exams import make_exam
from tests.support.platform import CLAIM, INSTRUCTOR, register, start_platform
from tests.support.portfolios import CODES, PortfolioWorld, make_author, make_review
from tests.support.practicals import PracticalWorld, make_practical, make_worker
from tests.support.publishing import GOOD, publish
from tests.support.results import make_ended_cycle
from tests.support.sandbox import start_sandbox
from tests.support.world import World, act_as

ROW: Any = {
    "item_kind": "criterion",
    "item_id": 1,
    "title": {"zh": "计划", "en": "Plan"},
    "earned": 67_000,
    "possible": 100_000,
}


def exam_here(rules: str) -> Any:
    """The sandbox's seed, its written exam pointing at the one that `make_exam` makes."""
    seed = load_config()
    course = seed.courses[0]
    activities = tuple(
        replace(each, custom={"target": "exam:exam-1"}) if each.resource_link_id == "rl-exam" else each
        for each in course.activities
    )
    loses = replace(RULES[rules], fail_every=1)  # the answer to the first score that it takes
    return replace(seed, rules=loses, courses=(replace(course, activities=activities), *seed.courses[1:]))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@on_every_platform
def test_the_gradebook_opens_a_work(app: Flask, rules: str) -> None:
    world = make_exam(app)
    with serve_tool(app) as url, start_sandbox(url, config=exam_here(rules)) as sandbox:
        with app.app_context(), transaction():
            add_registration(
                by=None,
                institution_id=world.institution_id,
                name="Sandbox",
                issuer=sandbox.sandbox.issuer,
                client_id="lms-carbon-demo",
                auth_login_url=f"{sandbox}/auth",
                auth_token_url=f"{sandbox}/token",
                key_set_url=f"{sandbox}/jwks.json",
                deployment_ids=["1"],
                at=now(),
            )
        both = Both(app, url, sandbox, world.institution_id)
        browser, _ = both.open("rl-exam", "u-lin")
        person_id = both.me(browser)["person"]["id"]
        hand_in(world, "u-lin")
        with app.app_context(), transaction():
            instrument = session.get_one(Instrument, world.instrument_id)
            release_instrument(instrument=instrument, by=act_as(world.officer), at=now())
        both.queue([(person_id, 0, None)], target="exam:exam-1")
        both.send()
        with app.app_context(), transaction():
            session.execute(sa.update(ScoreDelivery).values(next_try_at=now()))
        both.send()  # makes no second submission of it
        with app.app_context(), transaction(write=False):
            [delivery] = session.scalars(sa.select(ScoreDelivery))
            assert (delivery.state, delivery.tries) == (DeliveryState.SENT, 2)
        [column] = both.columns("rl-exam")
        assert column["grades"]["u-lin"]["score"] == 0
        assert column["grades"]["u-lin"].get("submissions") == (1 if rules == "canvas" else None)
        number = column["id"].partition("?")[0].rsplit("/", 1)[1]

        browser, answer = both.open_at(f"/review/{COURSE}/{number}/u-lin", "u-zhao")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/lti/review")
        page = browser.get(f"{url}/lti/review").text
        assert "Lin Xiao" in page
        assert "0.00 / 100" in page
        browser, _ = both.open_at(f"/review/{COURSE}/{number}/u-lin", "u-lin")
        own = browser.get(f"{url}/lti/review", allow_redirects=False)
        assert own.headers["Location"] == f"/exams/{world.exam_id}"


@dataclass(frozen=True)
class Work:
    """What somebody handed in; `release` makes its score of 67 known."""

    institution_id: int
    person: World
    target: str
    release: Callable[[], None]


def marked(world: PracticalWorld | PortfolioWorld, candidacy_id: int, source: str) -> Callable[[], None]:
    """Return what marks a work and releases the scores."""

    def release() -> None:
        with world.app.app_context(), transaction():
            requirement_id = session.scalars(sa.select(Requirement.id).where(Requirement.code == CODES[0])).one()
            book_marks(
                institution_id=world.institution_id,
                instrument_id=world.instrument_id,
                candidacy_id=candidacy_id,
                source=source,
                attempt=1,
                rows=[MarkRow(**ROW, requirement_id=requirement_id)],
                by=None,
                at=now(),
            )
            instrument = session.get_one(Instrument, world.instrument_id)
            release_instrument(instrument=instrument, by=act_as(world.officer), at=now())

    return release


def practical(app: Flask) -> Work:
    with app.app_context():
        world = make_practical(app)
    worker = make_worker(world)
    worker.begin()
    worker.save(**worker.answers())
    assert worker.hand_in(declared="1").status_code == 303
    sheet = worker.row()
    release = marked(world, sheet.candidacy_id, f"sheet:{sheet.id}")
    return Work(world.institution_id, worker.person, "practical:practical-1", release)


def portfolio(app: Flask) -> Work:
    with app.app_context():
        world = make_review(app)
    author = make_author(world)
    author.begin()
    author.add()
    assert author.hand_in(*CODES[1:]).status_code == 303
    made = author.portfolio()
    release = marked(world, made.candidacy_id, f"portfolio:{made.id}")
    return Work(world.institution_id, author.person, "portfolio:portfolio-1", release)


def result(app: Flask) -> Work:
    with app.app_context():
        world = make_ended_cycle(points=[GOOD])

    def release() -> None:
        with app.app_context():
            publish(world)

    return Work(world.institution_id, world.persons[0], "result:demo-2026", release)


@pytest.mark.parametrize(
    ("make", "score"),
    [(practical, "67.00 / 100"), (portfolio, "67.00 / 100"), (result, "73.75 / 100 · Level 4")],
    ids=["practical", "portfolio", "result"],
)
def test_what_is_out_of_every_method_shows(app: Flask, make: Callable[[Flask], Work], score: str) -> None:
    work = make(app)
    with start_platform() as platform:
        register(app, platform, work.institution_id)
        with app.app_context(), transaction():
            session.add(
                Identity(
                    institution_id=work.institution_id,
                    person_id=work.person.person_id,
                    provider=f"lti:{platform.registration_id}",
                    subject="4",
                    created_at=now(),
                )
            )

            found = handed_in.first(work.target, work.person.person_id, work.institution_id)
            assert (found is None) is work.target.startswith("result:")
            assert handed_in.first(work.target, work.person.person_id, work.institution_id + 1) is None

        def ask(sub: str, **claims: Any) -> str:
            client = app.test_client()
            claims = {CLAIM + "custom": {"target": work.target}, CLAIM + "for_user": {"user_id": "4"}, **claims}
            answer = platform.launch(client, sub=sub, message_type="LtiSubmissionReviewRequest", **claims)
            assert answer.location == "/lti/review"
            page = client.get("/lti/review")
            return page.text if page.status_code == 200 else f"{page.status_code} {page.location}"

        teacher = {"roles": [INSTRUCTOR], "name": "Zhao Lei"}
        own = {"name": work.person.name}
        assert ask("4", **own, **{CLAIM + "context": {"id": "elsewhere"}}).startswith("303 /")
        assert work.person.name not in ask("9", **teacher), "of another course"
        assert ask("4", **own).startswith("303 /")
        before = ask("9", **teacher)
        assert work.person.name in before
        assert "not out yet" in before
        assert "/ 100" not in before
        work.release()
        assert score in ask("9", **teacher)
        assert ask("5", name="Lu Chuan") == "403 None"
