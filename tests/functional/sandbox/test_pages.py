"""The pages of a course, the switches, the log, and what a restart keeps."""

from pathlib import Path

import pytest
import requests

from tests.functional.sandbox.stub_tool import StubTool
from tests.support.sandbox import RunningSandbox, serve_app, start_sandbox

PAGES = ("", "/grades", "/activities/rl-exam", "/activities/rl-practice", "/activities/rl-desk", "/add", "/tools")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_speak_one_language(platform: RunningSandbox, path: str, language: str) -> None:
    cookies = {"sandbox_person": "u-tang", "sandbox_language": language}
    answer = requests.get(f"{platform}/courses/carbon-2026{path}", cookies=cookies, timeout=5)
    assert answer.status_code == 200
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in answer.text
    assert ("演示环境，请勿用于真实人员" in answer.text) == (language == "zh")
    assert ("demo, not for real people" in answer.text) == (language == "en")


def test_activity_is_in_a_frame_and_can_leave_it(platform: RunningSandbox) -> None:
    page = requests.get(f"{platform}/courses/carbon-2026/activities/rl-exam", timeout=5).text
    assert '<iframe src="/launch/rl-exam" title=' in page
    assert 'allow="fullscreen"' in page
    assert 'href="/launch/rl-exam?target=window" target="_blank" rel="noopener"' in page


def test_switching_stays_where_one_was(platform: RunningSandbox) -> None:
    session = requests.Session()
    back = "/courses/carbon-2026/grades"
    session.post(f"{platform}/language", data={"language": "en", "back": back}, timeout=5)
    answer = session.post(f"{platform}/person", data={"sub": "u-wang", "back": back}, timeout=5)
    assert answer.url == platform + back
    assert '<option value="u-wang" selected>Wang Min, officer</option>' in answer.text


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "x"])
def test_switching_never_leaves_the_site(platform: RunningSandbox, back: str) -> None:
    answer = requests.post(f"{platform}/person", data={"sub": "u-lu", "back": back}, allow_redirects=False, timeout=5)
    assert answer.headers["Location"] == "/"


def test_unknown_person_language_course_and_activity(platform: RunningSandbox) -> None:
    assert requests.post(f"{platform}/person", data={"sub": "u-nobody"}, timeout=5).status_code == 400
    assert requests.post(f"{platform}/language", data={"language": "fr"}, timeout=5).status_code == 400
    for path in ("/courses/none", "/courses/none/grades", "/courses/carbon-2026/activities/none", "/nothing"):
        assert requests.get(platform + path, timeout=5).status_code == 404


def test_candidate_may_not_add(platform: RunningSandbox) -> None:
    page = requests.get(f"{platform}/courses/carbon-2026/add", cookies={"sandbox_person": "u-lin"}, timeout=5)
    assert page.status_code == 403
    assert "<iframe" not in page.text


def test_message_of_the_tool_is_shown_as_text(platform: RunningSandbox) -> None:
    params = {"lti_errormsg": "<script>alert(1)</script>"}
    page = requests.get(f"{platform}/courses/carbon-2026/return", params=params, timeout=5)
    assert "&lt;script&gt;alert(1)" in page.text


def test_log_tells_a_launch_with_the_token_decoded(tool: StubTool, platform: RunningSandbox) -> None:
    tool.open("/launch/rl-exam")
    entries = requests.get(f"{platform}/log.json", timeout=5).json()[:4]
    kinds = [(each["kind"], each["direction"]) for each in entries]
    assert kinds == [
        ("keyset", "from_tool"),
        ("launch", "to_tool"),
        ("authorise", "from_tool"),
        ("login", "to_tool"),
    ]
    assert '"target": "exam:demo-exam"' in entries[1]["detail"]
    after = requests.get(f"{platform}/log/new", params={"after": str(entries[1]["id"])}, timeout=5).text
    assert after.count("<li ") == 1
    assert requests.get(f"{platform}/log", timeout=5).text.count("<li ") >= 4


def test_restart_keeps_gradebook_key_and_log(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.db"
    stub = StubTool()
    with serve_app(stub.app, host="127.0.0.1") as (url, _app):
        with start_sandbox(url, state_path=state) as first:
            stub.platform, port = str(first), int(first.rsplit(":", 1)[1])
            item = stub.open("/launch/rl-exam")["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]["lineitem"]
            score = {
                "userId": "u-lin",
                "timestamp": "2026-11-20T10:00:00Z",
                "activityProgress": "Completed",
                "gradingProgress": "FullyGraded",
                "scoreGiven": 1,
                "scoreMaximum": 2,
            }
            headers = {**stub.headers(), "Content-Type": "application/vnd.ims.lis.v1.score+json"}
            assert requests.post(f"{item}/scores", json=score, headers=headers, timeout=5).status_code == 204
            keys = requests.get(f"{first}/jwks.json", timeout=5).json()
        with start_sandbox(url, state_path=state, port=port) as second:
            assert second == first
            assert requests.get(f"{second}/jwks.json", timeout=5).json() == keys
            row, *_others = requests.get(f"{second}/courses/carbon-2026/grades.json", timeout=5).json()
            assert row["grades"]["u-lin"] == {"score": 50, "comment": None}
            kinds = {each["kind"] for each in requests.get(f"{second}/log.json", timeout=5).json()}
            assert {"launch", "scores", "token"} <= kinds
