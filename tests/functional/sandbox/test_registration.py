"""Dynamic registration: the configuration, the token, the registration, and a course given to the new tool."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.functional.sandbox.stub_tool import AGS, CLIENT_ID, ROSTER_SCOPE, StubTool
from tests.support.sandbox import RunningSandbox, start_sandbox

TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
TOOLS_PAGE = "/courses/carbon-2026/tools"
TANG = {"sandbox_person": "u-tang", "sandbox_language": "en"}


@pytest.fixture
def own(tool: StubTool) -> Iterator[RunningSandbox]:
    """A sandbox of this test's own: registrations would change the shared one."""
    before = tool.platform, tool.client_id
    with start_sandbox(tool.url) as platform:
        tool.platform = str(platform)
        yield platform
    tool.platform, tool.client_id = before


def invitation(platform: RunningSandbox) -> dict[str, str]:
    """What the platform adds to the tool's registration address."""
    form = {"url": "http://127.0.0.1:1/register?code=7"}
    page = requests.post(platform + TOOLS_PAGE + "/register", data=form, cookies=TANG, timeout=5)
    assert page.status_code == 200
    assert "frame-src 'self' http://127.0.0.1:1 http" in page.headers["Content-Security-Policy"]
    source = page.text.split('<iframe src="')[1].split('"')[0].replace("&amp;", "&")
    assert source.startswith("http://127.0.0.1:1/register?code=7&openid_configuration=")
    return {key: values[0] for key, values in parse_qs(urlsplit(source).query).items()}


def body(tool: StubTool, **changes: Any) -> dict[str, Any]:
    whole = {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": f"{tool.url}/lti/login",
        "redirect_uris": [f"{tool.url}/lti/launch"],
        "client_name": "Registered tool",
        "jwks_uri": f"{tool.url}/lti/keys",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": f"{AGS}score {ROSTER_SCOPE} https://example.org/unknown",
        TOOL: {
            "domain": urlsplit(tool.url).netloc,
            "target_link_uri": f"{tool.url}/lti/launch",
            "custom_parameters": {"course": "$Context.id"},
            "claims": ["iss", "sub", "name"],
            "messages": [{"type": "LtiResourceLinkRequest"}],
        },
    }
    return {key: value for key, value in {**whole, **changes}.items() if value is not None}


def register(platform: RunningSandbox, token: str, content: Any) -> requests.Response:
    return requests.post(f"{platform}/register", json=content, headers={"Authorization": f"Bearer {token}"}, timeout=5)


def test_configuration(platform: RunningSandbox) -> None:
    answer = requests.get(f"{platform}/openid-configuration", timeout=5).json()
    assert answer["issuer"] == platform
    endpoints = ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")
    assert all(answer[name].startswith(f"{platform}/") for name in endpoints)
    assert answer["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    platform_part = answer["https://purl.imsglobal.org/spec/lti-platform-configuration"]
    assert {each["type"] for each in platform_part["messages_supported"]} == {
        "LtiResourceLinkRequest",
        "LtiDeepLinkingRequest",
    }


def test_registered_tool_can_take_the_course(tool: StubTool, own: RunningSandbox) -> None:
    asked = invitation(own)
    assert asked["openid_configuration"] == f"{own}/openid-configuration"
    answer = register(own, asked["registration_token"], body(tool))
    assert answer.status_code == 200, answer.text
    answered = answer.json()
    assert answered["scope"].split() == [f"{AGS}score", ROSTER_SCOPE]
    tool.client_id = answered["client_id"]
    assert tool.client_id != CLIENT_ID
    deployment_id = answered[TOOL]["deployment_id"]
    assert deployment_id != "1"

    assert tool.login("/launch/rl-exam")["client_id"] == CLIENT_ID
    used = requests.post(f"{own}{TOOLS_PAGE}/{tool.client_id}", cookies=TANG, timeout=5)
    assert "used in this course" in used.text
    claims = tool.open("/launch/rl-exam")
    assert claims["aud"] == tool.client_id
    assert claims["https://purl.imsglobal.org/spec/lti/claim/deployment_id"] == deployment_id
    assert claims["https://purl.imsglobal.org/spec/lti/claim/custom"]["course"] == "carbon-2026"
    endpoint = claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
    assert endpoint["scope"] == [f"{AGS}score"]
    assert endpoint["lineitem"], "the course's line items go with it"
    refused = tool.ask_token(tool.sign(tool.assertion()), scope=f"{AGS}lineitem")
    assert refused.json()["error"] == "invalid_scope"


def test_token_works_once_and_only_when_it_is_ours(tool: StubTool, own: RunningSandbox) -> None:
    token = invitation(own)["registration_token"]
    assert register(own, "guess", body(tool)).status_code == 401
    assert requests.post(f"{own}/register", json=body(tool), timeout=5).status_code == 401
    assert register(own, token, body(tool)).status_code == 200
    assert register(own, token, body(tool)).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"application_type": "native"},
        {"response_types": ["code"]},
        {"grant_types": ["implicit"]},
        {"initiate_login_uri": "javascript:alert(1)"},
        {"redirect_uris": []},
        {"redirect_uris": ["/lti/launch"]},
        {"client_name": " "},
        {"jwks_uri": None},
        {"token_endpoint_auth_method": "client_secret_basic"},
        {TOOL: None},
        {TOOL: {"domain": "elsewhere.example", "target_link_uri": "http://127.0.0.1/lti/launch"}},
    ],
)
def test_wrong_registrations_leave_the_token_unspent(
    tool: StubTool, own: RunningSandbox, changes: dict[str, Any]
) -> None:
    token = invitation(own)["registration_token"]
    answer = register(own, token, body(tool, **changes))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    assert register(own, token, body(tool)).status_code == 200


def test_not_json(own: RunningSandbox) -> None:
    token = invitation(own)["registration_token"]
    assert register(own, token, ["list"]).status_code == 400


def test_only_the_administrator_registers(platform: RunningSandbox) -> None:
    lin = {"sandbox_person": "u-lin", "sandbox_language": "en"}
    form = {"url": "http://127.0.0.1:1/register"}
    for method, path in (("GET", TOOLS_PAGE), ("POST", TOOLS_PAGE + "/register"), ("POST", f"{TOOLS_PAGE}/x")):
        answer = requests.request(method, platform + path, data=form, cookies=lin, timeout=5)
        assert answer.status_code == 403
        assert "registration_token" not in answer.text
    wrong = requests.post(platform + TOOLS_PAGE + "/register", data={"url": "ftp://x"}, cookies=TANG, timeout=5)
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text
