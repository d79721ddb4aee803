"""A platform registers itself by an invitation, is launched from, and what a platform does wrong on the way."""

from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
import requests
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.commands import platform_commands
from lms_carbon.lti.models.registrations import Deployment, PlatformInvitation, Registration
from lms_carbon.lti.platform_errors import PlatformInvitationOverError
from lms_carbon.lti.services.invites import Invited, take_invitation
from lms_carbon.lti.services.platforms import confirm_deployment
from lms_carbon.sandbox.config import load_config
from lms_carbon.sandbox.rules import RULES
from tests.functional.lti.conftest import COURSE, Both, read_form, serve_tool
from tests.support.sandbox import start_sandbox
from tests.support.world import list_acts, make_institution, run_command

ADMIN = {"sandbox_person": "u-tang", "sandbox_language": "en"}
ENGLISH = {"Accept-Language": "en"}
CHINESE = {"Accept-Language": "zh"}


@pytest.fixture
def apart(request: pytest.FixtureRequest, app: Flask) -> Iterator[Both]:
    """Yield a tool and a platform by these rules that do not know each other."""
    config = replace(load_config(), rules=RULES[request.param])
    with serve_tool(app) as url, start_sandbox(url, config=config) as sandbox:
        with app.app_context():
            running = Both(app, url, sandbox, make_institution("demo"))
        yield running


def _frame(both: Both, link: str) -> str:
    """Return what the platform opens in its frame when its administrator pastes the link."""
    page = requests.post(f"{both.sandbox}/courses/{COURSE}/tools/register", data={"url": link}, cookies=ADMIN)
    return unescape(page.text.split('<iframe src="')[1].split('"')[0])


def _register(both: Both, frame: str, **changes: str) -> requests.Response:
    chinese = requests.get(frame, headers=CHINESE | {"Referer": f"{both.sandbox}/"})
    assert '<html lang="zh-CN"' in chinese.text
    switch, back = read_form(chinese.text)
    page = requests.post(
        both.url + switch,
        data=back | {"language": "en"},
        headers=CHINESE | {"Sec-Fetch-Dest": "iframe", "Referer": f"{both.url}/"},
    )
    assert page.status_code == 200, page.text
    assert page.headers["Content-Security-Policy"].endswith("frame-ancestors 'self' *")
    assert "send scores" in page.text
    action, fields = read_form(page.text.replace(page.text.split("</header>")[0], ""))  # not the language's form
    # As from a frame in which no cookie comes back.
    return requests.post(both.url + action, data=fields | changes, headers=CHINESE | {"Origin": both.url})


@pytest.mark.parametrize("apart", ["moodle", "canvas"], indirect=True)
def test_a_platform_registers_itself(apart: Both) -> None:
    link = run_command(apart.app, platform_commands, "invite", "--institution", "demo").split()[0]
    assert "not for the browser" in requests.get(link, headers=ENGLISH).text
    frame = _frame(apart, link)
    done = _register(apart, frame)
    assert done.status_code == 200, done.text
    assert "is connected" in done.text
    assert "data-lti-close" in done.text
    for again in (requests.get(frame, headers=ENGLISH), requests.get(link, headers=ENGLISH)):
        assert again.status_code == 410
        assert "This link is used up" in again.text

    with apart.app.app_context():
        used = session.execute(sa.select(PlatformInvitation.id, PlatformInvitation.institution_id)).one()
        with pytest.raises(PlatformInvitationOverError):  # as a second one would find it that looked a moment before
            take_invitation(Invited(used.id, used.institution_id, {}))

    canvas = "canvas.sandbox" in apart.sandbox.sandbox.issuer
    with apart.app.app_context():
        kept = session.scalars(sa.select(Registration)).one()
        assert kept.product == ("canvas" if canvas else "moodle")
        assert len(kept.granted_scopes or ()) == 5
        assert kept.frame_origins == [str(apart.sandbox)]
        assert session.scalars(sa.select(PlatformInvitation.registration_id)).one() == kept.id
        client_id, registration_id = kept.client_id, kept.id
    requests.post(f"{apart.sandbox}/courses/{COURSE}/tools/{client_id}", cookies=ADMIN)
    if canvas:
        _, refused = apart.open("rl-exam", "u-lin")
        assert refused.status_code == 400
        assert "confirm" in refused.text
        with apart.app.app_context(), transaction():
            place = session.scalars(sa.select(Deployment)).one()
            registration = session.get_one(Registration, registration_id)
            confirm_deployment(by=None, registration=registration, place_id=place.id, at=now())
    browser, _ = apart.open("rl-exam", "u-lin")
    assert apart.me(browser)["institution"] == "demo"
    assert list_acts(apart.app)[1:3] == ["platform.invite", "platform.add"]


@pytest.mark.parametrize("apart", ["plain"], indirect=True)
def test_what_a_platform_refuses_leaves_the_link_good(apart: Both) -> None:
    link = run_command(apart.app, platform_commands, "invite", "--institution", "demo").split()[0]
    wrong = _register(apart, _frame(apart, link), registration_token="made-up")
    assert wrong.status_code == 424
    assert "refused with the answer 401" in wrong.text
    away = requests.get(f"{link}?openid_configuration=http://localhost:1/x", headers=ENGLISH)
    assert away.status_code == 424
    assert "did not answer" in away.text
    page = requests.get(f"{link}?openid_configuration={apart.sandbox}/jwks.json", headers=ENGLISH)
    assert page.status_code == 422
    assert "issuer is missing" in page.text
    assert requests.get(f"{apart.url}/lti/register/nothing").status_code == 404
    with apart.app.app_context():
        assert session.scalars(sa.select(Registration)).all() == []
    assert _register(apart, _frame(apart, link)).status_code == 200
