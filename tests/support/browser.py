"""What browser tests ask of every page: accessible, narrow enough, large targets, focus seen, a quiet console."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Frame, FrameLocator, Page, Request, expect

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # One process for all sites: the driver loses a frame now and then that changes its process within a launch, and a
    # script asked of a lost frame never answers.
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process",
)
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
HEIGHT = 900

LEAVING = """
    // Whether the document is about to be replaced: what is asked of it now would be asked of the page before.
    const leave = () => document.documentElement.setAttribute("data-leaving", "");
    globalThis.addEventListener("submit", (event) => {
        const target = event.submitter?.formTarget || event.target.target;
        if (!event.defaultPrevented && (!target || target === "_self")) leave();
    });
    globalThis.navigation?.addEventListener("navigate", (event) => {
        if (!event.destination.sameDocument && event.downloadRequest === null) leave();
    });
"""
"""Runs in every document before its own scripts."""

PATIENCE_MS = 20_000
"""How long anything may take to appear: a busy machine is no fault of a page."""
expect.set_options(timeout=PATIENCE_MS)

_AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


@dataclass(frozen=True)
class Site:
    """A running tool: where it listens, and the app behind it for builders (`with site.app.app_context(): …`)."""

    url: str
    app: Flask


class Visitor:
    """Somebody at a browser of their own, with everything that went wrong in it."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser, self.site = browser, site
        self.problems: list[str] = []
        self._contexts: list[BrowserContext] = []

    def open(
        self,
        path: str = "/",
        *,
        token: str = "",
        width: int = 1280,
        language: str = "en",
        dark: bool = False,
        **more: Any,
    ) -> Page:
        """Open a page in a new browser profile with its own cookies and storage; with a `token`, signed in."""
        context = self.browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            locale="zh-CN" if language == "zh" else "en-GB",
            color_scheme="dark" if dark else "light",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        context.on("request", self._on_request)
        context.add_init_script(LEAVING)
        if token:
            self._remember(context, token)
        page = context.new_page()
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.problems.append(str(error.error)))
        page.goto(self.site.url + path)
        return page

    def sign_in(self, page: Page, token: str) -> None:
        """Give the browser of this page the cookie of a session (`tests.support.world.make_session`)."""
        self._remember(page.context, token)

    def close(self) -> None:
        """Close all windows."""
        for context in self._contexts:
            context.close()

    def _remember(self, context: BrowserContext, token: str) -> None:
        # Over http Chromium takes such a cookie from a loopback address, but DevTools does not: so the scheme is a lie.
        host = self.site.url.replace("http:", "https:")
        cookie = {"name": "__Host-lc_session", "value": token, "url": host, "secure": True, "httpOnly": True}
        context.add_cookies([cookie])  # type: ignore[list-item]

    def _on_request(self, request: Request) -> None:
        """Nothing may be asked of other machines. (Not `route`, which would turn the browser's cache off.)"""
        if not request.url.startswith(("http://127.0.0.1:", "http://localhost:", "data:", "blob:")):
            self.problems.append(f"asked for {request.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        # Chromium complains of a page that is itself a refusal (404, 403 …), which a test may well want.
        own = message.page is not None and message.page.url == message.location["url"]
        expected = own and "Failed to load resource" in message.text
        if message.type in ("error", "warning") and not expected:
            self.problems.append(f"{message.type}: {message.text}")


def settle(page: Page | Frame | FrameLocator) -> None:
    """Wait until the page that a click or a submit leads to has taken the place of the one before, all of it."""
    expect(page.locator("html:not([data-leaving])")).to_be_attached()
    if not isinstance(page, FrameLocator):
        page.wait_for_load_state()


def violations(page: Page | Frame) -> Iterator[str]:
    """Yield what axe-core finds against WCAG 2.2 AA, with the element and the reason."""
    settle(page)
    if not page.evaluate("Boolean(globalThis.axe)"):
        page.evaluate(_AXE)
    # Frames are looked at each for itself; asked from outside, axe would wait for those that it is not in.
    options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"], "iframes": False}
    # A bar that sticks covers part of whatever lies under it just now; scrolling uncovers it.
    found = page.evaluate(
        """async (options) => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(".savebar { position: static !important; }");
            document.adoptedStyleSheets = [sheet];
            const found = await axe.run(document, options);
            document.adoptedStyleSheets = [];
            return found.violations;
        }""",
        options,
    )
    for violation in found:
        for node in violation["nodes"]:
            reason = " ".join(node["failureSummary"].split())
            yield f"{violation['id']}: {node['html'][:200]}\n    {reason}"


def assert_accessible(page: Page | Frame) -> None:
    """Fail with all that axe-core finds."""
    found = list(violations(page))
    assert not found, "\n".join(found)


def assert_fits(page: Page | Frame) -> None:
    """Fail where the page scrolls sideways."""
    settle(page)
    wide = page.evaluate(
        """() => {
            const room = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= room) return [];
            return [...document.querySelectorAll("body *")]
                .filter((e) => e.getBoundingClientRect().right > room + 1 && !e.closest(".lc-scroll, .lc-tabs"))
                .map((e) => e.outerHTML.slice(0, 120))
                .concat([`room ${room}, needs ${document.documentElement.scrollWidth}`]);
        }"""
    )
    assert not wide, "\n".join(wide)


def assert_targets(page: Page | Frame, least: int = 24) -> None:
    """Fail where something to click is smaller than `least` px; links inside a sentence are let off (WCAG 2.5.8)."""
    settle(page)
    small = page.evaluate(
        """(least) => {
            const inSentence = (e) => e.matches("a") && getComputedStyle(e).display === "inline"
                && [...e.parentElement.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
            const size = (e) => {
                const boxes = [e, ...(e.labels ?? [])].map((x) => x.getBoundingClientRect());
                const left = Math.min(...boxes.map((b) => b.left)), right = Math.max(...boxes.map((b) => b.right));
                const top = Math.min(...boxes.map((b) => b.top)), bottom = Math.max(...boxes.map((b) => b.bottom));
                return [right - left, bottom - top];
            };
            const all = "a[href], button, input:not([type=hidden]), select, textarea, summary";
            return [...document.querySelectorAll(all)]
                .filter((e) => e.checkVisibility({visibilityProperty: true}) && !inSentence(e))
                .filter((e) => !e.matches(".lc-skip, .visually-hidden-focusable"))
                .filter((e) => Math.min(...size(e)) < least - 0.01)
                .map((e) => `${size(e).map(Math.round).join(" x ")}: ${e.outerHTML.slice(0, 120)}`);
        }""",
        least,
    )
    assert not small, "\n".join(small)


def walk_by_tab(page: Page, most: int = 200) -> Iterator[dict[str, Any]]:
    """Yield every stop of the tab key, once round: what it is, its focus ring, whether something covers it."""
    seen: set[str] = set()
    # A body that had the focus is where the next Tab starts from.
    page.evaluate("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")
    page.evaluate("document.querySelectorAll('*').forEach((e, i) => { e.__stop = i; })")
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
                const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
                const y = Math.min(Math.max(box.top + Math.min(box.height, 40) / 2, 0), innerHeight - 1);
                const there = document.elementFromPoint(x, y);
                return {
                    id: String(e.__stop), html: e.outerHTML.slice(0, 120), body: e === document.body,
                    ring: `${style.outlineStyle} ${style.outlineWidth}`,
                    covered: !there || !(e.contains(there) || there.contains(e) || e.labels?.[0]?.contains(there)),
                };
            }"""
        )
        if stop["body"] or stop["id"] in seen:
            return
        seen.add(stop["id"])
        yield stop


def assert_focus_is_seen(page: Page) -> int:
    """Fail where a stop of the tab key has no ring or lies under something; return how many stops there are."""
    stops = list(walk_by_tab(page))
    hidden = [
        f"{s['ring']}, covered {s['covered']}: {s['html']}" for s in stops if s["ring"] != "solid 3px" or s["covered"]
    ]
    assert not hidden, "\n".join(hidden)
    return len(stops)


def screenshot(page: Page, name: str) -> None:
    """Write `<name>.png` of the whole page into the folder that LMS_CARBON_SHOTS names; nothing where it is not set."""
    folder = os.environ.get("LMS_CARBON_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
