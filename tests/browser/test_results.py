"""The officers' desk of results in Chromium: every page accessible and narrow enough, in both languages."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Visitor, assert_accessible, assert_fits, assert_targets, screenshot
from tests.support.results import ResultWorld, fresh_code, make_ended_cycle
from tests.support.world import World, make_session

GOOD = {"knowledge": (10_000, 5_000), "skill": (8_000,), "practice": (6_000, 7_000)}
POINTS = (
    *({"knowledge": (5_000 + 190 * n, 6_000), "skill": (5_500 + 170 * n,), "practice": (7_000,)} for n in range(24)),
    {"knowledge": (6_000, 6_000), "skill": (6_000,), "practice": (6_000, 5_990)},
    {"knowledge": (9_000, 9_000), "skill": (9_000,)},
    GOOD,
)


@pytest.fixture
def world(visitor: Visitor) -> ResultWorld:
    """Return a cycle that is over, with two officers who can sign."""
    with visitor.site.app.app_context():
        world = make_ended_cycle(points=POINTS)
        for officer in world.officers:
            fresh_code(officer)
        return world


def window_of(visitor: Visitor, person: World, path: str, language: str) -> Page:
    with visitor.site.app.app_context():
        token = make_session(World(person.person_id, person.institution_id, person.name, language))
    return visitor.open(path, token=token, language=language)


def look(page: Page, name: str) -> None:
    """Look at a page at two widths."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        screenshot(page, f"results-{name}-{width}")
        assert_fits(page)
        assert_targets(page)
        assert_accessible(page)


def sign(visitor: Visitor, page: Page, person: World) -> None:
    """Sign on the page that is open, as its form asks."""
    with visitor.site.app.app_context():
        code = fresh_code(person)
    page.locator("[name=looked]").check()
    page.locator("[name=code]").fill(code)
    page.locator(".sign .btn-primary").click()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_officers_look_sign_and_regrade(visitor: Visitor, world: ResultWorld, language: str) -> None:
    first, second = world.officers
    cycle = f"/results/cycles/{world.cycle_id}"
    page = window_of(visitor, first, "/results", language)
    look(page, f"list-{language}")
    page.locator("main th a").first.click()
    page.locator("main .btn-primary").click()
    look(page, f"cycle-{language}")
    page.goto(f"{visitor.site.url}/results/candidacies/{world.candidacies[1]}")
    look(page, f"candidacy-{language}")
    page.locator("[name=reason]").fill("11 月 20 日的事件尚未处理完。")
    page.locator("main .btn-outline-danger").click()
    page.goto(f"{visitor.site.url}/results/tracks/{world.track_id}/candidates")
    look(page, f"candidates-{language}")
    page.goto(f"{visitor.site.url}{cycle}/publication")
    page.locator("[name=looked]").check()
    page.locator("[name=code]").fill("000000")
    page.locator(".sign .btn-primary").click()
    expect(page.locator(".lc-errors")).to_be_visible()
    look(page, f"sign-wrong-{language}")
    sign(visitor, page, first)
    expect(page.locator(".sigs li")).to_have_count(2)
    other = window_of(visitor, second, f"{cycle}/publication", language)
    look(other, f"sign-second-{language}")
    sign(visitor, other, second)
    expect(other.locator(".sign form")).to_have_count(0)

    page.goto(f"{visitor.site.url}{cycle}")
    page.locator("a", has_text=re.compile("Propose a regrade|提出改分")).click()
    look(page, f"regrade-instrument-{language}")
    page.locator("main li a").nth(1).click()
    page.locator("main th a").first.click()
    look(page, f"regrade-item-{language}")
    page.locator("[name=reason]").fill("答案有误。")
    page.locator("main .btn-primary").click()
    look(page, f"regrade-{language}")
    for person, window in ((first, page), (second, other)):
        window.goto(page.url)
        sign(visitor, window, person)
    expect(other.locator(".sigs li")).to_have_count(2)
    look(other, f"regrade-booked-{language}")
    other.goto(f"{visitor.site.url}{cycle}")
    look(other, f"published-{language}")
