"""The roster over NRPS 2.0."""

import requests

from tests.functional.sandbox.stub_tool import CLAIM, ROSTER_SCOPE, StubTool
from tests.support.sandbox import RunningSandbox

TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


def ask(tool: StubTool, **params: str) -> requests.Response:
    url = f"{tool.platform}/api/courses/carbon-2026/memberships"
    headers = {**tool.headers(ROSTER_SCOPE), "Accept": TYPE}
    return requests.get(url, headers=headers, params=params, timeout=5)


def test_members_are_those_with_a_role_in_the_course(tool: StubTool) -> None:
    answer = ask(tool)
    assert answer.headers["Content-Type"] == TYPE
    body = answer.json()
    assert body["context"]["id"] == "carbon-2026"
    assert [each["user_id"][2:] for each in body["members"]] == [
        "lin",
        "lu",
        "zhou",
        "qian",
        "chen",
        "he",
        "jiang",
        "liang",
        "wang",
        "sun",
        "mei",
        "zhao",
    ]
    assert body["members"][0] == {
        "status": "Active",
        "user_id": "u-lin",
        "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
        "name": "林晓",
        "given_name": "晓",
        "family_name": "林",
        "email": "lin.xiao@sandbox.example",
    }


def test_pages_are_linked_to_the_end(tool: StubTool) -> None:
    page, sizes, names = ask(tool, limit="5"), [], []
    while True:
        members = page.json()["members"]
        sizes.append(len(members))
        names += [each["user_id"] for each in members]
        if "next" not in page.links:
            break
        page = requests.get(page.links["next"]["url"], headers=tool.headers(ROSTER_SCOPE), timeout=5)
    assert sizes == [5, 5, 2]
    assert len(set(names)) == 12


def test_role_filter_takes_both_forms(tool: StubTool) -> None:
    for role in ("Learner", "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"):
        assert [each["user_id"] for each in ask(tool, role=role).json()["members"]] == ["u-lin", "u-lu"]


def test_seen_from_a_resource_link(tool: StubTool) -> None:
    [first, *_rest] = ask(tool, rlid="rl-exam").json()["members"]
    assert first["message"][0][CLAIM + "custom"] == {"target": "exam:demo-exam"}
    assert ask(tool, rlid="rl-nothing").status_code == 404


def test_the_course_of_another_tool_is_none(tool: StubTool) -> None:
    for what in ("memberships", "lineitems"):
        url = f"{tool.platform}/api/courses/xishan-2026/{what}"
        assert requests.get(url, headers=tool.headers(), timeout=5).status_code == 404


def test_wrong_paging_and_scope(tool: StubTool, platform: RunningSandbox) -> None:
    assert ask(tool, limit="0").status_code == 400
    assert ask(tool, limit="all").status_code == 400
    url = f"{platform}/api/courses/carbon-2026/memberships"
    assert requests.get(url, timeout=5).status_code == 401
