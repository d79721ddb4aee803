"""People at browsers who come through the sandbox LMS: what they press, and what every page they see must be."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Frame, FrameLocator, Locator, Page, expect

from lms_carbon.core.i18n import HTML_LANG, chinese_messages
from tests.support.browser import Site, Visitor, assert_accessible, assert_fits, screenshot, settle
from tests.support.demo import Demo

COURSE = "/courses/carbon-2026"
DESK, EXAM = "rl-desk", "rl-exam"
UNPLUGGED = "net::ERR_INTERNET_DISCONNECTED"
MOST_TABS = 150
LAUNCHES, LAUNCH_MS = 3, 12_000


class Traveller(Visitor):
    """Somebody whose network may be unplugged; the console's word on that is none of a fault."""

    def __init__(self, browser: Browser, demo: Demo) -> None:
        # The tool runs in processes of its own: no app stands behind this site.
        super().__init__(browser, Site(demo.sandbox, Flask("elsewhere")))

    def _on_console(self, message: ConsoleMessage) -> None:
        if UNPLUGGED not in message.text:
            super()._on_console(message)


@dataclass(frozen=True)
class Desk:
    """One person at one device, on an activity of the course with the tool in its frame."""

    page: Page
    language: str
    name: str
    """What the screenshots begin with."""
    seen: set[tuple[str, int]] = field(default_factory=set)
    """Where the page around the tool was looked at, and how wide: it does not change while one works in the frame."""

    @property
    def tool(self) -> FrameLocator:
        """Return what is inside the frame, once the page that the last click led to is there."""
        inside = self.page.frame_locator("iframe")
        settle(inside)
        return inside

    @property
    def frame(self) -> Frame:
        """Return the frame itself, for scripts."""
        handle = self.page.locator("iframe").element_handle()
        frame = handle.content_frame()
        assert frame is not None
        return frame

    def say(self, sentence: str) -> str:
        """Return the product's words in this person's language."""
        return chinese_messages().gettext(sentence) if self.language == "zh" else sentence

    def button(self, sentence: str) -> Locator:
        """Return a button in the frame by its English words."""
        return self.tool.get_by_role("button", name=self.say(sentence), exact=True)

    def link(self, sentence: str) -> Locator:
        """Return a link in the frame by its English words."""
        return self.tool.get_by_role("link", name=self.say(sentence), exact=True)

    def tab(self, sentence: str) -> Locator:
        """Return a tab of the row of desks by its English words."""
        return self.tool.locator(".lc-tabs").get_by_role("link", name=self.say(sentence), exact=True)

    def fill(self, **fields: str) -> None:
        """Fill fields by their names."""
        for name, text in fields.items():
            self.tool.locator(f'[name="{name}"]').fill(text)

    def press(self) -> None:
        """Press the page's one filled button."""
        self.tool.locator(".btn-primary:visible").click()

    def stayed(self) -> None:
        """Say that a link led to a download, so that nothing takes the place of this page."""
        self.page.frame_locator("iframe").locator("html").evaluate("(html) => html.removeAttribute('data-leaving')")

    def go_to(self, activity: str) -> None:
        """Open another activity of the course at this device."""
        self.page.locator(f'nav a[href="{COURSE}/activities/{activity}"]').click()
        self.page.wait_for_url(f"**{COURSE}/activities/{activity}")
        wait_for_tool(self)

    def confirm(self, question: str, answer: str) -> None:
        """Open a step that asks again, look at what it says, and take it."""
        self.tool.locator("summary", has_text=self.say(question)).click()
        self.look(f"asks-{answer.split(maxsplit=1)[0].lower()}")
        self.button(answer).click()

    def told(self, sentence: str) -> None:
        """Wait until the page says this."""
        expect(self.tool.get_by_role("status").filter(has_text=self.say(sentence))).to_be_visible()

    def look(self, step: str) -> None:
        """Hold the tool in its frame, and the page around it once, to what every page must be."""
        expect(self.tool.locator("html")).to_have_attribute("lang", HTML_LANG[self.language])
        screenshot(self.page, f"{self.name}-{step}")
        assert_accessible(self.frame)
        size = self.page.viewport_size
        assert size is not None
        if (seen := (self.page.url, size["width"])) not in self.seen:
            self.seen.add(seen)
            assert_accessible(self.page)

    def look_narrow(self, step: str) -> None:
        """The same, and once more on a phone."""
        self.look(step)
        with narrow(self.page):
            assert_fits(self.page)
            assert_fits(self.frame)
            self.look(f"{step}-390")


