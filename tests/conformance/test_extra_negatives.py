"""Launches that the certification suite does not try and that nobody may get in with."""

import html
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from lms_carbon.app import create_app
from lms_carbon.core.clock import now
from lms_carbon.core.db import db, session
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.models.launches import LtiLogin
from lms_carbon.lti.services.registrations import end_registration
from tests.conformance.conftest import Door
from tests.support.databases import settings_for
from tests.support.platform import CLAIM, GONE, FakePlatform, post, register
from tests.support.world import make_institution

NOW = int(time.time())

BAD_CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "exp missing": ({"exp": GONE}, "claim-missing:exp"),
    "iat missing": ({"iat": GONE}, "claim-missing:iat"),
    "both missing": ({"exp": GONE, "iat": GONE}, "claim-missing:exp"),
    "old iat, exp ahead": ({"iat": 11111, "exp": 9999999999}, "issued-long-ago"),
    "iat far ahead": ({"iat": 9999999999, "exp": 9999999999}, "issued-in-future"),
    "nbf far ahead": ({"nbf": 9999999999}, "not-yet-valid"),
    "exp as text": ({"exp": "9999999999"}, "claim-malformed:exp"),
    "exp as truth": ({"exp": True}, "claim-malformed:exp"),
    "exp without end": ({"exp": float("inf")}, "claim-malformed:exp"),
    "nonce missing": ({"nonce": GONE}, "claim-missing:nonce"),
    "audience of another": ({"aud": "someone-else"}, "platform-unknown"),
    "issuer of another": ({"iss": "https://evil.example"}, "platform-unknown"),
    "several audiences, nobody named": ({"aud": ["tool-1", "other"]}, "claim-missing:azp"),
    "we are not the first audience": ({"aud": ["other", "tool-1"]}, "claim-missing:azp"),
    "azp is another": ({"azp": "other"}, "azp"),
    "azp is the other audience": ({"aud": ["tool-1", "other"], "azp": "other"}, "platform-unknown"),
    "audience is a number": ({"aud": 7}, "claim-malformed:aud"),
    "no audience": ({"aud": []}, "claim-missing:aud"),
    "sub is a number": ({"sub": 4}, "claim-malformed:sub"),
    "sub is empty": ({"sub": ""}, "anonymous"),
    "sub is null": ({"sub": None}, "anonymous"),
    "target_link_uri missing": ({"target_link_uri": GONE}, "claim-missing:target_link_uri"),
    "target_link_uri changed": ({"target_link_uri": "http://127.0.0.1:8000/lti/other"}, "target-changed"),
    "deployment unknown": ({"deployment_id": "dep-2"}, "deployment"),
    "deployment is a number": ({"deployment_id": 1}, "claim-malformed:deployment_id"),
    "roles are text": ({"roles": "Instructor"}, "claim-malformed:roles"),
    "roles are null": ({"roles": None}, "claim-missing:roles"),
    "resource_link is text": ({"resource_link": "rl-1"}, "claim-malformed:resource_link"),
    "resource_link is null": ({"resource_link": None}, "claim-missing:resource_link.id"),
    "context is a list": ({"context": ["c-1"]}, "claim-malformed:context"),
    "custom is a list": ({CLAIM + "custom": ["exam:1"]}, "claim-malformed:custom"),
    "version is a number": ({"version": 1.3}, "version"),
    "deep linking without settings": ({"message_type": "LtiDeepLinkingRequest"}, "claim-missing:deep_link_return_url"),
    "message type of nobody": ({"message_type": "LtiAnythingRequest"}, "message-type"),
    "message type is a list": ({"message_type": []}, "claim-malformed:message_type"),
    "sub of 256": ({"sub": "x" * 256}, "claim-too-long:sub"),
    "context id of 256": ({"context": {"id": "x" * 256}}, "claim-too-long:context.id"),
    "resource link id of 256": ({"resource_link": {"id": "x" * 256}}, "claim-too-long:resource_link.id"),
    "deployment id of 256": ({"deployment_id": "x" * 256}, "claim-too-long:deployment_id"),
    "sub with a zero byte": ({"sub": "4\0"}, "claim-malformed:sub"),
    "sub with half a character": ({"sub": "\ud800"}, "claim-malformed:sub"),
}


