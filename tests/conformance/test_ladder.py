"""Frames without cookies: the rungs below the cookie let nobody in whom the cookie would keep out."""

import html
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.errors import OtherBrowserError
from lms_carbon.lti.models.launches import Binding, LtiLogin
from lms_carbon.lti.services.launches import platform_in_force
from lms_carbon.lti.services.logins import consume_login
from lms_carbon.lti.services.tickets import open_pass, seal_pass
from lms_carbon.people.models.access import AuthSession
from tests.conformance.conftest import Door
from tests.support.platform import LAUNCH_URL, post

OWN = {"Origin": "http://127.0.0.1:8000"}
RUNGS = ["platform", "tab"]


@dataclass
class Begun:
    """A login that a page of ours began, and what it was given to keep."""

    state: str
    nonce: str
    key: str
    kept: str


def begin(door: Door, client: FlaskClient, binding: str = "tab") -> Begun:
    fields = {**door.platform.login_fields(), "binding": binding}
    answer = client.post("/lti/login/begin", data=fields, headers=OWN)
    assert answer.status_code == 200, answer.text
    told: Any = answer.json
    asked = parse_qs(urlsplit(told["onward"]).query)
    assert told["value"] not in told["onward"]
    return Begun(asked["state"][0], asked["nonce"][0], told["key"], told["value"])


def ticket_of(answer: TestResponse) -> str:
    [ticket] = re.findall(r'name="ticket" value="([^"]+)"', answer.text)
    return html.unescape(ticket)


def launch(door: Door, client: FlaskClient, begun: Begun) -> str:
    """Launch; the answer holds a ticket and lets nobody in."""
    answer = post(client, door.platform.sign(door.platform.claims(begun.nonce)), begun.state)
    assert answer.status_code == 200, answer.text
    assert not answer.headers.getlist("Set-Cookie")
    assert door.count("auth_session") == 0
    assert begun.key in answer.text
    assert begun.kept not in answer.text
    return ticket_of(answer)


def verify(client: FlaskClient, ticket: str, kept: str, **headers: str) -> TestResponse:
    return client.post("/lti/verify", data={"ticket": ticket, "kept": kept}, headers=headers or OWN)


def pass_of(answer: TestResponse) -> str:
    [held] = set(re.findall(r'name="pass" value="([^"]+)"', answer.text))  # the language's form has it too
    return html.unescape(held)


@pytest.fixture
def frame(door: Door) -> FlaskClient:
    return door.app.test_client(use_cookies=False)


@pytest.mark.parametrize("rung", RUNGS)
def test_from_a_frame_without_cookies_to_a_window_with_them(door: Door, frame: FlaskClient, rung: str) -> None:
    begun = begin(door, frame, rung)
    answer = verify(frame, launch(door, frame, begun), begun.kept)
    assert answer.status_code == 200, answer.text
    assert not answer.headers.getlist("Set-Cookie")
    for _ in range(2):  # the window may have been closed by mistake
        handed = frame.post("/lti/verify/window", data={"pass": pass_of(answer)}, headers=OWN)
        assert handed.status_code == 303
        window = door.app.test_client()
        assert window.get(handed.headers["Location"]).status_code == 303
        assert window.get("/api/v1/me").status_code == 200
        assert door.app.test_client().get(handed.headers["Location"]).status_code >= 400
    assert door.count("launch") == door.count("person") == 1


def test_the_doorway_speaks_the_other_language(door: Door, frame: FlaskClient) -> None:
    begun = begin(door, frame)
    answer = verify(frame, launch(door, frame, begun), begun.kept)
    spoken = re.findall(r'<html lang="([^"]+)"', answer.text)
    [action] = re.findall(r'action="(/lti/verify/window\?lang=[a-z]+)"', answer.text)
    assert (
        frame.post(action, data={"pass": pass_of(answer)}, headers={"Origin": "https://evil.example"}).status_code
        == 400
    )
    again = frame.post(action, data={"pass": pass_of(answer)}, headers=OWN)
    assert (again.status_code, again.headers.getlist("Set-Cookie")) == (200, [])
    assert re.findall(r'<html lang="([^"]+)"', again.text) != spoken
    handed = frame.post("/lti/verify/window", data={"pass": pass_of(again)}, headers=OWN)
    window = door.app.test_client()
    window.get(handed.headers["Location"])
    assert f'<html lang="{spoken[0]}"' not in window.get("/", headers={"Accept-Language": spoken[0]}).text


@pytest.mark.parametrize("rung", RUNGS)
def test_a_stolen_launch_does_not_get_in(door: Door, logs: list[Any], frame: FlaskClient, rung: str) -> None:
    """State and id_token, even a ticket, are nothing without what the login kept in its browser."""
    begun, thief = begin(door, frame, rung), door.app.test_client()
    own = begin(door, thief, rung)
    ticket = launch(door, thief, begun)
    for kept, check in (("", "cookie-blocked"), (own.kept, "other-browser"), (begun.state, "other-browser")):
        door.refused(verify(thief, ticket, kept), logs, check)
        logs.clear()
    assert verify(frame, launch(door, frame, begun), begun.kept).status_code == 200  # and its owner still does


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Accept": "text/html"},
        {**OWN, "Sec-Fetch-Site": "cross-site"},
    ],
    ids=["another site", "a sandbox", "nobody", "forwarded"],
)
def test_nobody_signs_another_browser_in(
    door: Door, logs: list[Any], frame: FlaskClient, headers: dict[str, str]
) -> None:
    """Somebody who has all of their own launch makes a victim's browser post it: they would act under that name."""
    begun = begin(door, frame)
    ticket = launch(door, frame, begun)
    victim = door.app.test_client()
    door.refused(verify(victim, ticket, begun.kept, **headers), logs, "foreign-page")
    logs.clear()
    fields = {**door.platform.login_fields(), "binding": "tab"}
    door.refused(victim.post("/lti/login/begin", data=fields, headers=headers), logs, "foreign-page")
    assert verify(frame, ticket, begun.kept).status_code == 200
    logs.clear()
    answer = victim.post("/lti/verify/window", data={"pass": "x"}, headers=headers)
    assert [entry["check"] for entry in logs if entry["event"] == "launch refused"] == ["foreign-page"]
    assert answer.status_code == 400


