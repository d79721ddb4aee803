"""Activities added by hand, and the two courses side by side."""

import re

import pytest
import requests

from tests.functional.sandbox.stub_tool import CLAIM, StubTool
from tests.support.sandbox import RunningSandbox

COURSE = "/courses/carbon-2026"
FORM = {"title": "补考 · Resit", "note": "for a few", "custom": "target=exam:resit\r\n\r\nlocale = $Context.label\n"}


def add(platform: RunningSandbox, sub: str = "u-zhao", **form: str) -> requests.Response:
    cookies = {"sandbox_person": sub, "sandbox_language": "en"}
    return requests.post(f"{platform}{COURSE}/add", data=form, cookies=cookies, allow_redirects=False, timeout=5)


def test_a_teacher_adds_an_activity_with_a_column(tool: StubTool, platform: RunningSandbox) -> None:
    added = add(platform, **FORM, graded="1")
    assert added.status_code == 303
    page = requests.get(platform + added.headers["Location"], cookies={"sandbox_language": "en"}, timeout=5).text
    assert re.search(r">补考 · Resit<small>for a few</small>", page)
    link = added.headers["Location"].rsplit("/", 1)[1]
    claims = tool.open(f"/launch/{link}")
    assert claims[CLAIM + "custom"] == {"target": "exam:resit", "locale": "CM-2026"}
    assert claims[CLAIM + "resource_link"]["title"] == "补考 · Resit"
    item = claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]["lineitem"]
    [column] = [row for row in requests.get(f"{platform}{COURSE}/grades.json", timeout=5).json() if row["id"] == item]
    assert (column["label"], column["scoreMaximum"], column["resourceLinkId"]) == ("补考 · Resit", 100, link)


def test_without_a_column_nothing_goes_to_the_gradebook(tool: StubTool, platform: RunningSandbox) -> None:
    link = add(platform, **FORM).headers["Location"].rsplit("/", 1)[1]
    claims = tool.open(f"/launch/{link}")
    assert "lineitem" not in claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": "  "}, "Enter a title."),
        ({"custom": "exam:resit"}, "Each line must be name=value."),
        ({"custom": "target="}, "Each line must be name=value."),
    ],
)
def test_what_is_wrong_is_told_and_what_was_entered_stays(
    platform: RunningSandbox, changes: dict[str, str], sentence: str
) -> None:
    answer = add(platform, **{**FORM, **changes})
    assert answer.status_code == 422
    assert f'<b class="bad">{sentence}</b>' in answer.text
    assert 'value="for a few"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_only_who_may_place_adds(platform: RunningSandbox) -> None:
    for sub in ("u-lin", "u-chen", "u-wang"):
        assert add(platform, sub, **FORM).status_code == 403


def test_a_signer_sees_the_code_of_the_moment(platform: RunningSandbox) -> None:
    officer = {"sandbox_person": "u-wang", "sandbox_language": "en"}
    for path in (COURSE, f"{COURSE}/activities/rl-desk", f"{COURSE}/code"):
        assert re.search(r'id="code"[^>]*>\d{3} \d{3}<', requests.get(platform + path, cookies=officer, timeout=5).text)
    candidate = {"sandbox_person": "u-lin", "sandbox_language": "en"}
    assert 'id="code"' not in requests.get(platform + COURSE, cookies=candidate, timeout=5).text
    page = requests.get(f"{platform}{COURSE}/code", cookies=candidate, timeout=5)
    assert "no authenticator" in page.text


def test_each_course_has_its_own_people(tool: StubTool, platform: RunningSandbox) -> None:
    page = requests.get(f"{platform}/courses/xishan-2026", cookies={"sandbox_person": "u-lin"}, timeout=5).text
    assert set(re.findall(r'<option value="([\w-]+)"', page)) == {"u-gao", "u-fang", "u-luo", "u-xie"}
    assert '<option value="u-gao" selected>' in page, "who is not in the course is its first person there"
    launch = requests.get(
        f"{platform}/launch/rl-xishan-exam",
        cookies={"sandbox_person": "u-lin"},
        allow_redirects=False,
        timeout=5,
    )
    assert "login_hint=u-gao" in launch.headers["Location"]
    assert "client_id=lms-carbon-xishan" in launch.headers["Location"]
    assert "lti_deployment_id=2" in launch.headers["Location"]
