"""The pages of marking in Chromium: document beside rubric, saved as one goes, by keys, narrow, in both languages."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.framework.models import Requirement
from lms_carbon.marking.models import Assignment, OriginalMark
from lms_carbon.marking.services.assignments import take_work
from lms_carbon.marking.services.marks import GivenMark, finish_marks, save_marks
from lms_carbon.people.services.handoffs import make_handoff
from lms_carbon.portfolio.models import PortfolioReview
from lms_carbon.portfolio.services.submission import submit_portfolio
from lms_carbon.practicals.rules.states import SubmittedBy
from lms_carbon.practicals.services.sheets import save_sheet
from lms_carbon.practicals.services.submission import submit_sheet
from tests.support.browser import Visitor, assert_accessible, assert_fits, assert_targets, screenshot
from tests.support.marking import MarkingWorld, make_marking
from tests.support.portfolios import PortfolioWorld, evidence_in, make_review
from tests.support.practicals import PracticalWorld, make_practical, sheet_in
from tests.support.world import World, act_as, make_person


@pytest.fixture
def world(visitor: Visitor) -> MarkingWorld:
    """Return two works that were handed in."""
    with visitor.site.app.app_context():
        return make_marking(visitor.site.app, works=2)


def enter(visitor: Visitor, person: World, target: str, *, language: str = "en", width: int = 1280) -> Page:
    with visitor.site.app.app_context():
        actor = act_as(World(person.person_id, person.institution_id, person.name, language))
        with transaction():
            code = make_handoff(by=actor, target=target, at=now())
    return visitor.open(f"/handoff/{code}", language=language, width=width)


def mark_by_services(visitor: Visitor, world: MarkingWorld, person: World, *points: str) -> None:
    with visitor.site.app.app_context():
        actor = act_as(person)
        with transaction():
            part = take_work(instrument_id=world.instrument_id, by=actor, at=now())
            given = [
                GivenMark(criterion_id=each, points=value, comment=f"because of {value}")
                for each, value in zip(world.criteria, points, strict=True)
            ]
            save_marks(work_id=part.work_id, given=given, by=actor, at=now())
            finish_marks(work_id=part.work_id, by=actor, at=now())


def take_next(page: Page) -> None:
    page.get_by_role("button", name="Take the next work").click()
    page.wait_for_url("**/marking/works/*", wait_until="load")


def hand_both_in(practical: PracticalWorld, review: PortfolioWorld) -> None:
    candidates = [act_as(make_person(each.institution_id), launch_role=Role.CANDIDATE) for each in (practical, review)]
    with transaction():
        sheet = sheet_in(practical.practical_id, candidates[0])
        note = "Factors of 2024, electricity by the grid average.\n\nGaps by the mean."
        save_sheet(sheet_id=sheet.id, values={}, note=note, revision=sheet.revision, by=candidates[0], at=now())
        submit_sheet(sheet_id=sheet.id, by=SubmittedBy.CANDIDATE, at=now())
        evidence_in(session.get_one(PortfolioReview, review.review_id), candidates[1])
        without = list(session.scalars(sa.select(Requirement.id)))
        submit_portfolio(review_id=review.review_id, declared=True, without=without, by=candidates[1], at=now())


def look(page: Page, name: str) -> None:
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        screenshot(page, f"{name}-{width}")
        assert_fits(page)
        assert_targets(page)
        assert_accessible(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page(visitor: Visitor, world: MarkingWorld, language: str) -> None:
    for person, value in zip(world.assessors[:2], ("20", "10"), strict=True):
        mark_by_services(visitor, world, person, "8", value)
    page = enter(visitor, world.assessors[2], "/marking", language=language)
    look(page, f"marking-queue-{language}")
    page.locator("button.btn-primary").click()
    look(page, f"marking-work-{language}")
    page.goto(visitor.site.url + "/marking")
    page.locator("form:has([name=third]) button").click()
    look(page, f"marking-decision-{language}")
    page.goto(visitor.site.url + "/marking/rubrics")
    look(page, f"marking-rubrics-{language}")
    page.goto(f"{visitor.site.url}/marking/rubrics/{world.rubric_id}")
    look(page, f"marking-rubric-{language}")
    watch = enter(visitor, world.officer, f"/marking/instruments/{world.instrument_id}", language=language)
    look(watch, f"marking-instrument-{language}")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_practicals_and_portfolios_show(visitor: Visitor, language: str) -> None:
    app = visitor.site.app
    with app.app_context():
        practical, review = make_practical(app, slug="one"), make_review(app, slug="two")
        hand_both_in(practical, review)
    for world, name in ((practical, "sheet"), (review, "portfolio")):
        with app.app_context():
            assessor = make_person(world.institution_id, "Assessor", [(Role.ASSESSOR, world.instrument_id)])
        page = enter(visitor, assessor, "/marking", language=language)
        page.locator("button.btn-primary").click()
        expect(page.locator(".paper")).not_to_contain_text("林晓")
        look(page, f"marking-{name}-{language}")


def test_a_work_is_marked_by_keys_and_saves_itself(visitor: Visitor, world: MarkingWorld) -> None:
    page = enter(visitor, world.assessors[0], "/marking")
    take_next(page)
    first, second = world.criteria
    saved = page.locator("#saved")
    page.keyboard.press("3")
    expect(saved).to_contain_text("Saved ")
    expect(page.locator(f"#p-{first}")).to_have_value("7.5")
    page.keyboard.press("c")
    page.keyboard.type("clear")
    page.locator("main").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"#c-{second}")).to_have_attribute("open", "")
    page.locator(f"#p-{second}").fill("21")
    expect(page.locator(f"#w-{second}")).to_have_text("21 is more than the 20 this item has. It was not saved.")
    page.locator(f"#p-{second}").fill("12")
    expect(page.locator(f"#w-{second}")).to_have_text("")
    expect(page.locator("[data-total]")).to_have_text("19.5")
    page.reload()
    expect(page.locator(f"#t-{first}")).to_have_value("clear")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/marking/works/{world.works[1]}")
    with visitor.site.app.app_context(), transaction(write=False):
        assert session.scalars(sa.select(OriginalMark.points).order_by(OriginalMark.criterion_id)).all() == [
            7500,
            12000,
        ]


def test_a_lost_connection_loses_nothing(visitor: Visitor, world: MarkingWorld) -> None:
    page = enter(visitor, world.assessors[0], "/marking")
    take_next(page)
    page.context.set_offline(True)
    page.locator(f"#p-{world.criteria[0]}").fill("6")
    expect(page.locator("#saved")).to_contain_text("Not saved yet")
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("Saved ", timeout=15_000)
    with visitor.site.app.app_context(), transaction(write=False):
        assert session.scalars(sa.select(OriginalMark.points)).all() == [6000]


def test_given_back_elsewhere_the_page_says_so(visitor: Visitor, world: MarkingWorld) -> None:
    page = enter(visitor, world.assessors[0], "/marking")
    take_next(page)
    with visitor.site.app.app_context(), transaction():
        session.execute(sa.delete(Assignment))
    page.locator(f"#p-{world.criteria[0]}").fill("6")
    expect(page.locator("#saved")).to_contain_text("This page no longer saves")
