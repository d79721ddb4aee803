"""Picking activities from inside a course, in the platform's frame and on a narrow screen."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Frame, expect

from lms_carbon.sandbox.config import load_config
from lms_carbon.sandbox.rules import RULES
from tests.browser.test_entrance import NoCookiesInFrames
from tests.support.browser import Site, Visitor, assert_accessible, assert_fits, assert_targets, screenshot, settle
from tests.support.placing import connect, make_placeable
from tests.support.sandbox import RunningSandbox, start_sandbox

COURSE = "/courses/carbon-2026"
WORDS = {
    "zh": ("查找", "显示", "预览", "添加到课程", "学习路径", "已添加 2 项活动。"),
    "en": ("Look for", "Show", "Preview", "Add to the course", "Learning path", "2 activities were added."),
}


@pytest.fixture
def platform(site: Site) -> Iterator[RunningSandbox]:
    with start_sandbox(site.url) as sandbox:
        institution_id = connect(site.app, sandbox)
        with site.app.app_context():
            make_placeable(institution_id)
        yield sandbox


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_a_teacher_picks_in_the_frame(visitor: Visitor, platform: RunningSandbox, language: str, width: int) -> None:
    look_for, show, preview, add, path, added = WORDS[language]
    page = visitor.open("/", width=width, language=language)
    for name, value in (("sandbox_person", "u-zhao"), ("sandbox_language", language)):
        page.context.add_cookies([{"name": name, "value": value, "url": str(platform)}])
    page.goto(f"{platform}{COURSE}/add")
    page.locator("details summary").click()
    inside = page.frame_locator("iframe")
    exam = inside.locator("li.pick", has_text="<甲>" if language == "zh" else "<A>")
    exam.get_by_role("checkbox").check()
    exam.get_by_text(preview).click()
    frame = _frame(page.frames[-1])
    for check in (assert_accessible, assert_fits, assert_targets):
        check(frame)
    screenshot(page, f"picker-{language}-{width}")

    inside.get_by_label(look_for).fill(path)
    inside.get_by_role("button", name=show).click()
    settle(inside)
    expect(inside.locator("li.pick")).to_have_count(2)  # the exam that was ticked, and the path
    inside.locator("li.pick").last.get_by_role("checkbox").check()
    screenshot(page, f"picker-found-{language}-{width}")
    inside.get_by_role("button", name=add).click()
    expect(inside.get_by_text(added)).to_be_visible()
    screenshot(page, f"picker-done-{language}-{width}")


def _frame(frame: Frame) -> Frame:
    settle(frame)
    return frame


def test_a_teacher_picks_where_a_frame_keeps_no_cookie(chromium: Browser, site: Site) -> None:
    site.app.wsgi_app = NoCookiesInFrames(site.app.wsgi_app)  # type: ignore[method-assign]
    config = replace(load_config(), rules=RULES["moodle"])  # no storage of the platform's either
    with start_sandbox(site.url, config=config) as sandbox:
        institution_id = connect(site.app, sandbox)
        with site.app.app_context():
            make_placeable(institution_id)
        visitor = Visitor(chromium, Site(str(sandbox), site.app))
        page = visitor.open(COURSE)
        page.context.add_cookies([{"name": "sandbox_person", "value": "u-zhao", "url": str(sandbox)}])
        page.goto(f"{sandbox}{COURSE}/add")
        page.locator("details summary").click()
        with page.expect_popup() as opening:
            page.frame_locator("main iframe").get_by_role("button", name="Open the activity").click()
        window = opening.value
        window.locator("li.pick", has_text="<A>").get_by_role("checkbox").check()
        assert_accessible(window)
        screenshot(window, "picker-window")
        window.get_by_role("button", name="Add to the course").click()
        expect(window.get_by_text("1 activity was added.")).to_be_visible()  # said by the platform
        page.goto(f"{sandbox}{COURSE}")
        expect(page.get_by_role("link", name="Written exam <A>")).to_be_visible()
        visitor.close()
        assert not visitor.problems, "\n".join(visitor.problems)
