"""Nothing that a candidate did is lost: networks that go, crashes, devices that take over, time that ends."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Error, Page, Route, expect

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.exams.models.attempts import Attempt
from lms_carbon.exams.rules.states import SubmittedBy
from lms_carbon.exams.services.submission import submit_attempt
from lms_carbon.people.models.access import AuthSession
from tests.support.browser import Site, Visitor, assert_accessible, screenshot
from tests.support.exams import ExamWorld, held_answers, late_answers, make_exam, move_deadline
from tests.support.sitting import Sitter, begin, sit, wait_ready

API = re.compile(r".*/api/v1/attempts/.*")


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


def cut(page: Page) -> None:
    """Let nothing of this window reach the server; the browser believes that it is connected."""
    page.context.route(API, lambda route: route.abort())


def mend(page: Page) -> None:
    """Let everything through again."""
    page.context.unroute(API)


def crash(page: Page) -> None:
    """End the page's process: nothing in it has time for a last word."""
    with suppress(Error):
        page.goto("chrome://crash", timeout=2000)
    page.close()


def values(world: ExamWorld, sitter: Sitter) -> dict[int, Any]:
    """Return slot → value as the database holds it."""
    return {slot: held[2] for slot, held in held_answers(world, sitter.attempt_id).items()}


def chip(page: Page, kind: str) -> None:
    """Wait until the state of saving is this kind."""
    expect(page.locator(f".save[data-kind={kind}]")).to_be_visible()


def settled(page: Page) -> None:
    """Wait until everything is saved and the page shows when."""
    expect(page.locator(".save[data-kind=saved] b")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))


def pick(page: Page, slot: int, value: str) -> None:
    """Choose an answer of a question, which is shown first."""
    page.evaluate(f"location.hash = 'q{slot}'")
    page.locator(f'#q{slot} input[value="{value}"]').check()


def waiting(page: Page, attempt_id: int) -> int:
    """Return how many changes wait encrypted in this browser; that they are encrypted is checked too."""
    raw = page.evaluate(
        """(attempt) => new Promise((done, failed) => {
            const request = indexedDB.open(`lc-attempt-${attempt}`);
            request.onerror = () => failed(request.error);
            request.onsuccess = () => {
                const stores = [...request.result.objectStoreNames];
                if (!stores.includes("changes")) { request.result.close(); return done([]); }
                const all = request.result.transaction("changes").objectStore("changes").getAll();
                all.onsuccess = () => {
                    request.result.close();
                    done(all.result.map((one) => Object.keys(one).join()));
                };
            };
        })""",
        attempt_id,
    )
    assert set(raw) <= {"epoch,slot,seq,iv,data"}
    return len(raw)


def until(page: Page, true: Callable[[], bool]) -> None:
    """Wait for something that only the database or the browser's storage shows."""
    for _ in range(100):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came to be")


