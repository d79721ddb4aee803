"""How an attempt ends: at the deadline, by others, by mishap; and what is not taken."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Route, expect

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.exams.models.attempts import Attempt
from lms_carbon.exams.rules.states import SubmittedBy
from lms_carbon.exams.services.submission import submit_attempt
from lms_carbon.people.models.access import AuthSession
from tests.support.browser import Site, Visitor, assert_accessible
from tests.support.exam_seats import late_answers, move_deadline
from tests.support.exams import ExamWorld, make_exam
from tests.support.sitting import Sitter, begin, sit
from tests.support.storms import API, chip, crash, cut, hand_in, mend, pick, settled, until, values, waiting

SOON = 15
"""Seconds to a deadline that comes by itself: a busy machine needs some of them to open the paper."""
END_MS = 40_000


@pytest.fixture
def visitor(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """Yield somebody whose network fails, which their console may say; everything else it says fails the test."""
    somebody = Visitor(chromium, site)
    yield somebody
    somebody.close()
    problems = [problem for problem in somebody.problems if "Failed to load resource" not in problem]
    assert not problems, "\n".join(problems)


@pytest.fixture
def world(visitor: Visitor) -> ExamWorld:
    """Return an open exam on the site's database."""
    return make_exam(visitor.site.app)


@pytest.fixture
def sitter(world: ExamWorld) -> Sitter:
    """Return a candidate whose attempt runs."""
    return begin(world)


def test_the_page_submits_at_the_deadline(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    move_deadline(world, sitter.attempt_id, SOON)
    page = sit(visitor, world, sitter)
    pick(page, 1, "b")
    expect(page.locator(".receipt")).to_be_visible(timeout=END_MS)
    expect(page.locator("main")).to_contain_text("Time is up and your exam is submitted")
    assert values(world, sitter) == {1: "b"}
    with world.app.app_context():
        assert world.attempt(sitter.attempt_id).submitted_by is SubmittedBy.PAGE


def test_the_deadline_without_network(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    move_deadline(world, sitter.attempt_id, SOON)
    page = sit(visitor, world, sitter)
    cut(page)
    pick(page, 1, "b")
    expect(page.locator("#sending")).to_be_visible(timeout=END_MS)
    expect(page.locator("#sending")).to_contain_text("Leave this window open")
    assert_accessible(page)
    mend(page)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".receipt")).to_be_visible(timeout=END_MS)
    assert values(world, sitter) == {1: "b"}  # it arrived within the 60 seconds


def test_time_is_announced_once(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    move_deadline(world, sitter.attempt_id, 302)
    page = sit(visitor, world, sitter)
    expect(page.locator("#told-time")).to_have_text("5 minutes left")
    expect(page.locator(".clock.is-near")).to_be_visible()


def test_submitted_meanwhile(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    page = sit(visitor, world, sitter)
    with world.app.app_context(), transaction():
        submit_attempt(attempt_id=sitter.attempt_id, by=SubmittedBy.SCHEDULER, at=now())
    pick(page, 1, "b")
    expect(page.locator(".receipt")).to_be_visible()
    assert [row[0::3] for row in late_answers(world, sitter.attempt_id)] == [(1, "b")]


def test_what_a_crashed_window_held_at_the_end_goes_to_the_officer(
    visitor: Visitor, world: ExamWorld, sitter: Sitter
) -> None:
    page = sit(visitor, world, sitter)
    cut(page)
    pick(page, 1, "b")
    until(page, lambda: waiting(page, sitter.attempt_id) == 1)
    context = page.context
    crash(page)
    with world.app.app_context(), transaction():
        submit_attempt(attempt_id=sitter.attempt_id, by=SubmittedBy.SCHEDULER, at=now())
    context.unroute(API)
    again = context.new_page()
    again.goto(f"{visitor.site.url}/attempts/{sitter.attempt_id}")
    expect(again.locator("#leftover")).to_contain_text("1 answer that was not sent yet is kept whole")
    assert_accessible(again)
    assert [row[0::3] for row in late_answers(world, sitter.attempt_id)] == [(1, "b")]
    assert "lc-attempt" not in str(again.evaluate("indexedDB.databases()"))


def test_signed_out_keeps_what_waits(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    page = sit(visitor, world, sitter)
    with world.app.app_context(), transaction():
        session.execute(sa.update(AuthSession).values(ended_at=now()))
    pick(page, 1, "b")
    expect(page.locator("#ended")).to_contain_text("You are signed out here")
    expect(page.locator("#ended")).to_contain_text("1 answer waits encrypted on this computer")
    assert waiting(page, sitter.attempt_id) == 1
    assert_accessible(page)


def test_an_answer_that_is_too_large_is_named_and_the_others_are_saved(
    visitor: Visitor, world: ExamWorld, sitter: Sitter
) -> None:
    page = sit(visitor, world, sitter)
    page.context.set_offline(True)
    pick(page, 1, "b")
    page.evaluate("location.hash = 'q4'")
    page.locator("#slot-4").evaluate(
        "field => { field.removeAttribute('maxlength'); field.value = 'x'.repeat(500000);"
        " field.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    page.context.set_offline(False)
    expect(page.locator(".save .word")).to_have_text("Question 4 was not taken")
    expect(page.locator("#q4 [data-refused]")).to_contain_text("64 kB")
    until(page, lambda: values(world, sitter) == {1: "b"})
    page.locator("#slot-4").fill("12")
    settled(page)
    assert values(world, sitter)[4]["value"] == "12"


def test_a_foreign_answer_in_place_of_ours_is_no_answer(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    page = sit(visitor, world, sitter)

    def portal(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body="<h1>Hotel Wi-Fi</h1>")

    page.context.route(API, portal)
    pick(page, 1, "b")
    chip(page, "waiting")
    page.context.unroute(API)
    until(page, lambda: values(world, sitter) == {1: "b"})


def test_a_paper_whose_attempt_is_over_leads_to_its_receipt(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    page = sit(visitor, world, sitter)
    hand_in(page)
    expect(page.locator(".receipt")).to_be_visible()
    page.goto(f"{visitor.site.url}/attempts/{sitter.attempt_id}")
    expect(page.locator(".receipt")).to_be_visible()
    with world.app.app_context(), transaction(write=False):
        assert session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 1
