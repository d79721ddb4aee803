"""The pages of people in Chromium: accessible, narrow enough, in both languages."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from lms_carbon.core.clock import now
from lms_carbon.core.identity import Role, Scope
from lms_carbon.core.transaction import transaction
from lms_carbon.people.services.handoffs import make_handoff
from lms_carbon.people.services.invitations import invite
from lms_carbon.people.services.links import make_link
from lms_carbon.people.services.messages import tell
from tests.support.browser import Visitor, assert_accessible, assert_fits, assert_targets, screenshot
from tests.support.world import World, act_as, make_institution, make_person, make_session


@pytest.fixture
def boss(visitor: Visitor) -> World:
    """Return an administrator of an institution with some life in it."""
    with visitor.site.app.app_context():
        institution = make_institution("demo")
        boss = make_person(institution, "管理员", [Role.ADMINISTRATOR], email="boss@example.org")
        for i in range(12):
            make_person(
                institution, f"周宁 {i}", [Role.ASSESSOR, (Role.INVIGILATOR, i + 1)], email=f"zhou{i}@example.org"
            )
        with transaction():
            for _ in range(2):
                tell(
                    person_id=boss.person_id,
                    institution_id=institution,
                    sentence="The code is right.",
                    path="/people",
                    at=now(),
                )
    return boss


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_ones_own_and_of_the_desk(visitor: Visitor, boss: World, language: str) -> None:
    with visitor.site.app.app_context():
        actor = act_as(World(boss.person_id, boss.institution_id, boss.name, language))
        make_session(boss, at=now() - timedelta(hours=1))
        with transaction():
            code = make_handoff(by=actor, target="/inbox", at=now())
    page = visitor.open(f"/handoff/{code}", language=language)
    own = ("/inbox", "/profile", "/second-factor", "/sign-out")
    for path in (
        *own,
        "/people",
        "/people?q=nobody-at-all",
        f"/people/{boss.person_id + 1}",
        "/people/invite",
        "/people/audit",
    ):
        page.goto(visitor.site.url + path)
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            screenshot(page, f"people{path.replace('/', '-').replace('?', '-')}-{language}-{width}")
            assert_fits(page)
            assert_targets(page)
            assert_accessible(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_officer_comes_in_and_sets_up_the_second_factor(visitor: Visitor, boss: World, language: str) -> None:
    with visitor.site.app.app_context(), transaction():
        token = invite(
            by=None,
            institution_id=boss.institution_id,
            role=Role.OFFICER,
            scope=Scope.INSTITUTION,
            scope_id=None,
            email=None,
            at=now(),
        )
        link = make_link(person_id=boss.person_id, institution_id=boss.institution_id, at=now())
    page = visitor.open(f"/sign-in/{link}", language=language, width=320)
    assert_accessible(page)
    page.goto(f"{visitor.site.url}/invite/{token}")
    assert_fits(page)
    assert_targets(page)
    assert_accessible(page)
    screenshot(page, f"people-invite-{language}-320")
    page.locator("#f-name").fill("王敏")
    page.locator("main .btn-primary").click()
    expect(page).to_have_url(f"{visitor.site.url}/second-factor")
    page.locator("main .btn-primary").click()
    expect(page.locator(".people-qr svg")).to_be_visible()
    screenshot(page, f"people-factor-{language}-320")
    assert_fits(page)
    assert_accessible(page)
    page.locator("#f-code").fill("000000")
    page.locator("main .btn-primary").click()
    expect(page.locator("#errors")).to_be_focused()
    assert_accessible(page)
