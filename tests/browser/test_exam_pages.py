"""The pages around an exam: the start page in all its states, the receipt, the officers' desk."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import EntryRule, Track
from lms_carbon.exams.models.exams import Exam
from lms_carbon.people.services.audit import record_act
from tests.support.browser import Visitor, assert_accessible, assert_fits, assert_targets, screenshot
from tests.support.exams import ExamWorld, make_exam, make_practice
from tests.support.sitting import Sitter, begin, make_sitter, signed_in, wait_ready
from tests.support.world import make_session


@pytest.fixture
def world(visitor: Visitor) -> ExamWorld:
    """Return an open exam on the site's database."""
    return make_exam(visitor.site.app)


def look(page: Page, name: str) -> None:
    """Hold a page to what every page must be."""
    screenshot(page, name)
    assert_accessible(page)
    assert_fits(page)
    assert_targets(page)


def start_page(visitor: Visitor, world: ExamWorld, sitter: Sitter, **options: object) -> Page:
    """Open the start page as this candidate."""
    return signed_in(visitor, world, sitter.token, f"/exams/{world.exam_id}", **options)


def change_exam(world: ExamWorld, **values: object) -> None:
    """Change the exam's row."""
    with world.app.app_context(), transaction():
        session.execute(sa.update(Exam).where(Exam.id == world.exam_id).values(**values))
        _audit(world)


def change_track(world: ExamWorld, **values: object) -> None:
    """Change the track's row."""
    with world.app.app_context(), transaction():
        session.execute(sa.update(Track).where(Track.id == world.track_id).values(**values))
        _audit(world)


def _audit(world: ExamWorld) -> None:
    record_act(
        by=None, institution_id=world.institution_id, action="test.change", object_type="test", object_id=1, at=now()
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 690])
def test_four_steps_lead_into_a_window_of_its_own(
    visitor: Visitor, world: ExamWorld, language: str, width: int
) -> None:
    change_exam(
        world,
        rules={"zh": "独立完成。\n不使用其他资料。", "en": "Work alone.\nUse no other material."},
        practice_id=make_practice(world),
    )
    page = start_page(visitor, world, make_sitter(world, language=language), language=language, width=width)
    go = page.locator("#go")
    expect(page.locator('[data-check="clock"] .on-ok')).to_be_visible()
    expect(go).to_have_attribute("aria-disabled", "true")
    look(page, f"start-{language}-{width}")

    go.click(force=True)  # early: it says what is lacking and leads there
    expect(page.locator("#me")).to_be_focused()
    page.keyboard.press("Space")
    go.click(force=True)
    expect(page.locator("#ok")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("[data-step].done")).to_have_count(4)
    page.locator("#l-en" if language == "zh" else "#l-zh").check()
    with page.context.expect_page() as opened:
        go.click()
    window = opened.value
    wait_ready(window)
    expect(window.locator("html")).to_have_attribute("lang", "en" if language == "zh" else "zh-CN")
    page.reload()
    expect(page.locator("[data-page-state=running]")).to_be_attached()
    look(page, f"start-running-{language}-{width}")


def test_a_blocked_window_becomes_a_link(visitor: Visitor, world: ExamWorld) -> None:
    page = start_page(visitor, world, make_sitter(world))
    page.evaluate("window.open = () => null")
    expect(page.locator('[data-check="store"] .on-ok')).to_be_visible()
    page.locator("#me").check()
    page.locator("#ok").check()
    page.locator("#go").click()
    with page.context.expect_page() as opened:
        page.locator("#why a").click()
    wait_ready(opened.value)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_state_says_what_happened_and_what_to_do(visitor: Visitor, world: ExamWorld, language: str) -> None:
    sitter = make_sitter(world, language=language)
    page = start_page(visitor, world, sitter, language=language, width=690)

    def shows(state: str) -> None:
        page.reload()
        expect(page.locator(f"[data-page-state={state}]")).to_be_attached()
        expect(page.locator("#state-h")).to_be_visible()
        look(page, f"start-{state}-{language}")

    change_exam(world, opens_at=now() + timedelta(hours=2))
    shows("not_begun")
    change_exam(world, opens_at=None, closes_at=now() - timedelta(minutes=1))
    shows("over")
    change_exam(world, closes_at=None)
    for entry, state in ((EntryRule.REFUSE, "refused"), (EntryRule.ASK, "ask")):
        change_track(world, entry=entry)
        shows(state)
    page.locator("main form button").click()
    expect(page.locator("[data-page-state=asked]")).to_be_attached()
    shows("asked")


def test_the_page_opens_the_exam_by_itself(visitor: Visitor, world: ExamWorld) -> None:
    change_exam(world, opens_at=now() + timedelta(seconds=2))
    page = start_page(visitor, world, make_sitter(world))
    expect(page.locator("[data-page-state=ready]")).to_be_attached()


