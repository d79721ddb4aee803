"""The candidate's result and learning path in Chromium: accessible, narrow enough, on paper, in both languages."""

import pytest
from playwright.sync_api import Page, expect

from lms_carbon.core.clock import now
from lms_carbon.core.transaction import transaction
from lms_carbon.framework.rules import Dimension
from lms_carbon.paths.rules import Act
from lms_carbon.paths.services.activities import import_activities
from lms_carbon.paths.services.steps import move_step
from tests.support.browser import (
    Visitor,
    assert_accessible,
    assert_fits,
    assert_focus_is_seen,
    assert_targets,
    screenshot,
)
from tests.support.candidates import Class, enter, make_class
from tests.support.paths import activity_ids
from tests.support.snapshots import make_snapshot, publish_by_hand
from tests.support.world import act_as, make_person, make_session

SIZES = [(1280, "zh", False), (690, "en", False), (390, "zh", False), (390, "en", True)]

A4 = 688
"""Pixels between the margins of a sheet."""


@pytest.fixture
def group(visitor: Visitor) -> Class:
    """Return a candidate with a revised result and some way on their path."""
    with visitor.site.app.app_context():
        made = make_class()
        with transaction():
            import_activities(institution_id=made.institution_id, at=now())
            publish_by_hand(made.candidacy_id, make_snapshot())
            publish_by_hand(made.candidacy_id, make_snapshot(points={"单位换算": 5}))
        actor = act_as(made.candidate)
        with transaction(write=False):
            known = activity_ids(made.institution_id)
        for code, act in (
            ("job-obs-export", Act.BEGIN),
            ("pre-regulations", Act.FINISH),
            ("job-consulting-plan", Act.FINISH),
        ):
            with transaction():
                move_step(
                    candidacy_id=made.candidacy_id, activity_id=known[code], act=act, by=actor, at=now(), note="…"
                )
        return made


def token(visitor: Visitor, group: Class, language: str) -> str:
    """Sign the candidate in; pages speak the language of the session."""
    with visitor.site.app.app_context():
        return make_session(type(group.candidate)(**{**vars(group.candidate), "language": language}))


def check(page: Page, name: str) -> None:
    screenshot(page, name)
    assert_accessible(page)
    assert_fits(page)
    assert_targets(page)


@pytest.mark.parametrize(("width", "language", "dark"), SIZES)
def test_result_and_path(visitor: Visitor, group: Class, width: int, language: str, dark: bool) -> None:
    key = token(visitor, group, language)
    page = visitor.open(f"/results/{group.candidacy_id}", token=key, width=width, language=language, dark=dark)
    page.locator(".prof summary").nth(5).click()
    expect(page.locator(".prof .said").first).to_be_visible()
    check(page, f"result-{width}-{language}")
    page.locator("a.btn-primary").click()
    expect(page.locator(".act.on")).to_have_count(1)
    page.locator(".more summary").click()
    check(page, f"path-{width}-{language}")
    page.locator(".now a.btn-primary").click()
    check(page, f"activity-{width}-{language}")
    page.locator("button.btn-primary").click()
    expect(page.locator(".lc-note.is-ok")).to_be_visible()


def test_outcomes_without_a_level_fit_a_phone(visitor: Visitor, group: Class) -> None:
    with visitor.site.app.app_context():
        snapshots = [
            make_snapshot(without=frozenset({"practice"})),
            make_snapshot(minimums={Dimension.SKILL: 75_00}),
            make_snapshot(band_code="junior", points={"适用哪项核算标准": 0}),
        ]
        candidacies = []
        for snapshot in snapshots:
            candidacies.append(enter(group.track_id, make_person(group.institution_id, "陈晨")))
            with transaction():
                publish_by_hand(candidacies[-1], snapshot)
        key = make_session(group.officer)
    page = visitor.open("/", token=key, width=390)
    for candidacy in candidacies:
        page.goto(f"{visitor.site.url}/results/{candidacy}")
        check(page, f"result-other-{candidacy}")


def test_on_paper_everything_is_open_and_no_button_prints(visitor: Visitor, group: Class) -> None:
    page = visitor.open(f"/results/{group.candidacy_id}", token=token(visitor, group, "en"), width=A4)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".prof .said").first).to_be_visible()
    assert page.locator(".prof details:not([open])").count() == 0
    assert page.locator(".btn:visible").count() == 0
    cut_off = "() => [...document.querySelectorAll('.lc-scroll')].filter((e) => e.scrollWidth > e.clientWidth).length"
    assert page.evaluate(cut_off) == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".prof details[open]").count() == 0


def test_without_script_everything_can_be_read_and_moved(visitor: Visitor, group: Class) -> None:
    page = visitor.open(f"/results/{group.candidacy_id}", token=token(visitor, group, "en"), java_script_enabled=False)
    page.get_by_role("link", name="Open all").click()
    expect(page.locator(".prof .said").first).to_be_visible()
    page.get_by_role("link", name="Open my learning path").click()
    page.get_by_role("link", name="Go on with it").click()
    page.get_by_role("button", name="Mark as done").click()
    expect(page.get_by_text("This activity is done.")).to_be_visible()


def test_the_path_by_keyboard(visitor: Visitor, group: Class) -> None:
    page = visitor.open(f"/results/{group.candidacy_id}", token=token(visitor, group, "en"))
    assert assert_focus_is_seen(page) > 12


def test_a_mentor_s_desk(visitor: Visitor, group: Class) -> None:
    with visitor.site.app.app_context():
        key = make_session(group.officer)
    page = visitor.open("/paths/confirmations", token=key, width=390)
    check(page, "confirmations-390")
    page.get_by_text("Send back…").click()
    page.get_by_role("button", name="Send back", exact=True).click()
    expect(page.get_by_text("Nothing has been sent back yet")).to_be_visible()
    check(page, "confirmations-refused-390")
    page.get_by_label("What is missing").fill("Targets.")
    page.get_by_role("button", name="Send back", exact=True).click()
    expect(page.get_by_text("Nothing waits").first).to_be_visible()