def hand_in(page: Page) -> None:
    """Submit by the buttons."""
    page.locator(".run-bar [data-submit]").click()
    page.locator("#hand-in .btn-primary").click()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_whole_exam_by_keyboard_alone(visitor: Visitor, world: ExamWorld, language: str) -> None:
    sitter = begin(world, language=language)
    page = sit(visitor, world, sitter, language=language)
    keys = page.keyboard
    keys.press("g")
    expect(page.locator(".grid .q.here")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("#q1")).to_be_focused()
    keys.press("Tab")
    keys.press("Space")
    first = page.evaluate("document.activeElement.value")
    keys.press("f")
    expect(page.locator("[data-flag]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".grid .q.done .flag:visible")).to_have_count(1)
    keys.press("Control+Enter")
    expect(page.locator("#q2")).to_be_focused()
    for _ in range(2):
        keys.press("Tab")
        keys.press("Space")
    keys.press("g")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    keys.press("ArrowLeft")
    keys.press("Enter")
    expect(page.locator("#q3")).to_be_focused()
    keys.press("Tab")
    keys.press("ArrowDown")
    keys.press("Control+Enter")
    expect(page.locator("#q4")).to_be_focused()
    keys.press("Tab")
    keys.type("3.2368e4 f g ?")  # letters are letters inside a field
    expect(page.locator("#slot-4")).to_have_value("3.2368e4 f g ?")
    keys.press("Control+A")
    keys.type("32368")
    settled(page)
    keys.press("Control+Enter")
    expect(page.locator("[data-stay]")).to_be_focused()
    assert_accessible(page)
    screenshot(page, f"submit-{language}")
    keys.press("Enter")
    expect(page.locator("#hand-in")).to_be_hidden()
    expect(page.locator(".save[data-kind=saved]")).to_be_visible()
    held = values(world, sitter)
    assert held[1] == first
    assert held[2] == ["a", "b"]
    assert held[3] is False
    assert held[4]["value"] == "32368"
    page.locator("#q4").focus()
    keys.press("Control+Enter")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.locator(".receipt")).to_have_text(re.compile(r"^[0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{4}$"))
    assert waiting(page, sitter.attempt_id) == 0


def test_keys_can_be_turned_off(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    page = sit(visitor, world, sitter)
    page.keyboard.press("?")
    assert_accessible(page)
    page.locator("#lc-keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.locator("[data-flag]")).to_have_attribute("aria-pressed", "false")


def test_each_change_goes_out_within_two_seconds(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    page = sit(visitor, world, sitter)
    page.evaluate("location.hash = 'q4'")
    with page.expect_request(lambda request: request.method == "PUT", timeout=2000) as sent:
        page.locator("#slot-4").press_sequentially("12345678901234567890", delay=100)  # never a pause to wait for
    change = json.loads(sent.value.post_data or "")["changes"][0]
    assert change["slot"] == 4
    settled(page)
    until(page, lambda: values(world, sitter)[4]["value"] == "12345678901234567890")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_network_goes_and_comes_back(visitor: Visitor, world: ExamWorld, language: str) -> None:
    sitter = begin(world, language=language)
    page = sit(visitor, world, sitter, language=language, width=390)
    pick(page, 1, "b")
    settled(page)
    page.context.set_offline(True)
    pick(page, 1, "c")
    pick(page, 2, "a")
    pick(page, 3, "true")
    waits = "离线：3 个答案待发送" if language == "zh" else "Offline: 3 answers waiting"
    expect(page.locator(".save .word")).to_have_text(waits)
    expect(page.locator("#told-save")).to_contain_text("离线" if language == "zh" else "Offline")
    expect(page.locator(".gone")).to_be_visible()
    expect(page.locator(".grid .q.held")).to_have_count(3)
    until(page, lambda: waiting(page, sitter.attempt_id) == 3)
    assert_accessible(page)
    screenshot(page, f"offline-{language}-390")
    assert values(world, sitter) == {1: "b"}
    page.context.set_offline(False)
    back = "已恢复连接，3 个答案已保存" if language == "zh" else "Connected again; 3 answers saved"
    expect(page.locator(".save .word")).to_have_text(back)
    expect(page.locator("#told-save")).to_have_text(back)
    assert values(world, sitter) == {1: "c", 2: ["a"], 3: True}
    until(page, lambda: waiting(page, sitter.attempt_id) == 0)


def test_ten_minutes_without_network(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    again = sit(visitor, world, sitter)
    again.clock.install()
    again.reload()
    wait_ready(again)
    cut(again)
    pick(again, 1, "d")
    pick(again, 3, "false")
    for _ in range(20):
        again.clock.run_for(30_000)
    chip(again, "waiting")
    assert values(world, sitter) == {}
    mend(again)
    again.clock.run_for(16_000)
    until(again, lambda: values(world, sitter) == {1: "d", 3: False})


def test_a_crash_and_another_start_lose_nothing(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    page = sit(visitor, world, sitter)
    pick(page, 1, "a")
    settled(page)
    cut(page)
    pick(page, 1, "b")
    pick(page, 2, "c")
    page.locator("[data-flag]").click()
    until(page, lambda: waiting(page, sitter.attempt_id) == 2)
    context = page.context
    crash(page)
    context.unroute(API)
    again = context.new_page()
    again.goto(f"{visitor.site.url}/attempts/{sitter.attempt_id}")
    wait_ready(again)
    until(again, lambda: values(world, sitter) == {1: "b", 2: ["c"]})
    expect(again.locator("#q1 input[value=b]")).to_be_checked()
    expect(again.locator(".grid .flag:visible")).to_have_count(1)
    until(again, lambda: waiting(again, sitter.attempt_id) == 0)
    assert held_answers(world, sitter.attempt_id)[1][0] == 2  # the second window's epoch


def test_reloading_without_network_reaches_the_server_later(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    page = sit(visitor, world, sitter)
    cut(page)
    pick(page, 3, "true")
    until(page, lambda: waiting(page, sitter.attempt_id) == 1)
    page.reload()  # the page comes, the API does not: the window is not taken yet
    chip(page, "waiting")
    pick(page, 1, "c")
    mend(page)
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_ready(page)
    until(page, lambda: values(world, sitter) == {1: "c", 3: True})


def test_a_second_device_takes_over(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    first = sit(visitor, world, sitter)
    pick(first, 1, "a")
    settled(first)
    cut(first)
    pick(first, 1, "b")
    pick(first, 2, "c")
    chip(first, "waiting")
    second = sit(visitor, world, sitter)
    expect(second.locator("#q1 input[value=a]")).to_be_checked()
    pick(second, 1, "d")
    settled(second)
    mend(first)
    first.evaluate("dispatchEvent(new Event('online'))")
    expect(first.locator("#ended")).to_be_visible()
    expect(first.locator("#ended")).to_contain_text("2 answers that were not sent yet are kept whole")
    expect(first.locator("#q1 input[value=b]")).to_be_disabled()
    assert_accessible(first)
    screenshot(first, "taken-over")
    assert values(world, sitter) == {1: "d"}
    late = late_answers(world, sitter.attempt_id)
    assert {(slot, epoch, reason) for slot, epoch, _, _, reason in late} == {(1, 1, "taken_over"), (2, 1, "taken_over")}
    first.get_by_role("button", name="Go on here instead").click()
    wait_ready(first)
    expect(first.locator("#q1 input[value=d]")).to_be_checked()
    pick(first, 3, "true")
    settled(first)
    pick(second, 3, "false")
    expect(second.locator("#ended")).to_be_visible()
    assert values(world, sitter) == {1: "d", 3: True}


def test_stale_answers_of_a_crashed_window_never_overwrite_another_device(
    visitor: Visitor, world: ExamWorld, sitter: Sitter
) -> None:
    first = sit(visitor, world, sitter)
    cut(first)
    pick(first, 1, "b")
    pick(first, 2, "c")
    until(first, lambda: waiting(first, sitter.attempt_id) == 2)
    context = first.context
    crash(first)
    second = sit(visitor, world, sitter)
    pick(second, 1, "d")
    settled(second)
    context.unroute(API)
    again = context.new_page()
    again.goto(f"{visitor.site.url}/attempts/{sitter.attempt_id}")
    wait_ready(again)
    expect(again.locator("#q1 input[value=d]")).to_be_checked()
    until(again, lambda: values(world, sitter) == {1: "d", 2: ["c"]})
    until(
        again,
        lambda: [row[:2] + row[3:] for row in late_answers(world, sitter.attempt_id)] == [(1, 1, "b", "taken_over")],
    )
    until(again, lambda: waiting(again, sitter.attempt_id) == 0)


def test_two_windows_of_one_browser(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    first = sit(visitor, world, sitter)
    second = first.context.new_page()
    second.goto(f"{visitor.site.url}/attempts/{sitter.attempt_id}")
    wait_ready(second)
    expect(first.locator("#ended")).to_be_visible()  # at once, without a change


def test_the_page_submits_at_the_deadline(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    move_deadline(world, sitter.attempt_id, 6)
    page = sit(visitor, world, sitter)
    pick(page, 1, "b")
    expect(page.locator(".receipt")).to_be_visible(timeout=15_000)
    expect(page.locator("main")).to_contain_text("Time is up and your exam is submitted")
    assert values(world, sitter) == {1: "b"}
    with world.app.app_context():
        assert world.attempt(sitter.attempt_id).submitted_by is SubmittedBy.PAGE


def test_the_deadline_without_network(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    move_deadline(world, sitter.attempt_id, 5)
    page = sit(visitor, world, sitter)
    cut(page)
    pick(page, 1, "b")
    expect(page.locator("#sending")).to_be_visible(timeout=15_000)
    expect(page.locator("#sending")).to_contain_text("Leave this window open")
    assert_accessible(page)
    mend(page)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".receipt")).to_be_visible(timeout=20_000)
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
