"""The login leg: the authentication request, the binding cookie, and what happens inside frames."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conformance.conftest import Door
from tests.support.platform import FakePlatform, register
from tests.support.world import make_institution

FRAME = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_authentication_request(door: Door, method: str) -> None:
    fields = door.platform.login_fields()
    where: dict[str, Any] = {"query_string": fields} if method == "GET" else {"data": fields}
    answer = door.client.open("/lti/login", method=method, **where)
    assert answer.status_code == 302
    url = urlsplit(answer.headers["Location"])
    asked = {name: values[0] for name, values in parse_qs(url.query, strict_parsing=True).items()}
    state, nonce = asked.pop("state"), asked.pop("nonce")
    assert len(state) >= 43
    assert len(nonce) >= 43
    assert asked == {
        "from": "lms",  # the registered address had a query of its own
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "tool-1",
        "redirect_uri": "http://127.0.0.1:8000/lti/launch",
        "login_hint": "4",
        "lti_message_hint": '{"cmid":3,"launchid":"ltilaunch3_89"}',
    }
    assert door.count("lti_login") == 1


def test_the_cookie_comes_back_in_frames(door: Door) -> None:
    answer = door.client.get("/lti/login", query_string=door.platform.login_fields())
    [cookie] = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-lc_login=")
    parts = {part.strip() for part in cookie.split(";")}
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=None", "Partitioned"} <= parts
    again = door.client.get("/lti/login", query_string=door.platform.login_fields())
    assert not again.headers.getlist("Set-Cookie")  # kept: two activities may be opened at the same time


def test_two_logins_of_one_browser_both_launch(door: Door) -> None:
    first, second = door.platform.login(door.client), door.platform.login(door.client)
    for state, nonce in (first, second):
        token = door.platform.sign(door.platform.claims(nonce))
        assert door.client.post("/lti/launch", data={"id_token": token, "state": state}).status_code == 303


def test_a_frame_is_tried_out_first(door: Door) -> None:
    fields = door.platform.login_fields()
    answer = door.client.post("/lti/login", data=fields, headers=FRAME)
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert 'target="_blank"' in answer.text
    assert door.count("lti_login") == 0
    assert door.client.get("/lti/login/probe").json == {"kept": True}
    onward = door.client.get("/lti/login", query_string={**fields, "again": "1"}, headers=FRAME)
    assert onward.status_code == 302


def test_a_frame_without_cookies_gets_a_window(door: Door) -> None:
    blocked = door.app.test_client(use_cookies=False)
    fields = door.platform.login_fields()
    assert blocked.get("/lti/login", query_string=fields, headers=FRAME).status_code == 200
    assert blocked.get("/lti/login/probe").json == {"kept": False}
    english = {**FRAME, "Accept-Language": "en"}
    again = blocked.get("/lti/login", query_string={**fields, "again": "1"}, headers=english)
    assert again.status_code == 200
    assert "window of its own instead" in again.text
    window = door.client.get("/lti/login", query_string=fields, headers={"Sec-Fetch-Dest": "document"})
    assert window.status_code == 302


def test_a_frame_of_an_unknown_platform_is_refused_at_once(door: Door, logs: list[Any]) -> None:
    answer = door.client.post("/lti/login", data=door.platform.login_fields(iss="https://x.example"), headers=FRAME)
    door.refused(answer, logs, "platform-unknown")


def test_an_issuer_with_two_clients_must_say_which(door: Door, logs: list[Any]) -> None:
    assert door.client.get("/lti/login", query_string=door.platform.login_fields(client_id="")).status_code == 302
    with door.app.app_context():
        other_id = make_institution("other")
    register(door.app, FakePlatform(issuer=door.platform.issuer, client_id="tool-2"), other_id)
    answer = door.client.get("/lti/login", query_string=door.platform.login_fields(client_id=""))
    door.refused(answer, logs, "platform-unknown")


def test_platforms_may_frame_us_and_nobody_else(door: Door) -> None:
    policy = door.client.get("/").headers["Content-Security-Policy"]
    [ancestors] = [part for part in policy.split("; ") if part.startswith("frame-ancestors")]
    assert ancestors.split() == ["frame-ancestors", "'self'", door.platform.issuer]


def test_the_keyset(door: Door) -> None:
    answer = door.client.get("/lti/keys")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.json is not None
    [key] = answer.json["keys"]
    assert {"kty", "n", "e", "kid", "alg", "use"} == set(key)
    assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")
