"""Line items, scores and results over AGS 2.0; and the gradebook that shows them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.functional.sandbox.stub_tool import StubTool
from tests.support.sandbox import RunningSandbox

LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE = "application/vnd.ims.lis.v1.score+json"
SEEDED = 4  # columns that the course has from the start
LEARNERS = 2
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"


class Ags:
    """AGS calls with one token."""

    def __init__(self, tool: StubTool) -> None:
        self.auth = tool.headers()
        self.line_items = f"{tool.platform}/api/courses/carbon-2026/lineitems"

    def call(self, method: str, url: str, *, body: Any = None, type_: str = "", **params: str) -> requests.Response:
        headers = {**self.auth, **({"Content-Type": type_} if type_ else {})}
        data = None if body is None else json.dumps(body)
        return requests.request(method, url, headers=headers, data=data, params=params, timeout=5)

    def create(self, **members: Any) -> requests.Response:
        body = {"label": "Extra", "scoreMaximum": 20, **members}
        return self.call("POST", self.line_items, body=body, type_=LINE_ITEM)

    def score(self, item: str, at: str, **members: Any) -> requests.Response:
        body = {
            "userId": "u-lin",
            "timestamp": f"2026-11-20T10:00:{at}+00:00",
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "scoreGiven": 82,
            "scoreMaximum": 100,
            **members,
        }
        body = {key: value for key, value in body.items() if value != "absent"}
        return self.call("POST", f"{item}/scores", body=body, type_=SCORE)

    def results(self, item: str, **params: str) -> Any:
        answer = self.call("GET", f"{item}/results", **params)
        assert answer.headers["Content-Type"] == RESULTS
        return answer.json()


@pytest.fixture
def ags(tool: StubTool) -> Ags:
    return Ags(tool)


@pytest.fixture
def item(ags: Ags) -> Iterator[str]:
    url = ags.create().json()["id"]
    yield url
    ags.call("DELETE", url)


def test_line_items_are_made_read_replaced_and_deleted(ags: Ags) -> None:
    made = ags.create(resourceId="r-1", tag="grade", resourceLinkId="rl-exam", startDateTime="2026-11-20T10:00:00Z")
    assert made.status_code == 201
    assert made.headers["Content-Type"] == LINE_ITEM
    url = made.json()["id"]
    assert made.headers["Location"] == url
    assert made.json() == {
        "id": url,
        "label": "Extra",
        "scoreMaximum": 20,
        "resourceId": "r-1",
        "tag": "grade",
        "resourceLinkId": "rl-exam",
        "startDateTime": "2026-11-20T10:00:00Z",
    }
    assert ags.call("GET", url).json() == made.json()
    new = {"id": url, "label": "Renamed", "scoreMaximum": 40.5, "resourceLinkId": "rl-exam"}
    assert ags.call("PUT", url, body=new, type_=LINE_ITEM).json() == new
    elsewhere = ags.call("PUT", url, body={**new, "resourceLinkId": "rl-desk"}, type_=LINE_ITEM)
    assert elsewhere.status_code == 400
    assert ags.call("DELETE", url).status_code == 204
    assert ags.call("GET", url).status_code == 404


def test_line_items_are_filtered_and_paged(ags: Ags) -> None:
    urls = [ags.create(tag="t", resourceId=f"r-{number}").json()["id"] for number in range(3)]
    listed = ags.call("GET", ags.line_items)
    assert listed.headers["Content-Type"] == LINE_ITEMS
    assert len(listed.json()) == SEEDED + 3
    assert [each["id"] for each in ags.call("GET", ags.line_items, tag="t").json()] == urls
    assert [each["id"] for each in ags.call("GET", ags.line_items, tag="t", resource_id="r-1").json()] == urls[1:2]
    assert len(ags.call("GET", ags.line_items, resource_link_id="rl-exam").json()) == 1
    page, seen = ags.call("GET", ags.line_items, tag="t", limit="2"), []
    while True:
        seen += [each["id"] for each in page.json()]
        if "next" not in page.links:
            break
        page = ags.call("GET", page.links["next"]["url"])
    assert seen == urls
    for url in urls:
        ags.call("DELETE", url)


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"label": " "}, 400),
        ({"label": None}, 400),
        ({"scoreMaximum": 0}, 400),
        ({"scoreMaximum": "100"}, 400),
        ({"scoreMaximum": True}, 400),
        ({"scoreMaximum": None}, 400),
        ({"resourceLinkId": "rl-nothing"}, 404),
    ],
)
def test_wrong_line_items(ags: Ags, members: dict[str, Any], status: int) -> None:
    assert ags.create(**members).status_code == status


def test_media_types_are_exact(ags: Ags, item: str) -> None:
    body = {"label": "x", "scoreMaximum": 1}
    assert ags.call("POST", ags.line_items, body=body, type_="application/json").status_code == 415
    assert ags.call("POST", f"{item}/scores", body={}, type_="application/json").status_code == 415
    ags.auth["Accept"] = "application/json"
    assert ags.call("GET", ags.line_items).status_code == 406
    ags.auth["Accept"] = LINE_ITEMS
    assert ags.call("GET", ags.line_items).status_code == 200


def test_score_becomes_a_result_on_the_scale_of_the_line_item(ags: Ags, item: str) -> None:
    assert ags.results(item) == []
    assert ags.score(item, "00.100", comment="4级 中级 · Level 4").status_code == 204
    assert ags.score(item, "00.100", userId="u-lu", scoreGiven=0).status_code == 204
    assert ags.results(item, user_id="u-lin") == [
        {
            "id": f"{item}/results/u-lin",
            "scoreOf": item,
            "userId": "u-lin",
            "resultScore": 16.4,
            "resultMaximum": 20,
            "comment": "4级 中级 · Level 4",
        }
    ]
    assert [each["resultScore"] for each in ags.results(item)] == [16.4, 0]
    assert ags.results(item, user_id="u-nobody") == []


def test_timestamps_must_rise(ags: Ags, item: str) -> None:
    assert ags.score(item, "05.500").status_code == 204
    assert ags.score(item, "05.500", scoreGiven=1).status_code == 409
    assert ags.score(item, "05.499", scoreGiven=1).status_code == 409
    assert ags.score(item, "05", scoreGiven=1, timestamp="2026-11-20T18:00:05.500+08:00").status_code == 409
    assert ags.results(item)[0]["resultScore"] == 16.4
    assert ags.score(item, "05", userId="u-lu").status_code == 204, "another person has a clock of their own"
    assert ags.score(item, "05.501", scoreGiven=50).status_code == 204
    assert ags.results(item)[0]["resultScore"] == 10


@pytest.mark.parametrize("members", [{"scoreGiven": None}, {"scoreGiven": "absent"}, {"gradingProgress": "Pending"}])
def test_no_score_or_an_unfinished_one_clears(ags: Ags, item: str, members: dict[str, Any]) -> None:
    ags.score(item, "01", comment="first")
    assert ags.score(item, "02", **members).status_code == 204
    [result] = ags.results(item)
    assert "resultScore" not in result
    assert "comment" not in result, "a score without comment takes the earlier comment away"


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"scoreMaximum": "absent"}, 400),
        ({"scoreMaximum": 0}, 400),
        ({"scoreGiven": -1}, 400),
        ({"scoreGiven": True}, 400),
        ({"scoreGiven": float("nan")}, 400),
        ({"userId": "absent"}, 400),
        ({"timestamp": "absent"}, 400),
        ({"timestamp": "2026-11-20"}, 400),
        ({"timestamp": "2026-11-20T10:00:00"}, 400),
        ({"timestamp": "2026-13-20T10:00:00Z"}, 400),
        ({"activityProgress": "absent"}, 400),
        ({"gradingProgress": "Done"}, 400),
        ({"userId": "u-nobody"}, 422),
        ({"userId": "u-zhao"}, 422),
    ],
)
def test_wrong_scores(ags: Ags, item: str, members: dict[str, Any], status: int) -> None:
    assert ags.score(item, "09", **members).status_code == status
    assert ags.results(item) == []


def test_score_for_a_line_item_that_is_gone(ags: Ags) -> None:
    assert ags.score(f"{ags.line_items}/999", "00").status_code == 404


def test_gradebook_shows_scores_and_their_absence(ags: Ags, item: str, platform: RunningSandbox) -> None:
    page = f"{platform}/courses/carbon-2026/grades"
    english = {"sandbox_language": "en"}
    assert requests.get(page, cookies=english, timeout=5).text.count("no score") == LEARNERS * (SEEDED + 1)
    ags.score(item, "30", scoreGiven=82.5, comment="<b>4级</b>")
    text = requests.get(page, cookies=english, timeout=5).text
    assert text.count("no score") == LEARNERS * (SEEDED + 1) - 1
    assert "<b>16.5</b>" in text
    assert "&lt;b&gt;4级&lt;/b&gt;" in text
    rows = requests.get(f"{page}.json", timeout=5).json()
    [row] = [row for row in rows if row["id"] == item]
    assert row["grades"] == {"u-lin": {"score": 16.5, "comment": "<b>4级</b>"}, "u-lu": None}


def test_log_tells_of_scores(ags: Ags, item: str, platform: RunningSandbox) -> None:
    ags.score(item, "40")
    entry = requests.get(f"{platform}/log.json", timeout=5).json()[0]
    assert (entry["kind"], entry["status"], entry["direction"]) == ("scores", 204, "from_tool")
    assert entry["summary"].endswith("u-lin 82 / 100 FullyGraded")
    assert "Bearer" not in entry["detail"]