def test_a_removed_exam_says_so(visitor: Visitor, world: ExamWorld) -> None:
    change_exam(world, deleted_at=now())
    page = start_page(visitor, world, make_sitter(world))
    expect(page.get_by_role("heading", name="This exam was removed")).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TEACHER])
def test_others_see_what_candidates_see(visitor: Visitor, world: ExamWorld, role: Role) -> None:
    with world.app.app_context():
        token = make_session(world.officer, launch_role=None if role is Role.OFFICER else role)
    page = signed_in(visitor, world, token, f"/exams/{world.exam_id}", width=690)
    expect(page.get_by_role("heading", name="What candidates see here")).to_be_visible()
    look(page, f"start-reader-{role}")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_practice_shows_answers_and_points(visitor: Visitor, world: ExamWorld, language: str) -> None:
    practice = make_practice(world)
    sitter = begin(world, language=language, exam_id=practice)
    page = signed_in(visitor, world, sitter.token, f"/attempts/{sitter.attempt_id}", language=language, width=390)
    wait_ready(page)
    page.locator('#q1 input[value="b"]').check()
    page.locator(".run-bar [data-submit]").click()
    page.locator("#hand-in .btn-primary").click()
    expect(page).to_have_url(f"{visitor.site.url}/attempts/{sitter.attempt_id}/receipt")
    expect(page.locator(".lc-q-verdict")).to_have_count(4)
    look(page, f"receipt-practice-{language}-390")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_officer_makes_a_form_opens_closes_and_releases(visitor: Visitor, world: ExamWorld, language: str) -> None:
    with world.app.app_context():
        token = make_session(replace(world.officer, language=language))
    change_exam(world, state="draft")
    page = signed_in(visitor, world, token, "/exams", language=language, width=690)
    look(page, f"exams-{language}")
    page.goto(f"{visitor.site.url}/exams/new")
    page.locator("button.btn-primary").click()
    expect(page.locator("#f-code")).to_be_visible()
    page.locator("#f-code").fill("übung")
    page.locator("#f-title_en").fill("Warm-up")
    page.locator("main .btn-primary").click()
    expect(page.locator("#f-code-problem")).to_be_visible()
    look(page, f"exam-new-wrong-{language}")
    page.locator("#f-code").fill("warm-up")
    page.locator("main .btn-primary").click()
    expect(page.locator("h1")).to_contain_text("Warm-up")
    page.locator("main .btn-primary").click()  # put the form together
    expect(page.locator("#pick")).to_be_visible()
    for _ in range(2):
        page.locator("#pick .items button").first.click()
    expect(page.locator("#paper .items > li")).to_have_count(2)
    first = page.locator("#paper .items > li .lc-code").first.inner_text()
    page.locator("#s1 button[value=down]").click()
    expect(page.locator("#s2 .lc-code")).to_have_text(first)
    page.locator("#s1 input[name=points]").fill("2.5")
    page.locator("#s1 button[value=points]").click()
    expect(page.locator("#s1 input[name=points]")).to_have_value("2.5")
    look(page, f"exam-form-{language}")
    page.locator("summary").last.click()
    page.locator("#paper details .btn-primary").click()
    expect(page.locator(".lc-note.is-ok")).to_be_visible()
    page.locator("main .btn-primary").click()  # open
    expect(page.locator(".lc-tag.is-ok").first).to_be_visible()
    look(page, f"exam-desk-{language}")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_release_is_asked_again_and_shows_scores_only_then(visitor: Visitor, world: ExamWorld, language: str) -> None:
    sitter = begin(world, language=language)
    window = signed_in(visitor, world, sitter.token, f"/attempts/{sitter.attempt_id}", language=language)
    wait_ready(window)
    window.locator('#q1 input[value="b"]').check()
    window.locator(".run-bar [data-submit]").click()
    window.locator("#hand-in .btn-primary").click()
    expect(window.locator(".receipt")).to_be_visible()
    look(window, f"receipt-{language}")
    assert "25.00" not in window.content()
    with world.app.app_context():
        token = make_session(replace(world.officer, language=language))
    page = signed_in(visitor, world, token, f"/exams/{world.exam_id}/attempts", language=language, width=690)
    assert "25.00" not in page.content()
    look(page, f"exam-attempts-{language}")
    page.goto(f"{visitor.site.url}/exams/{world.exam_id}/late")
    look(page, f"exam-late-{language}")
    page.goto(f"{visitor.site.url}/exams/{world.exam_id}/desk")
    page.locator("summary").nth(1).click()
    look(page, f"exam-release-{language}")
    page.locator('form[action$="/release"] button').click()
    expect(page.locator(".lc-note.is-ok")).to_be_visible()
    page.goto(f"{visitor.site.url}/exams/{world.exam_id}/attempts")
    expect(page.get_by_role("cell", name="25.00")).to_be_visible()
    window.reload()
    expect(window.locator("main")).to_contain_text("25.00")