def test_a_launch_is_verified_once(door: Door, logs: list[Any], frame: FlaskClient) -> None:
    begun = begin(door, frame)
    ticket = launch(door, frame, begun)
    assert verify(frame, ticket, begun.kept).status_code == 200
    again = verify(frame, ticket, begun.kept)
    assert [entry["check"] for entry in logs if entry["event"] == "launch refused"] == ["login-used"]
    assert "used already" in again.text
    assert door.count("launch") == door.count("auth_session") == 1


def test_a_login_by_cookie_has_no_lower_rung(door: Door, logs: list[Any]) -> None:
    """Neither does a launch of it get a ticket, nor is the cookie's value taken for what a page kept."""
    state, nonce = door.platform.login(door.client)
    token = door.platform.sign(door.platform.claims(nonce))
    door.refused(post(door.app.test_client(), token, state), logs, "cookie-blocked")
    [cookie] = [c for c in (door.client._cookies or {}).values() if c.key.endswith("lc_login")]
    with door.app.app_context(), transaction():
        platform = platform_in_force(door.platform.issuer, door.platform.client_id)
        assert platform is not None
        with pytest.raises(OtherBrowserError):
            consume_login(
                platform=platform,
                state=state,
                nonce=nonce,
                browser=cookie.value,
                target=LAUNCH_URL,
                binding=Binding.TAB,
            )
    assert post(door.client, token, state).status_code == 303


def test_what_a_page_kept_is_no_cookie(door: Door) -> None:
    begun = begin(door, door.client)
    door.client.set_cookie("__Host-lc_login", begun.kept, domain="127.0.0.1", secure=True)
    launch(door, door.client, begun)


@pytest.mark.parametrize("ticket", ["", "x", "A" * 200, "é"])
def test_tickets_and_passes_that_are_none(door: Door, logs: list[Any], frame: FlaskClient, ticket: str) -> None:
    door.refused(verify(frame, ticket, "x"), logs, "ticket")
    logs.clear()
    door.refused(frame.post("/lti/verify/window", data={"pass": ticket}, headers=OWN), logs, "pass")


def test_a_ticket_is_no_pass_and_ends_with_its_login(door: Door, logs: list[Any], frame: FlaskClient) -> None:
    begun = begin(door, frame)
    ticket = launch(door, frame, begun)
    door.refused(frame.post("/lti/verify/window", data={"pass": ticket}, headers=OWN), logs, "pass")
    logs.clear()
    with door.app.app_context(), transaction():
        login = session.scalars(sa.select(LtiLogin)).one()
        login.created_at -= timedelta(minutes=11)
    door.refused(verify(frame, ticket, begun.kept), logs, "login-expired")


def test_a_pass_ends_with_its_session_and_its_time(door: Door, logs: list[Any], frame: FlaskClient) -> None:
    begun = begin(door, frame)
    held = pass_of(verify(frame, launch(door, frame, begun), begun.kept))
    with door.app.app_context(), transaction():
        token, path = open_pass(held, at=now())
        late = seal_pass(token=token, path=path, at=now() - timedelta(minutes=16))
    for kept, check in ((late, "pass-over"), (held, "session-ended")):
        answer = frame.post("/lti/verify/window", data={"pass": kept}, headers=OWN)
        if kept == late:
            assert answer.status_code == 400
            with door.app.app_context(), transaction():
                session.execute(sa.update(AuthSession).values(ended_at=now()))
        assert answer.status_code == 400
        assert [entry["check"] for entry in logs if entry["event"] == "launch refused"] == [check]
        logs.clear()


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"binding": "cookie"}, "binding"),
        ({"binding": ""}, "binding"),
        ({"iss": "https://unknown.example"}, "platform-unknown"),
        ({"target_link_uri": ""}, "login-missing:target_link_uri"),
    ],
)
def test_logins_that_no_page_may_begin(
    door: Door, logs: list[Any], frame: FlaskClient, changes: dict[str, str], check: str
) -> None:
    fields = {**door.platform.login_fields(), "binding": "tab", **changes}
    door.refused(frame.post("/lti/login/begin", data=fields, headers=OWN), logs, check)
    assert door.count("lti_login") == 0


def test_a_browser_that_does_not_say_where_it_opens_things_is_tried_out(door: Door) -> None:
    old = {"User-Agent": "Mozilla/5.0 (Macintosh) AppleWebKit/605 Version/15.0 Safari/605"}
    answer = door.client.get("/lti/login", query_string=door.platform.login_fields(), headers=old)
    assert answer.status_code == 200
    assert 'id="probe"' in answer.text
