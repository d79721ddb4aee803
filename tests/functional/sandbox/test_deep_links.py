"""A deep linking request, the tool's answer, and the activities that come of it."""

import secrets
import time
from typing import Any

import pytest
import requests

from tests.functional.sandbox.stub_tool import CLAIM, CLIENT_ID, StubTool
from tests.support.sandbox import RunningSandbox

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
CHOOSE = "/courses/carbon-2026/choose"


def answer_claims(tool: StubTool, request_: dict[str, Any], **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "iss": CLIENT_ID,
        "aud": tool.platform,
        "iat": now,
        "exp": now + 300,
        "nonce": secrets.token_hex(8),
        CLAIM + "deployment_id": "1",
        CLAIM + "message_type": "LtiDeepLinkingResponse",
        CLAIM + "version": "1.3.0",
        DL + "data": request_[DL + "deep_linking_settings"]["data"],
        DL + "content_items": [],
    }
    return {key: value for key, value in {**claims, **changes}.items() if value is not None}


def send(tool: StubTool, request_: dict[str, Any], **changes: Any) -> requests.Response:
    token = tool.sign(answer_claims(tool, request_, **changes))
    url = request_[DL + "deep_linking_settings"]["deep_link_return_url"]
    return requests.post(url, data={"JWT": token}, cookies={"sandbox_language": "en"}, timeout=5)


def course_list(platform: RunningSandbox) -> str:
    """The list of activities; the log beside it tells of refused ones too."""
    return requests.get(f"{platform}/courses/carbon-2026", timeout=5).text.split("</nav>")[0]


def test_request(tool: StubTool) -> None:
    claims = tool.open(CHOOSE, person="u-zhao")
    assert claims[CLAIM + "message_type"] == "LtiDeepLinkingRequest"
    assert CLAIM + "resource_link" not in claims
    settings = claims[DL + "deep_linking_settings"]
    assert settings["accept_types"] == ["ltiResourceLink"]
    assert settings["accept_presentation_document_targets"] == ["iframe", "window"]
    assert settings["accept_multiple"] is True


def test_chosen_items_become_activities(tool: StubTool, platform: RunningSandbox) -> None:
    request_ = tool.open(CHOOSE, person="u-zhao")
    items = [
        {
            "type": "ltiResourceLink",
            "title": "Second exam <1>",
            "url": f"{tool.url}/lti/launch",
            "custom": {"target": "exam:second", "end": "$ResourceLink.available.endDateTime", "odd": "$Nothing.here"},
            "lineItem": {"scoreMaximum": 50, "resourceId": "second", "tag": "exam"},
            "available": {"endDateTime": "2026-12-04T10:00:00Z"},
        },
        {"type": "ltiResourceLink", "title": "A path"},
        {"type": "link", "url": "https://elsewhere.example"},
    ]
    answer = send(tool, request_, **{DL + "content_items": items})
    assert answer.status_code == 200
    assert "Second exam &lt;1&gt;" in answer.text
    assert "1 items are no activities" in answer.text
    page = course_list(platform)
    assert "A path" in page
    link = page.split("Second exam &lt;1&gt;")[0].rsplit("/activities/", 1)[1].split('"')[0]
    claims = tool.open(f"/launch/{link}")
    assert claims[CLAIM + "custom"] == {
        "target": "exam:second",
        "end": "2026-12-04T10:00:00Z",
        "odd": "$Nothing.here",
    }
    line_item = claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]["lineitem"]
    document = requests.get(line_item, headers=tool.headers(), timeout=5).json()
    assert document["label"] == "Second exam <1>"
    assert (document["scoreMaximum"], document["resourceLinkId"], document["tag"]) == (50, link, "exam")


def test_an_answer_counts_once(tool: StubTool, platform: RunningSandbox) -> None:
    request_ = tool.open(CHOOSE, person="u-zhao")
    changes = {DL + "content_items": [{"type": "ltiResourceLink", "title": "Only once"}]}
    assert send(tool, request_, **changes).status_code == 200
    assert send(tool, request_, **changes).status_code == 409
    assert course_list(platform).count("Only once") == 1


def test_nothing_chosen_comes_back_too(tool: StubTool) -> None:
    request_ = tool.open(CHOOSE, person="u-zhao")
    answer = send(tool, request_, **{DL + "content_items": None, DL + "msg": "Nothing <taken>"})
    assert answer.status_code == 200
    assert "Nothing &lt;taken&gt;" in answer.text


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "stranger"},
        {"aud": "https://elsewhere.example"},
        {"nonce": None},
        {DL + "data": None},
        {DL + "data": "other"},
        {CLAIM + "deployment_id": "2"},
        {CLAIM + "message_type": "LtiResourceLinkRequest"},
        {CLAIM + "version": None},
        {"exp": int(time.time()) - 3600},
        {DL + "content_items": {"type": "ltiResourceLink"}},
        {DL + "content_items": [{"type": "ltiResourceLink", "title": "Bad", "url": "https://elsewhere.example/x"}]},
        {DL + "content_items": [{"type": "ltiResourceLink", "title": "Bad", "custom": {"a": None}}]},
        {DL + "content_items": [{"type": "ltiResourceLink", "title": "Bad", "lineItem": {"scoreMaximum": 0}}]},
    ],
)
def test_wrong_answers_place_nothing(tool: StubTool, platform: RunningSandbox, change: dict[str, Any]) -> None:
    request_ = tool.open(CHOOSE, person="u-zhao")
    answer = send(tool, request_, **change)
    assert answer.status_code in (400, 401)
    assert "<h1>The LMS did not take this request</h1>" in answer.text
    assert "Bad" not in course_list(platform)


def test_no_token_and_no_request(tool: StubTool, platform: RunningSandbox) -> None:
    request_ = tool.open(CHOOSE, person="u-zhao")
    url = request_[DL + "deep_linking_settings"]["deep_link_return_url"]
    assert requests.post(url, data={}, timeout=5).status_code == 400
    assert requests.post(f"{platform}/deep-links/guess", data={"JWT": "x"}, timeout=5).status_code == 404
