"""The officers' desk of cycles in Chromium: planning by clicking, and every page accessible and narrow enough."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from demo.content import EXAM_CODE, SLUG, fill_demo
from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import EntryRule, Track
from lms_carbon.cycles.services.candidacies import ask_entry
from lms_carbon.cycles.services.closing import end_cycle
from lms_carbon.cycles.services.entering import enter_candidates
from lms_carbon.exams.models.exams import Exam
from lms_carbon.exams.services.attempts import start_attempt
from lms_carbon.people.models.persons import Institution
from lms_carbon.people.services.handoffs import make_handoff
from tests.support.browser import Visitor, assert_accessible, assert_fits, assert_targets, screenshot
from tests.support.world import World, act_as, make_person


@pytest.fixture
def officer(visitor: Visitor) -> World:
    """Return an officer of the demo institution, with candidates in its cycle."""
    with visitor.site.app.app_context():
        with transaction():
            fill_demo(sandbox="http://localhost:1")
        institution = session.scalars(sa.select(Institution.id).where(Institution.slug == SLUG)).one()
        officer = make_person(institution, "孙立", [Role.OFFICER], language="zh")
        people = [make_person(institution, f"考生 {n}") for n in range(5)]
        with transaction():
            track = session.scalars(sa.select(Track).join(Track.cycle).order_by(Track.id)).first()
            exam = session.scalars(sa.select(Exam).where(Exam.code == EXAM_CODE)).one()
            assert track is not None
            enter_candidates(
                track=track, person_ids=[each.person_id for each in people[:4]], by=act_as(officer), at=now()
            )
            taker = act_as(people[0], launch_role=Role.CANDIDATE)
            start_attempt(exam_id=exam.id, language="zh", by=taker, at=now())
            track.entry = EntryRule.ASK
            ask_entry(track=track, by=act_as(people[4], launch_role=Role.CANDIDATE), at=now())
    return officer


def signed_in(visitor: Visitor, person: World, language: str, target: str = "/cycles") -> Page:
    with visitor.site.app.app_context():
        actor = act_as(World(person.person_id, person.institution_id, person.name, language))
        with transaction():
            code = make_handoff(by=actor, target=target, at=now())
    return visitor.open(f"/handoff/{code}", language=language)


def look(page: Page, name: str, widths: tuple[int, ...] = (1280, 390)) -> None:
    """Look at a page at some widths."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        screenshot(page, f"cycles-{name}-{width}")
        assert_fits(page)
        assert_targets(page)
        assert_accessible(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_the_desk(visitor: Visitor, officer: World, language: str) -> None:
    with visitor.site.app.app_context():
        track = session.scalars(sa.select(Track).order_by(Track.id)).first()
        assert track is not None
        cycle = f"/cycles/{track.cycle_id}"
        paths = {
            "list": "/cycles",
            "new": "/cycles/new",
            "board": cycle,
            "plan": f"{cycle}/plan",
            "candidates": f"{cycle}/candidates",
            "links": f"{cycle}/links",
            "settings": f"{cycle}/edit",
            "track": f"{cycle}/tracks/new",
            "instrument": f"/cycles/tracks/{track.id}/instruments/new?kind=practical",
            "add": f"/cycles/tracks/{track.id}/candidates?q=考生",
            "candidacy": "/cycles/candidacies/1",
            "policy": f"/results/tracks/{track.id}/policy",
        }
    page = signed_in(visitor, officer, language)
    for name, path in paths.items():
        page.goto(visitor.site.url + path)
        look(page, f"{name}-{language}", (1280, 390) if language == "zh" else (390,))
    with visitor.site.app.app_context(), transaction():
        end_cycle(cycle=session.get_one(Track, track.id).cycle, by=act_as(officer), at=now())
    page.goto(visitor.site.url + cycle)
    look(page, f"closing-{language}")


def test_an_officer_plans_a_cycle_by_clicking_alone(visitor: Visitor, officer: World) -> None:
    page = signed_in(visitor, officer, "zh")
    page.get_by_role("link", name="新建评价").click()
    page.get_by_label("中文名称").fill("冬季评价")
    page.get_by_label("代码").fill("2026-winter")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="添加岗位").click()
    page.get_by_label("岗位", exact=True).select_option(label="5.2.1  碳减排工程师")
    page.get_by_label("中级").check()
    page.get_by_label("只限考务列入的人").check()
    page.get_by_role("button", name="添加岗位").click()
    page.get_by_role("link", name="确认政策").click()
    look(page, "policy-open-zh")
    page.get_by_label("采用理由").fill("考评委员会 11 月会议决定。")
    page.get_by_role("button", name="确认政策").click()
    page.get_by_role("navigation", name="本期评价的各部分").get_by_role("link", name="计划").click()
    for name in ("添加笔试", "添加实验考核", "添加成果评价"):
        page.get_by_role("link", name=name).click()
        page.get_by_role("button", name="添加考核").click()
    look(page, "planned-zh")
    page.get_by_role("button", name="开放评价").click()
    expect(page.get_by_role("status")).to_contain_text("评价已开放")
    look(page, "opened-zh")
    page.get_by_role("link", name="列入考生").first.click()
    page.get_by_role("searchbox").fill("考生")
    page.get_by_role("button", name="查找").click()
    page.get_by_label("考生 1").check()
    page.get_by_label("考生 2").check()
    page.get_by_role("button", name="列入所选").click()
    expect(page.get_by_role("status")).to_contain_text("已列入 2 人")
    look(page, "entered-zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_candidate_finds_their_work_on_the_start_page(visitor: Visitor, officer: World, language: str) -> None:
    with visitor.site.app.app_context():
        candidate = make_person(officer.institution_id, "林晓", language=language)
        with transaction():
            track = session.scalars(sa.select(Track).order_by(Track.id)).first()
            assert track is not None
            enter_candidates(track=track, person_ids=[candidate.person_id], by=act_as(officer), at=now())
        actor = act_as(candidate, launch_role=Role.CANDIDATE)
        with transaction():
            code = make_handoff(by=actor, target="/", at=now())
    page = visitor.open(f"/handoff/{code}", language=language)
    expect(page.get_by_role("main")).to_contain_text("笔试" if language == "zh" else "written exam")
    look(page, f"home-{language}")