@pytest.mark.parametrize(("changes", "check"), BAD_CLAIMS.values(), ids=BAD_CLAIMS.keys())
def test_bad_claims_are_refused(door: Door, logs: list[Any], changes: dict[str, Any], check: str) -> None:
    door.refused(door.platform.launch(door.client, **changes), logs, check)


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": NOW + 10, "exp": NOW + 600},
        {"iat": NOW - 300, "exp": NOW - 5},
        {"aud": ["other", "tool-1"], "azp": "tool-1"},
        {"aud": ["tool-1"]},
        {"sub": "x" * 255},
    ],
    ids=["clock ahead", "just expired", "azp decides", "one audience in a list", "longest sub"],
)
def test_what_the_specification_allows_gets_in(door: Door, changes: dict[str, Any]) -> None:
    moved = {
        name: value + int(time.time()) - NOW if name in ("iat", "exp") else value for name, value in changes.items()
    }
    assert door.platform.launch(door.client, **moved).status_code == 303


def test_a_launch_is_good_once(door: Door, logs: list[Any]) -> None:
    state, nonce = door.platform.login(door.client)
    token = door.platform.sign(door.platform.claims(nonce))
    assert post(door.client, token, state).status_code == 303
    again = post(door.client, token, state)
    assert [entry["check"] for entry in logs if entry["event"] == "launch refused"] == ["login-used"]
    assert again.status_code == 400
    assert "used already" in again.text
    assert door.count("launch") == door.count("auth_session") == 1


def test_a_nonce_serves_one_person(door: Door, logs: list[Any]) -> None:
    state, nonce = door.platform.login(door.client)
    assert post(door.client, door.platform.sign(door.platform.claims(nonce)), state).status_code == 303
    assert post(door.client, door.platform.sign(door.platform.claims(nonce, sub="5")), state).status_code == 400
    assert door.count("person") == 1


def test_two_logins_cannot_be_mixed(door: Door, logs: list[Any]) -> None:
    state, _ = door.platform.login(door.client)
    _, nonce = door.platform.login(door.client)
    door.refused(post(door.client, door.platform.sign(door.platform.claims(nonce)), state), logs, "nonce")


def test_a_refused_login_is_spent(door: Door, logs: list[Any]) -> None:
    state, nonce = door.platform.login(door.client)
    door.refused(
        post(door.client, door.platform.sign(door.platform.claims(nonce, version=GONE)), state),
        logs,
        "claim-missing:version",
    )
    logs.clear()
    door.refused(post(door.client, door.platform.sign(door.platform.claims(nonce)), state), logs, "login-used")


def test_a_browser_without_our_cookie(door: Door, logs: list[Any]) -> None:
    state, nonce = door.platform.login(door.client)
    answer = post(door.app.test_client(), door.platform.sign(door.platform.claims(nonce)), state)
    door.refused(answer, logs, "cookie-blocked")
    assert f"{door.platform.issuer}/return" in answer.text


def test_another_browser_with_its_own_cookie(door: Door, logs: list[Any]) -> None:
    state, nonce = door.platform.login(door.client)
    other = door.app.test_client()
    door.platform.login(other)
    door.refused(post(other, door.platform.sign(door.platform.claims(nonce)), state), logs, "other-browser")
    # Somebody else's attempt does not spend the login of the browser that began it.
    assert post(door.client, door.platform.sign(door.platform.claims(nonce)), state).status_code == 303


@pytest.mark.parametrize("state", ["", "never-given", "x" * 5000])
def test_states_that_are_none(door: Door, logs: list[Any], state: str) -> None:
    _, nonce = door.platform.login(door.client)
    answer = post(door.client, door.platform.sign(door.platform.claims(nonce)), state)
    door.refused(answer, logs, "state-unknown" if state else "state-missing")


def test_a_login_of_another_registration(door: Door, logs: list[Any]) -> None:
    """One issuer, two schools, as with Canvas: a login for one is no login for the other."""
    with door.app.app_context():
        other_id = make_institution("other")
    other = FakePlatform(issuer=door.platform.issuer, client_id="tool-2", deployment_id="dep-2")
    register(door.app, other, other_id)
    state, nonce = door.platform.login(door.client)
    answer = post(door.client, other.sign(other.claims(nonce)), state)
    door.refused(answer, logs, "registration-changed")


