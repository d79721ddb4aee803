"""Connecting a platform in Chromium: the link from the desk, the page in the platform's frame, the frame closed."""

from dataclasses import replace

from playwright.sync_api import Browser, expect

from lms_carbon.core.identity import Role
from lms_carbon.sandbox.config import load_config
from lms_carbon.sandbox.rules import CANVAS
from tests.support.browser import Site, Visitor, assert_accessible, assert_fits, assert_targets, screenshot
from tests.support.sandbox import start_sandbox
from tests.support.world import make_institution, make_person, make_session


def test_a_platform_connects_itself_in_a_frame(visitor: Visitor, chromium: Browser) -> None:
    with visitor.site.app.app_context():
        token = make_session(make_person(make_institution("demo"), "江岚", [Role.ADMINISTRATOR]))
    desk = visitor.open("/lti/platforms", token=token, width=690)
    desk.get_by_role("button", name="Make a link").click()
    link = desk.locator("b.lc-ref").inner_text()
    assert_accessible(desk)

    with start_sandbox(visitor.site.url, config=replace(load_config(), rules=CANVAS)) as sandbox:
        admin = Visitor(chromium, Site(str(sandbox), visitor.site.app))
        page = admin.open("/courses/carbon-2026/tools")
        page.context.add_cookies([{"name": "sandbox_person", "value": "u-tang", "url": str(sandbox)}])
        page.reload()
        page.locator("#url").fill(link)
        page.locator("form[action$=register] button").click()
        frame = page.frame_locator("iframe[data-close]")
        frame.get_by_role("button", name="Connect").click()
        expect(frame.get_by_text("You may close this page.")).to_be_visible()
        screenshot(page, "platform-registered")
        frame.get_by_role("button", name="Close").click()
        expect(page.locator("#tools")).to_be_visible()  # the platform took the frame away
        admin.close()
        assert not admin.problems, "\n".join(admin.problems)

    for name, path in (
        ("platform", "/lti/platforms/1"),
        ("new", "/lti/platforms/new"),
        ("health", "/lti/platforms/1/health"),
    ):
        desk.goto(visitor.site.url + path)
        screenshot(desk, f"platform-{name}")
        assert_accessible(desk)
        desk.set_viewport_size({"width": 320, "height": 900})
        assert_fits(desk)
        assert_targets(desk)
        desk.set_viewport_size({"width": 690, "height": 900})
