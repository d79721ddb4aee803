"""The exam's own window in Chromium: how it looks, and the keyboard."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import Visitor, assert_accessible, assert_fits, assert_targets, screenshot
from tests.support.exams import ExamWorld, make_exam
from tests.support.sitting import begin, signed_in, sit, wait_ready


@pytest.fixture
def world(visitor: Visitor) -> ExamWorld:
    """Return an open exam on the site's database."""
    return make_exam(visitor.site.app)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 690, 1280])
def test_the_paper_is_accessible(visitor: Visitor, world: ExamWorld, language: str, width: int) -> None:
    page = sit(visitor, world, begin(world, language=language), language=language, width=width, dark=width == 690)
    assert page.locator("html").get_attribute("lang") == ("zh-CN" if language == "zh" else "en")
    screenshot(page, f"runner-{language}-{width}")
    assert_accessible(page)
    assert_fits(page)
    assert_targets(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_numbers_rise_as_a_sheet_on_a_phone(visitor: Visitor, world: ExamWorld, language: str) -> None:
    page = sit(visitor, world, begin(world, language=language), language=language, width=390)
    page.locator(".to-nav").click()
    expect(page.locator("#navigator")).to_have_css("position", "fixed")
    screenshot(page, f"navigator-{language}-390")
    assert_accessible(page)
    assert_targets(page, 44)
    page.locator(".grid .q").nth(2).click()
    expect(page.locator("#q3")).to_be_visible()
    expect(page.locator("#q1")).to_be_hidden()
    expect(page.locator("#navigator")).to_have_css("position", "static")
    page.go_back()  # history goes through the sheet to the paper; nothing is left or lost
    page.go_back()
    expect(page.locator("#paper")).to_be_visible()


def test_all_questions_on_one_page(visitor: Visitor, world: ExamWorld) -> None:
    page = sit(visitor, world, begin(world))
    page.locator("#whole").check()
    expect(page.locator(".question:visible")).to_have_count(4)
    assert_accessible(page)
    page.locator("#q3 input").first.check()
    expect(page.locator(".grid .q.here")).to_have_text("3")
    page.locator("#whole").uncheck()
    expect(page.locator(".question:visible")).to_have_count(1)
    expect(page.locator("#q3")).to_be_visible()


def test_a_browser_that_keeps_nothing_is_told_so(visitor: Visitor, world: ExamWorld) -> None:
    page = sit(visitor, world, begin(world))
    expect(page.locator(".no-store")).to_be_hidden()
    page.context.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('denied'); }")
    page.reload()
    wait_ready(page)
    expect(page.locator(".no-store")).to_be_visible()
    assert_accessible(page)
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.locator(".gone")).to_be_visible()
    expect(page.locator("[data-kept]")).to_be_hidden()


def test_without_script_everything_can_be_read(visitor: Visitor, world: ExamWorld) -> None:
    sitter = begin(world)
    page = signed_in(visitor, world, sitter.token, f"/attempts/{sitter.attempt_id}", java_script_enabled=False)
    expect(page.locator(".question:visible")).to_have_count(4)
    assert "This page needs JavaScript to save your answers." in page.content()
