"""The whole exam by keyboard alone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import Site, Visitor, assert_accessible, screenshot
from tests.support.exams import ExamWorld, make_exam
from tests.support.sitting import Sitter, begin, sit
from tests.support.storms import settled, values, waiting


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