@contextmanager
def narrow(page: Page) -> Iterator[None]:
    """Turn a window into a phone for a while."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": 390, "height": size["height"]})
    yield
    page.set_viewport_size(size)


def look(page: Page, name: str) -> None:
    """Fail with all that axe-core finds in a page and its frames."""
    screenshot(page, name)
    assert_accessible(page)
    for frame in page.frames[1:]:
        assert_accessible(frame)


def sit_down(visitor: Traveller, sub: str, activity: str, *, language: str, name: str = "", **options: Any) -> Desk:
    """Open the course at a new device, be this person, and open the activity."""
    page = visitor.open(language=language, **options)
    page.locator("#who").select_option(sub)
    page.locator("header form:has(#who) button").click()
    expect(page.locator("#who")).to_have_value(sub)
    page.locator(f'nav a[href="{COURSE}/activities/{activity}"]').click()
    desk = Desk(page, language, f"journey-{language}-{name or sub}")
    wait_for_tool(desk)
    return desk


def wait_for_tool(desk: Desk) -> None:
    """Wait until the tool is in its frame: the launch goes through four pages on two sites.

    The browser's driver now and then loses a frame that changes its process on the way, though the page is there. Who
    sees nothing reloads.
    """
    for _ in range(LAUNCHES):
        try:
            expect(desk.page.frame_locator("iframe").locator(".lc-who")).to_be_visible(timeout=LAUNCH_MS)
        except AssertionError:
            desk.page.reload()
        else:
            return
    raise AssertionError(f"the tool did not come into its frame at {desk.page.url}")


def go_offline(context: BrowserContext) -> None:
    """Unplug the device's network: the browser knows, nothing gets out, open connections end."""
    context.set_offline(True)


def go_online(context: BrowserContext) -> None:
    """Plug it in again."""
    context.set_offline(False)


# By keyboard alone


def tab_to(page: Page, where: Page | Frame, selector: str) -> None:
    """Press Tab until the focus, which may begin outside the frame `where`, is on this element."""
    for _ in range(MOST_TABS):
        if where.evaluate("(wanted) => Boolean(document.activeElement?.matches(wanted))", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {selector}")


def begin_by_keyboard(desk: Desk, ticks: Sequence[str] = ()) -> Page:
    """Tick what is to be ticked, press the start page's button, return the exam's own window."""
    page, frame = desk.page, desk.frame
    for box in ticks:
        tab_to(page, frame, box)
        page.keyboard.press("Space")
        expect(desk.tool.locator(box)).to_be_checked()
    expect(desk.tool.locator("#go:not([aria-disabled])")).to_be_visible()
    tab_to(page, frame, "#go")
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    window = opened.value
    expect(window.locator("html[data-ready]")).to_be_attached()
    return window


def go_to(window: Page, slot: int) -> None:
    """Go to a question by the grid of numbers."""
    keys = window.keyboard
    keys.press("g")
    expect(window.locator(".grid .q.here")).to_be_focused()
    keys.press("Home")
    for _ in range(slot - 1):
        keys.press("ArrowRight")
    keys.press("Enter")
    expect(window.locator(f"#q{slot}")).to_be_focused()


def choose(window: Page, slot: int, value: str) -> None:
    """Choose an answer of the question that has the focus."""
    window.keyboard.press("Tab")
    window.keyboard.press("Space")
    answer = f'#q{slot} input[value="{value}"]'
    for _ in range(8):
        if window.locator(answer).is_checked():
            return
        window.keyboard.press("ArrowDown")
    raise AssertionError(f"the arrows do not lead to {answer}")


def reload_until(page: Page, true: Callable[[], bool], seconds: int = 45) -> None:
    """Reload a page until it shows what comes by itself."""
    for _ in range(seconds * 2):
        if true():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"it did not come within {seconds} seconds")
