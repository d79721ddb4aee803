"""The question bank's desks in Chromium: coverage by keyboard, accessible, narrow enough, in both languages."""

import io
from dataclasses import replace

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from lms_carbon.core.clock import now
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.question_bank.services.imports import begin_import, run_import
from lms_carbon.question_bank.services.weights import load_weights
from tests.support.browser import Visitor, assert_accessible, assert_fits, assert_targets, screenshot
from tests.support.questions import load_standard, make_approved, make_question
from tests.support.world import World, act_as, make_institution, make_person, make_session

QUIZ = b"// [id:Steel-01]\n::Steel::It rusts.{T}\n\n::Essay::Say why.{}\n\n::Iron::It does, too.{T#Yes.}\n"
ROWS = (("Code", "Junior"), ("5.2.1", 40), ("5.2.1-a-1", 40), ("5.2.1-a-2", 35), ("5.2.1-a-4", 25))

PAGES = (
    "/questions?kind=true_false",
    "/questions/weights",
    "/questions/1/enemies",
    "/questions/1/versions/1",
    "/questions/imports",
    "/questions/imports/1",
    "/questions/export",
)


@pytest.fixture
def author(visitor: Visitor) -> World:
    """Return an author of a bank with the shipped samples and a weight table."""
    with visitor.site.app.app_context():
        requirements = load_standard()
        institution = make_institution("demo")
        person = make_person(institution, "周宁", [Role.AUTHOR])
        reviewer = act_as(make_person(institution, "李文", [Role.REVIEWER]))
        book, data = Workbook(), io.BytesIO()
        for row in ROWS:
            book.worksheets[0].append(row)
        book.save(data)
        with transaction():
            load_weights(by=act_as(person), data=data.getvalue(), name="2026-1", at=now())
        for code in ("5.2.1-a-1", "5.2.1-a-4", "5.2.1-a-4"):
            make_approved(act_as(person), reviewer, requirements[code].statement_id)
        make_question(act_as(person), requirements["5.2.1-a-1"].statement_id)
        with transaction():
            brought = begin_import(
                by=act_as(person), stream=io.BytesIO(QUIZ), name="quiz.txt", dry_run=False, at=now(), soon=False
            )
        run_import(import_id=brought.id)
    return person


def look_at(page: Page, name: str) -> None:
    assert_fits(page)
    assert_targets(page)
    assert_accessible(page)
    screenshot(page, name)


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_an_author_finds_by_keyboard_what_the_bank_lacks(
    visitor: Visitor, author: World, language: str, width: int
) -> None:
    with visitor.site.app.app_context():
        token = make_session(replace(author, language=language), at=now())
    page = visitor.open("/questions/coverage?position=5.2.1", token=token, width=width, language=language)
    look_at(page, f"bank-coverage-{language}-{width}")
    cells = page.locator(".lc-heat a")
    cells.first.focus()
    assert page.locator(".lc-heat a[tabindex='0']").count() == 1
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    here = page.locator(".lc-heat a:focus")
    expect(here).to_have_attribute("href", "/questions?state=approved&requirement=5.2.1-a-2")
    page.keyboard.press("ArrowRight")
    first = page.locator(".lc-heat a:focus")
    while "/questions/new/" not in (first.get_attribute("href") or ""):
        page.keyboard.press("ArrowRight")
    assert_fits(page)
    page.keyboard.press("Enter")
    expect(page.locator(".lc-tagged .lc-req").first).to_be_visible()
    for path in PAGES:
        page.goto(visitor.site.url + path)
        look_at(page, f"bank{path.partition('?')[0].replace('/', '-')}-{language}-{width}")
    page.goto(visitor.site.url + "/questions")
    for box in page.locator("[name=pick]").all()[:2]:
        box.check()
    page.locator("[name=act][value=retire]").click()
    look_at(page, f"bank-bulk-{language}-{width}")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("form:has([name=action][value=undo]) button").click()
    expect(page.get_by_role("status")).to_be_visible()
    page.goto(visitor.site.url + "/questions/bulk")
    look_at(page, f"bank-acts-{language}-{width}")
