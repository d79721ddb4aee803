"""The token endpoint, and what a service wants to see."""

import time

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.functional.sandbox.stub_tool import AGS, ALL_SCOPES, StubTool
from tests.support.sandbox import RunningSandbox


def test_token_answer(tool: StubTool) -> None:
    answer = tool.ask_token(tool.sign(tool.assertion()), scope=f"{AGS}score {AGS}unknown")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert body.pop("access_token")
    assert body == {"token_type": "Bearer", "expires_in": 3600, "scope": f"{AGS}score"}


def test_audience_may_be_a_list(tool: StubTool) -> None:
    audience = ["https://elsewhere.example", f"{tool.platform}/token"]
    assert tool.ask_token(tool.sign(tool.assertion(aud=audience))).status_code == 200


def test_assertion_works_once(tool: StubTool) -> None:
    assertion = tool.sign(tool.assertion())
    assert tool.ask_token(assertion).status_code == 200
    again = tool.ask_token(assertion)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "http://localhost/token"},
        {"aud": None},
        {"iss": "stranger"},
        {"sub": "stranger"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"iat": None},
        {"iat": int(time.time()) + 3600},
        {"jti": None},
    ],
)
def test_wrong_assertion(tool: StubTool, change: dict[str, object]) -> None:
    answer = tool.ask_token(tool.sign(tool.assertion(**change)))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_foreign_signatures(tool: StubTool) -> None:
    foreign = RSAKey.generate_key(2048, {"kid": "foreign"}, private=True)
    same_kid = RSAKey.generate_key(2048, {"kid": str(tool.key.kid)}, private=True)
    claims = tool.assertion()
    tokens = [
        jwt.encode({"alg": "RS256", "kid": "foreign"}, claims, foreign),
        jwt.encode({"alg": "RS256", "kid": tool.key.kid}, claims, same_kid),
        jwt.encode({"alg": "RS256"}, claims, tool.key),
        jwt.encode({"alg": "HS256", "kid": tool.key.kid}, claims, OctKey.import_key("x" * 64)),
    ]
    for token in tokens:
        assert tool.ask_token(token).status_code == 401
    for token in ("", "a.b.c", "bm8.bm8.bm8"):
        assert tool.ask_token(token).status_code == 400


def test_new_key_is_fetched_and_a_known_one_is_not(tool: StubTool) -> None:
    tool.headers()
    before = tool.keyset_fetches
    tool.headers()
    assert tool.keyset_fetches == before
    tool.key = RSAKey.generate_key(2048, {"kid": "next"}, private=True)
    tool.headers()
    assert tool.keyset_fetches == before + 1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_assertion_type": "jwt"}, "invalid_request"),
        ({"scope": "https://example.org/nothing"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
    ],
)
def test_wrong_token_request(tool: StubTool, change: dict[str, str], error: str) -> None:
    answer = tool.ask_token(tool.sign(tool.assertion()), **change)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_services_want_a_token_with_their_scope(tool: StubTool, platform: RunningSandbox) -> None:
    url = f"{platform}/api/courses/carbon-2026/lineitems"
    bare = requests.get(url, timeout=5)
    assert bare.status_code == 401
    assert bare.headers["WWW-Authenticate"].startswith("Bearer")
    assert requests.get(url, headers={"Authorization": "Bearer guess"}, timeout=5).status_code == 401
    score_only = tool.headers(f"{AGS}score")
    assert requests.get(url, headers=score_only, timeout=5).status_code == 403
    assert requests.get(url, headers=tool.headers(f"{AGS}lineitem.readonly"), timeout=5).status_code == 200
    readonly = tool.headers(f"{AGS}lineitem.readonly")
    assert requests.post(url, headers=readonly, json={}, timeout=5).status_code == 403
    assert requests.get(url, headers=tool.headers(ALL_SCOPES), timeout=5).status_code == 200


def test_refused_assertion_is_in_the_log_decoded(tool: StubTool, platform: RunningSandbox) -> None:
    tool.ask_token(tool.sign(tool.assertion(aud="https://elsewhere.example")))
    entry = requests.get(f"{platform}/log.json", timeout=5).json()[0]
    assert (entry["kind"], entry["status"]) == ("token", 401)
    assert '"aud": "https://elsewhere.example"' in entry["detail"]
