"""Take the README's pictures from a running demo (`make screenshots`).

The demo runs in a temporary folder on free ports, and somebody clicks through it, so the pictures show what there is.
Each is 1280 × 800, of the tool in a window of its own.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect, sync_playwright

from tests.support.browser import CHROMIUM, FLAGS
from tests.support.demo import Demo, running_demo
from tests.support.journey import DESK, EXAM, Traveller, sit_down
from tests.support.storms import pick, settled

FOLDER = Path(__file__).parents[1] / "docs" / "images"
WIDTH, HEIGHT = 1280, 800
MOST_BYTES = 200_000
CANDIDATES = {"en": "u-lu", "zh": "u-lin"}
"""An exam is taken once, so each language has its own."""
CYCLE_TITLE = {"en": "Spring 2026", "zh": "2026 年春季"}
GRADUATE, ASSESSOR, OFFICER = "u-lin", "u-chen", "u-wang"


def shoot(page: Page, name: str, language: str) -> None:
    """Write one picture; raises `RuntimeError` where it is too large for a README."""
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement?.blur()")
    path = FOLDER / f"{name}.{language}.png"
    page.screenshot(path=path)
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise RuntimeError(f"{path.name} has {size} bytes")
    sys.stdout.write(f"{path.name}  {size // 1000} kB\n")


@contextmanager
def own_window(traveller: Traveller, sub: str, language: str) -> Iterator[Page]:
    """Open the desk as this person, the tool in a window of its own."""
    desk = sit_down(traveller, sub, DESK, language=language)
    with desk.page.context.expect_page() as opened:
        desk.page.locator('.bar a[target="_blank"]').click()
    window = opened.value
    expect(window.locator(".lc-who")).to_be_visible()
    yield window
    desk.page.context.close()


def show_exam(traveller: Traveller, language: str) -> None:
    """The exam, two questions answered."""
    desk = sit_down(traveller, CANDIDATES[language], EXAM, language=language)
    expect(desk.tool.locator('[data-check="clock"] .on-ok')).to_be_visible()
    for box in ("#me", "#ok"):
        desk.tool.locator(box).check()
    with desk.page.context.expect_page() as opened:
        desk.tool.locator("#go:not([aria-disabled])").click()
    window = opened.value
    expect(window.locator("html[data-ready]")).to_be_attached()
    window.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    for slot, choice in ((1, "b"), (2, "false")):
        pick(window, slot, choice)
    window.locator("[data-flag]").click()
    window.evaluate("location.hash = 'q1'")
    settled(window)
    shoot(window, "exam", language)
    desk.page.context.close()


def show_result(traveller: Traveller, language: str) -> None:
    """The result of the cycle that is over, one requirement opened, and the learning path from it."""
    with own_window(traveller, GRADUATE, language) as window:
        over = window.locator("section", has_text=CYCLE_TITLE[language])
        over.locator('a[href^="/results/"]').click()
        expect(window.locator("svg.area")).to_be_visible()
        shoot(window, "result", language)
        window.locator(".prof details summary").first.click()
        window.evaluate("document.getElementById('requirements').scrollIntoView()")
        shoot(window, "why", language)
        window.locator('a.btn-primary[href^="/paths/"]').click()
        expect(window.locator(".map")).to_be_visible()
        shoot(window, "path", language)


def show_marking(traveller: Traveller, language: str) -> None:
    """A work beside its rubric, two criteria marked."""
    with own_window(traveller, ASSESSOR, language) as window:
        window.locator('.lc-tabs a[href="/marking"]').click()
        window.locator('form[action$="/take"] button').first.click()
        expect(window.locator(".paper")).to_be_visible()
        for number in (0, 1):
            criterion = window.locator(".crit").nth(number)
            if criterion.get_attribute("open") is None:
                criterion.locator("summary").click()
            with window.expect_response(lambda response: response.request.method == "POST" and response.ok):
                criterion.locator("input[type=radio]").nth(3 - number).check()
        shoot(window, "marking", language)


def show_officer(traveller: Traveller, language: str) -> None:
    """The board of the cycle under way, and what the one before came to."""
    with own_window(traveller, OFFICER, language) as window:
        window.locator('.lc-tabs a[href="/cycles"]').click()
        window.locator("tr", has_text="2026-autumn").get_by_role("link").first.click()
        shoot(window, "board", language)
        window.locator('.lc-tabs a[href="/results"]').click()
        window.locator("tr", has_text="2026-spring").get_by_role("link").first.click()
        expect(window.locator(".dist")).to_be_visible()
        shoot(window, "results", language)
        window.locator('main a[href$="/publication"]').first.click()
        expect(window.locator(".sigs")).to_be_visible()
        shoot(window, "publication", language)


SHOWN = {
    "en": (show_exam, show_result, show_marking, show_officer),
    "zh": (show_exam, show_result),
}


def take_all(demo: Demo) -> int:
    """Take all pictures; return how many complaints the browsers' consoles had."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        traveller = Traveller(browser, demo)
        for language, shows in SHOWN.items():
            for show in shows:
                show(traveller, language)
        traveller.close()
        browser.close()
    for problem in traveller.problems:
        sys.stderr.write(f"{problem}\n")
    return len(traveller.problems)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="screenshots-") as folder, running_demo(Path(folder)) as demo:
        sys.exit(1 if take_all(demo) else 0)
