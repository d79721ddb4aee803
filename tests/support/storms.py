"""What can happen to a window of an exam, and what the browser and the database hold then."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from playwright.sync_api import Error, Page, expect

from tests.support.exam_seats import held_answers
from tests.support.exams import ExamWorld
from tests.support.sitting import Sitter

API = re.compile(r".*/api/v1/attempts/.*")


def cut(page: Page) -> None:
    """Let nothing of this window reach the server; the browser believes that it is connected."""
    page.context.route(API, lambda route: route.abort())


def mend(page: Page) -> None:
    """Let everything through again."""
    page.context.unroute(API)


def crash(page: Page) -> None:
    """End the page's process: nothing in it has time for a last word."""
    with suppress(Error):
        page.goto("chrome://crash", timeout=2000)
    page.close()


def values(world: ExamWorld, sitter: Sitter) -> dict[int, Any]:
    """Return slot → value as the database holds it."""
    return {slot: held[2] for slot, held in held_answers(world, sitter.attempt_id).items()}


def chip(page: Page, kind: str) -> None:
    """Wait until the state of saving is this kind."""
    expect(page.locator(f".save[data-kind={kind}]")).to_be_visible()


def settled(page: Page) -> None:
    """Wait until everything is saved and the page shows when."""
    expect(page.locator(".save[data-kind=saved] b")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))


def pick(page: Page, slot: int, value: str) -> None:
    """Choose an answer of a question, which is shown first."""
    page.evaluate(f"location.hash = 'q{slot}'")
    page.locator(f'#q{slot} input[value="{value}"]').check()


def waiting(page: Page, attempt_id: int) -> int:
    """Return how many changes wait encrypted in this browser; that they are encrypted is checked too."""
    raw = page.evaluate(
        """(attempt) => new Promise((done, failed) => {
            const request = indexedDB.open(`lc-attempt-${attempt}`);
            request.onerror = () => failed(request.error);
            request.onsuccess = () => {
                const stores = [...request.result.objectStoreNames];
                if (!stores.includes("changes")) { request.result.close(); return done([]); }
                const all = request.result.transaction("changes").objectStore("changes").getAll();
                all.onsuccess = () => {
                    request.result.close();
                    done(all.result.map((one) => Object.keys(one).join()));
                };
            };
        })""",
        attempt_id,
    )
    assert set(raw) <= {"epoch,slot,seq,iv,data"}
    return len(raw)


def until(page: Page, true: Callable[[], bool]) -> None:
    """Wait for something that only the database or the browser's storage shows."""
    for _ in range(400):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came to be")


def hand_in(page: Page) -> None:
    """Submit by the buttons."""
    page.locator(".run-bar [data-submit]").click()
    page.locator("#hand-in .btn-primary").click()
