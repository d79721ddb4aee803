"""The pages of portfolios in Chromium: a candidate's way by keyboard and mouse, and every page narrow and wide."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.marking.services.assignments import take_work
from lms_carbon.portfolio.models import PortfolioReview
from lms_carbon.portfolio.services.submission import submit_portfolio
from tests.support.browser import Visitor, assert_accessible, assert_fits, assert_targets, screenshot
from tests.support.portfolios import PortfolioWorld, evidence_in, make_review
from tests.support.world import act_as, make_person, make_session


@pytest.fixture
def world(visitor: Visitor) -> PortfolioWorld:
    with visitor.site.app.app_context():
        return make_review(visitor.site.app)


def inspect(page: Page, name: str, language: str) -> None:
    """Look at the page wide, in a course's frame, and on a phone."""
    for width in (1280, 690, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert_fits(page)
        assert_targets(page)
        assert page.locator("main .btn-primary:visible").count() <= 1
        screenshot(page, f"portfolio-{name}.{language}.{width}")
    assert_accessible(page)


def candidate(visitor: Visitor, world: PortfolioWorld, language: str) -> Page:
    with visitor.site.app.app_context():
        person = make_person(world.institution_id, "林晓", language=language)
        token = make_session(person, strong=False, launch_role=Role.CANDIDATE)
    return visitor.open(world.path, token=token, language=language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_candidates_way(visitor: Visitor, world: PortfolioWorld, language: str, tmp_path: Path) -> None:
    report = tmp_path / "报告.txt"
    report.write_text("核算报告\n", "utf-8")
    page = candidate(visitor, world, language)
    inspect(page, "start", language)
    page.locator("main .btn-primary").click()
    inspect(page, "empty", language)
    page.locator("main .btn-primary").click()
    page.locator("#f-title").fill("2025 greenhouse gas report")
    page.locator("#f-statement").fill("I led the data collection and drew the report up.")
    page.locator("main .btn-primary").click()  # the browser itself asks for the file
    expect(page.locator("#f-file")).to_be_focused()
    inspect(page, "file", language)
    page.locator("#f-file").set_input_files(report)
    page.locator("main .btn-primary").click()
    page.locator(f"#r{world.requirements['5.2.1-c-2']} a[href*='kind=link']").click()
    page.locator("#f-title").fill("Published plan")
    page.locator("#f-statement").fill("I wrote chapters 2 and 3.")
    page.locator("#f-url").fill("ftp://example.org/plan")
    page.locator("main .btn-primary").click()
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#f-statement")).to_have_value("I wrote chapters 2 and 3.")
    inspect(page, "problem", language)
    page.locator("#f-url").fill("https://example.org/plan")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#r{world.requirements['5.2.1-c-2']} .pf-list li")).to_have_count(1)
    inspect(page, "own", language)
    page.locator("main .btn-primary").click()
    inspect(page, "hand-in", language)
    page.locator("main .btn-primary").click()
    expect(page.locator("#errors")).to_be_focused()
    page.locator("#declared").check()
    page.locator("main .btn-primary").click()
    expect(page.locator(".pf-receipt")).to_be_visible()
    inspect(page, "receipt", language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_desk(visitor: Visitor, world: PortfolioWorld, language: str) -> None:
    candidate(visitor, world, language).locator("main .btn-primary").click()
    with visitor.site.app.app_context():
        boss = make_person(world.institution_id, "王敏", [Role.OFFICER], language=language)
        token = make_session(boss)
    page = visitor.open("/portfolios", token=token, language=language)
    inspect(page, "list", language)
    for name in ("desk", "edit"):
        page.goto(f"{visitor.site.url}{world.path}/{name}")
        inspect(page, name, language)
    page.goto(f"{visitor.site.url}{world.path}")
    inspect(page, "reader", language)


def test_an_assessors_view(visitor: Visitor, world: PortfolioWorld) -> None:
    app = visitor.site.app
    with app.app_context():
        author = make_person(world.institution_id, "林晓")
        marker = make_person(world.institution_id, "评委", [(Role.ASSESSOR, world.instrument_id)])
        by = act_as(author, launch_role=Role.CANDIDATE)
        with transaction():
            evidence_in(session.get_one(PortfolioReview, world.review_id), by)
            submit_portfolio(
                review_id=world.review_id, declared=True, without=world.requirements.values(), by=by, at=now()
            )
        with transaction():
            assignment = take_work(instrument_id=world.instrument_id, by=act_as(marker), at=now())
        token = make_session(marker)
    page = visitor.open(f"/marking/works/{assignment.work_id}", token=token)
    expect(page.locator(".pf-list li")).to_have_count(1)
    assert "林晓" not in page.content()
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert_fits(page)
        screenshot(page, f"portfolio-work.en.{width}")
    assert_accessible(page)
