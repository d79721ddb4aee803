"""The exam's own window in Chromium: how it looks, and the keyboard."""

import pytest

from tests.support.browser import Visitor, assert_accessible, assert_fits, assert_targets, screenshot
from tests.support.exams import ExamWorld, make_exam
from tests.support.sitting import begin, sit


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
