"""Login, authorisation request, id_token; and what the platform refuses."""

import json
import time

import pytest
import requests

from tests.functional.sandbox.stub_tool import CLAIM, CLIENT_ID, Form, StubTool
from tests.support.sandbox import RunningSandbox

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"


def test_login_names_all_that_the_tool_needs(tool: StubTool, platform: RunningSandbox) -> None:
    login = tool.login("/launch/rl-exam")
    hint = json.loads(login.pop("lti_message_hint"))
    assert hint["launch"]
    assert login == {
        "iss": platform,
        "login_hint": "u-lin",
        "target_link_uri": f"{tool.url}/lti/launch",
        "client_id": CLIENT_ID,
        "lti_deployment_id": "1",
    }


def test_resource_launch_is_complete_and_signed(tool: StubTool, platform: RunningSandbox) -> None:
    claims = tool.open("/launch/rl-exam?target=window")
    assert (claims["iss"], claims["aud"], claims["azp"], claims["sub"]) == (platform, CLIENT_ID, CLIENT_ID, "u-lin")
    assert abs(claims["iat"] - time.time()) < 30
    assert claims["exp"] == claims["iat"] + 300
    assert claims[CLAIM + "message_type"] == "LtiResourceLinkRequest"
    assert claims[CLAIM + "version"] == "1.3.0"
    assert claims[CLAIM + "deployment_id"] == "1"
    assert claims[CLAIM + "target_link_uri"] == f"{tool.url}/lti/launch"
    assert claims[CLAIM + "roles"] == [MEMBERSHIP + "Learner"]
    assert claims[CLAIM + "context"] == {
        "id": "carbon-2026",
        "label": "CM-2026",
        "title": "Carbon management (autumn 2026)",
        "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"],
    }
    assert claims[CLAIM + "resource_link"] == {"id": "rl-exam", "title": "Written exam"}
    assert claims[CLAIM + "custom"] == {"target": "exam:demo-exam"}
    presentation = claims[CLAIM + "launch_presentation"]
    assert presentation["document_target"] == "window"
    assert presentation["locale"] == claims["locale"] == "en"
    assert requests.get(presentation["return_url"], params={"lti_msg": "<done>"}, timeout=5).status_code == 200
    names = (claims["name"], claims["given_name"], claims["family_name"], claims["email"])
    assert names == ("Lin Xiao", "Xiao", "Lin", "lin.xiao@sandbox.example")


def test_services_are_named_and_the_line_item_only_where_there_is_one(tool: StubTool, platform: RunningSandbox) -> None:
    with_item, without = tool.open("/launch/rl-exam"), tool.open("/launch/rl-practice")
    endpoint = with_item["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
    assert endpoint["lineitems"] == f"{platform}/api/courses/carbon-2026/lineitems"
    assert endpoint["lineitem"].startswith(endpoint["lineitems"] + "/")
    assert len(endpoint["scope"]) == 4
    assert "lineitem" not in without["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
    roster = with_item["https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"]
    assert roster["service_versions"] == ["2.0"]
    assert roster["context_memberships_url"] == f"{platform}/api/courses/carbon-2026/memberships"


def test_language_of_the_page_is_that_of_the_launch(tool: StubTool) -> None:
    claims = tool.open("/launch/rl-exam", person="u-wang", language="zh")
    assert (claims["name"], claims["locale"]) == ("王敏", "zh-CN")
    assert claims[CLAIM + "roles"] == [MEMBERSHIP + "Manager"]
    assert claims[CLAIM + "context"]["title"] == "碳管理基础（2026 秋）"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"scope": "email"}, "invalid_scope"),
        ({"response_type": "code"}, "unsupported_response_type"),
        ({"response_mode": "query"}, "invalid_request"),
        ({"prompt": "login"}, "invalid_request"),
        ({"prompt": None}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"login_hint": "u-lu"}, "invalid_request"),
        ({"lti_message_hint": '{"launch":"guess"}'}, "invalid_request"),
        ({"lti_message_hint": "rl-exam"}, "invalid_request"),
    ],
)
def test_wrong_request_is_posted_back_as_an_error(tool: StubTool, change: dict[str, str | None], error: str) -> None:
    fields = tool.auth_request(tool.login("/launch/rl-exam"), **change)
    form = tool.authorise(fields)
    assert form.action == f"{tool.url}/lti/launch"
    assert form.fields["error"] == error
    assert form.fields["error_description"]
    assert form.fields["state"] == fields["state"]
    assert "id_token" not in form.fields


@pytest.mark.parametrize("change", [{"client_id": "other"}, {"redirect_uri": "{tool}/lti/launch?x=1"}])
def test_wrong_tool_or_address_gets_a_page_and_no_post(
    tool: StubTool, platform: RunningSandbox, change: dict[str, str]
) -> None:
    change = {key: value.format(tool=tool.url) for key, value in change.items()}
    fields = tool.auth_request(tool.login("/launch/rl-exam"), **change)
    answer = requests.post(f"{platform}/auth", data=fields, timeout=5)
    assert answer.status_code == 400
    assert Form(answer.text).action == ""


def test_someone_else_at_the_browser_gets_no_id_token(tool: StubTool) -> None:
    fields = tool.auth_request(tool.login("/launch/rl-exam", person="u-lin"))
    assert tool.authorise(fields, sandbox_person="u-lu").fields["error"] == "login_required"
    assert "id_token" in tool.authorise(fields, sandbox_person="u-lin").fields


def test_the_post_needs_no_script_and_allows_no_other(tool: StubTool, platform: RunningSandbox) -> None:
    fields = tool.auth_request(tool.login("/launch/rl-exam"), state='"><script>alert(1)</script>')
    answer = requests.get(f"{platform}/auth", params=fields, timeout=5)
    assert "<button>" in answer.text
    assert "<script>alert" not in answer.text
    assert Form(answer.text).fields["state"] == fields["state"]
    policy = answer.headers["Content-Security-Policy"]
    nonce = policy.split("script-src 'nonce-")[1].split("'")[0]
    assert f'<script nonce="{nonce}">' in answer.text
    assert f"form-action 'self' {tool.url};" in policy
    assert "unsafe" not in policy


def test_unknown_activity_is_a_page(platform: RunningSandbox) -> None:
    assert requests.get(f"{platform}/launch/rl-nothing", timeout=5).status_code == 404
