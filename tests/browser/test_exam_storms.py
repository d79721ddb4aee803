"""Nothing that a candidate did is lost: networks that go, crashes, devices that take over."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import Site, Visitor, assert_accessible, screenshot
from tests.support.exam_seats import held_answers, late_answers
from tests.support.exams import ExamWorld, make_exam
from tests.support.sitting import Sitter, begin, sit, wait_ready
from tests.support.storms import API, chip, crash, cut, mend, pick, settled, until, values, waiting


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


def test_each_change_goes_out_within_two_seconds(visitor: Visitor, world: ExamWorld, sitter: Sitter) -> None:
    page = sit(visitor, world, sitter)
    page.evaluate("location.hash = 'q4'")
    with page.expect_request(lambda request: request.method == "PUT") as sent:
        page.locator("#slot-4").press_sequentially("12345678901234567890", delay=100)  # never a pause to wait for
    change = json.loads(sent.value.post_data or "")["changes"][0]
    assert change["slot"] == 4
    assert len(change["value"]["value"]) < 20  # it went out while there was typing
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

    def a_second_later() -> bool:
        again.clock.run_for(1_000)
        return values(world, sitter) == {1: "d", 3: False}

    until(again, a_second_later)


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