def test_a_login_that_took_too_long(door: Door, logs: list[Any]) -> None:
    state, nonce = door.platform.login(door.client)
    with door.app.app_context(), transaction():
        login = session.scalars(sa.select(LtiLogin)).one()
        login.created_at = login.created_at.replace(year=login.created_at.year - 1)
    door.refused(post(door.client, door.platform.sign(door.platform.claims(nonce)), state), logs, "login-expired")


def test_the_platform_posts_its_own_error(door: Door, logs: list[Any]) -> None:
    state, _ = door.platform.login(door.client)
    said = {"error": "invalid_request", "error_description": "Hint <b>used</b> up", "state": state}
    answer = door.client.post("/lti/launch", data=said)
    door.refused(answer, logs, "platform-error")
    assert "Hint &lt;b&gt;used&lt;/b&gt; up" in answer.text


@pytest.mark.parametrize(
    "body", [{}, {"state": "x"}, {"id_token": ""}, {"id_token": "a.b.c"}, {"id_token": "x" * 70_000, "state": "x"}]
)
def test_posts_that_are_no_launch(door: Door, logs: list[Any], body: dict[str, str]) -> None:
    answer = door.client.post("/lti/launch", data=body)
    assert 400 <= answer.status_code < 500
    assert [entry for entry in logs if entry["event"] == "launch refused"]


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"iss": ""}, "login-missing:iss"),
        ({"login_hint": ""}, "login-missing:login_hint"),
        ({"target_link_uri": ""}, "login-missing:target_link_uri"),
        ({"iss": "https://unknown.example"}, "platform-unknown"),
        ({"client_id": "unknown"}, "platform-unknown"),
        ({"login_hint": "x" * 9000}, "login-too-long:login_hint"),
    ],
)
def test_logins_that_are_refused(door: Door, logs: list[Any], changes: dict[str, str], check: str) -> None:
    answer = door.client.post("/lti/login", data=door.platform.login_fields(**changes))
    door.refused(answer, logs, check)
    assert door.count("lti_login") == 0


def test_an_ended_registration(door: Door, database_url: str, tmp_path: Path) -> None:
    state, nonce = door.platform.login(door.client)
    elsewhere = create_app(settings_for(database_url, tmp_path))
    with elsewhere.app_context():
        with transaction():
            end_registration(by=None, registration_id=door.platform.registration_id, at=now())
        db.engine.dispose()
    # This process still remembers the registration from the login; the launch asks again.
    answer = post(door.client, door.platform.sign(door.platform.claims(nonce)), state)
    assert answer.status_code == 400
    assert "This place of the learning platform is not registered here" in answer.text
    assert door.count("auth_session") == door.count("launch") == 0


def test_refusals_speak_the_language_of_the_launch(door: Door) -> None:
    answer = door.platform.launch(door.client, deployment_id="dep-2", launch_presentation={"locale": "zh_cn"})
    assert '<html lang="zh-CN"' in answer.text
    assert "没有在这里登记" in answer.text


@pytest.mark.parametrize(
    ("return_url", "offered"),
    [
        ("{issuer}/course/4", True),
        ("https://evil.example/course/4", False),
        ("javascript:alert(1)", False),
        ("{issuer}@evil.example/", False),
        ("//evil.example", False),
        (7, False),
    ],
)
def test_the_way_back_leads_to_the_platform_only(door: Door, return_url: Any, offered: bool) -> None:
    url = return_url.format(issuer=door.platform.issuer) if isinstance(return_url, str) else return_url
    answer = door.platform.launch(door.client, deployment_id="dep-2", launch_presentation={"return_url": url})
    assert (f'href="{url}?' in answer.text) is offered


def test_the_platform_is_told_why(door: Door, logs: list[Any]) -> None:
    """LTI core 5.4.2: words for the person, and for the platform's log what did not hold."""
    presentation = {"locale": "zh_cn", "return_url": f"{door.platform.issuer}/return?course=4"}
    answer = door.platform.launch(door.client, deployment_id="dep-2", launch_presentation=presentation)
    [href] = re.findall(rf'href="({door.platform.issuer}/return[^"]*)"', answer.text)
    told = parse_qs(urlsplit(html.unescape(href)).query)
    assert told["course"] == ["4"]
    assert "没有在这里登记" in told["lti_errormsg"][0]
    assert told["lti_errorlog"] == [f"deployment {answer.headers['X-Request-Id']}"]
