"""What Moodle and Canvas do that the specifications do not say, as the sandbox plays it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import requests

from lms_carbon.sandbox.config import load_config
from lms_carbon.sandbox.rules import CANVAS, MOODLE, Quota, Rules
from tests.functional.sandbox.stub_tool import ROSTER_SCOPE, StubTool
from tests.functional.sandbox.test_grades import Ags
from tests.support.sandbox import RunningSandbox, serve_app, start_sandbox

SUBMISSION = "https://canvas.instructure.com/lti/submission"


@contextmanager
def played(rules: Rules) -> Iterator[tuple[StubTool, RunningSandbox, Ags]]:
    stub, config = StubTool(), replace(load_config(), rules=rules)
    with serve_app(stub.app, host="127.0.0.1") as (url, _), start_sandbox(url, config=config) as platform:
        stub.platform = str(platform)
        yield stub, platform, Ags(stub)


@pytest.fixture(scope="module")
def moodle() -> Iterator[tuple[StubTool, RunningSandbox, Ags]]:
    with played(MOODLE) as running:
        yield running


@pytest.fixture(scope="module")
def canvas() -> Iterator[tuple[StubTool, RunningSandbox, Ags]]:
    with played(CANVAS) as running:
        yield running


def scores_url(item: str) -> str:
    path, _, query = item.partition("?")
    return f"{path}/scores?{query}"


def send(ags: Ags, item: str, at: str, **members: Any) -> requests.Response:
    body = {
        "userId": "u-lin",
        "timestamp": f"2026-11-20T10:00:{at}+00:00",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": 82,
        "scoreMaximum": 100,
        **members,
    }
    return ags.call("POST", scores_url(item), body=body, type_="application/vnd.ims.lis.v1.score+json")


def shown(ags: Ags, item: str) -> Any:
    path, _, query = item.partition("?")
    [result] = ags.call("GET", f"{path}/results?{query}", user_id="u-lin").json()
    return result.get("resultScore")


def change(platform: RunningSandbox, item: str, score: str, *, who: str = "u-zhao") -> int:
    number = item.partition("?")[0].rsplit("/", 1)[1]
    url = f"{platform}/courses/carbon-2026/grades/{number}/u-lin"
    return requests.post(url, data={"score": score}, cookies={"sandbox_person": who}, timeout=5).status_code


def test_moodle_compares_whole_seconds_and_counts_a_teachers_edit(moodle: Any) -> None:
    _, platform, ags = moodle
    item = ags.create(scoreMaximum=20).json()["id"]
    assert item.endswith("?type_id=2")
    assert send(ags, item, "05.100").status_code == 204
    assert send(ags, item, "05.900").status_code == 409
    assert send(ags, item, "06.000", scoreGiven=130).status_code == 204
    assert shown(ags, item) == 20  # cut off
    assert change(platform, item, "7", who="u-lin") == 404
    assert change(platform, item, "7") == 200
    assert shown(ags, item) == 7
    assert send(ags, item, "59").status_code == 409  # long before the edit
    late = {"timestamp": "2999-01-01T00:00:00Z"}
    assert send(ags, item, "", **late, gradingProgress="Pending").status_code == 204
    assert shown(ags, item) is None  # erased
    assert send(ags, item, "59", userId="u-zhao").status_code == 400
    wrong = ags.call("POST", scores_url(item), body={}, type_="application/json")
    assert wrong.status_code == 400


def test_moodles_links_and_tokens(moodle: Any) -> None:
    stub, platform, ags = moodle
    link = ags.call("GET", ags.line_items, limit="2").headers["Link"]
    assert "rel=“next”" in link.encode("latin-1").decode()
    assert "&amp;page=1" in link
    assert stub.ask_token(stub.sign(stub.assertion())).headers["Content-Type"].startswith("text/html")
    url = f"{platform}/api/courses/carbon-2026/memberships?limit=2"
    roster = requests.get(url, headers=stub.headers(ROSTER_SCOPE), timeout=5)
    assert "next" in roster.links
    assert roster.json()["members"][0]["roles"] == ["Learner"]


def test_canvas_makes_submissions_and_lets_teachers_grades_stand(canvas: Any) -> None:
    _, platform, ags = canvas
    item = ags.create(scoreMaximum=100).json()["id"]
    assert send(ags, item, "05").status_code == 204
    assert send(ags, item, "06", **{SUBMISSION: {"new_submission": False}}).status_code == 204
    grades = requests.get(f"{platform}/courses/carbon-2026/grades.json", timeout=5).json()
    assert next(each for each in grades if each["id"] == item)["grades"]["u-lin"]["submissions"] == 1
    assert send(ags, item, "04").status_code == 400
    assert send(ags, item, "07", gradingProgress="Failed", scoreGiven=1).status_code == 204
    assert shown(ags, item) == 82
    change(platform, item, "60")
    late = {"timestamp": "2999-01-01T00:00:00Z"}
    assert send(ags, item, "", **late, **{SUBMISSION: {"prioritize_non_tool_grade": True}}).status_code == 204
    assert shown(ags, item) == 60
    assert send(ags, item, "", **late).status_code == 204
    assert shown(ags, item) == 82


def test_canvas_names_pages_by_bookmarks_and_refuses_haste() -> None:
    with played(replace(CANVAS, quota=Quota(calls=3, per_second=0))) as (stub, platform, ags):
        headers = stub.headers(ROSTER_SCOPE)
        page = requests.get(f"{platform}/api/courses/carbon-2026/memberships", headers=headers, timeout=5)
        following = page.links["next"]["url"]
        assert len(page.json()["members"]) == 10
        assert float(page.headers["X-Rate-Limit-Remaining"]) == 2
        assert requests.get(following.lower(), headers=headers, timeout=5).status_code == 400
        assert len(requests.get(following, headers=headers, timeout=5).json()["members"]) == 2
        refused = ags.call("GET", ags.line_items)
        assert (refused.status_code, "Rate Limit Exceeded" in refused.text) == (403, True)
