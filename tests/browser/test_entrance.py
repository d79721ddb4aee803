"""Getting in from a frame on another site, in browsers that keep ever less there."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, FrameLocator, Page, expect

from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.models.launches import Binding, LtiLogin
from lms_carbon.sandbox.config import load_config
from lms_carbon.sandbox.rules import RULES
from tests.support.browser import Site, Visitor, assert_accessible, screenshot
from tests.support.placing import connect
from tests.support.sandbox import start_sandbox

DESK = "/courses/carbon-2026/activities/rl-desk"
NO_TAB_STORAGE = """
    if (top !== window) Object.defineProperty(window, "sessionStorage", {get() { throw new DOMException("blocked"); }});
"""
PATIENT = """
    const { setTimeout: wait } = globalThis;
    globalThis.setTimeout = (what, ms, ...more) => wait(what, 10 * ms, ...more);
"""
"""On a busy machine a platform's storage answers later than our page would wait for it."""


class NoCookiesInFrames:
    """A browser that keeps no cookie of ours inside another site's page, told from the server's side."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        to = environ.get("HTTP_SEC_FETCH_DEST", "")
        if to != "iframe" and not (to == "empty" and environ["PATH_INFO"].startswith("/lti/")):
            return self.app(environ, start)  # type: ignore[no-any-return]
        environ.pop("HTTP_COOKIE", None)

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start(status, [(name, value) for name, value in headers if name.lower() != "set-cookie"], *more)

        return self.app(environ, begin)  # type: ignore[no-any-return]


@contextmanager
def opened(chromium: Browser, site: Site, rules: str, script: str = "") -> Iterator[tuple[Page, FrameLocator]]:
    """Yield the course's page and the tool's frame in it."""
    with start_sandbox(site.url, config=replace(load_config(), rules=RULES[rules])) as sandbox:
        connect(site.app, sandbox)
        visitor = Visitor(chromium, Site(str(sandbox), site.app))
        page = visitor.open("/courses/carbon-2026")
        page.add_init_script(script or "0")
        page.goto(f"{sandbox}{DESK}")
        yield page, page.frame_locator("main iframe")
        visitor.close()
        assert not visitor.problems, "\n".join(visitor.problems)


def bindings(site: Site) -> list[Binding]:
    """Return how the logins that led somewhere were bound."""
    with site.app.app_context(), transaction(write=False):
        return list(session.scalars(sa.select(LtiLogin.binding).where(LtiLogin.used_at.is_not(None))))


def is_in(window: Page | FrameLocator) -> None:
    """Expect the start page, with a name."""
    expect(window.locator(".lc-who")).to_contain_text("Lin Xiao")


def test_a_partitioned_cookie_does_where_third_party_cookies_are_blocked(chromium: Browser, site: Site) -> None:
    with opened(chromium, site, "moodle") as (_, frame):
        is_in(frame)
    assert bindings(site) == [Binding.COOKIE]


@pytest.mark.parametrize(("rules", "binding"), [("canvas", Binding.PLATFORM), ("moodle", Binding.TAB)])
def test_without_cookies_something_else_ties_login_and_launch(
    chromium: Browser, site: Site, rules: str, binding: Binding
) -> None:
    site.app.wsgi_app = NoCookiesInFrames(site.app.wsgi_app)  # type: ignore[method-assign]
    with opened(chromium, site, rules, PATIENT if rules == "canvas" else "") as (page, frame):
        button = frame.get_by_role("button", name="Open the activity")
        expect(button).to_be_visible()
        screenshot(page, f"entrance-{rules}")
        assert_accessible(next(each for each in page.frames if "/lti/" in each.url))
        with page.expect_popup() as opening:
            button.click()
        is_in(opening.value)
    assert bindings(site) == [binding]


def test_with_nothing_to_keep_anything_in_a_window_opens(chromium: Browser, site: Site) -> None:
    site.app.wsgi_app = NoCookiesInFrames(site.app.wsgi_app)  # type: ignore[method-assign]
    with opened(chromium, site, "moodle", NO_TAB_STORAGE) as (page, frame):
        expect(frame.get_by_text("opens in a window of its own instead")).to_be_visible()
        with page.expect_popup() as opening:
            frame.get_by_role("link", name="Open in a new tab").click()
        is_in(opening.value)
    assert bindings(site) == [Binding.COOKIE]
