"""Picking activities from inside a course: the sandbox asks, the picker answers, what was picked opens."""

import re
from typing import Any

import requests
import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.models.placing import PickedItem
from lms_carbon.lti.models.scores import LineItem
from tests.functional.lti.conftest import COURSE, Both, loosen, on_every_platform, read_form
from tests.support.placing import make_placeable
from tests.support.world import list_acts


def choose(both: Both, sub: str = "u-zhao", *, language: str = "en") -> tuple[requests.Session, requests.Response]:
    """Open the picker as a browser would; returns the browser and the picker's page."""
    browser, answer = both.open(f"../courses/{COURSE}/choose", sub, language=language)
    assert answer.status_code == 303, answer.text
    page = browser.get(both.url + answer.headers["Location"])
    loosen(browser)
    return browser, page


def send(browser: requests.Session, page: requests.Response, **fields: Any) -> requests.Response:
    token = read_form_token(page.text)
    answer = browser.post(page.url, data={"csrf_token": token, **fields}, headers={"Referer": page.url})
    loosen(browser)
    return answer


def read_form_token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@on_every_platform
def test_what_is_picked_becomes_activities_that_open(both: Both) -> None:
    with both.app.app_context():
        exam_id = make_placeable(both.institution_id)
    browser, page = choose(both)
    assert page.status_code == 200, page.text
    assert "Written exam &lt;A&gt;" in page.text
    assert "result:2026-1" in page.text

    found = send(browser, page, act="find", q="PATH learning", target="exam:autumn")
    assert "path:2026-1" in found.text
    assert "result:2026-1" not in found.text
    assert re.search(r'value="exam:autumn"[^>]* checked', found.text)  # what was ticked stays in sight
    assert send(browser, page, act="place").status_code == 422

    sent = send(browser, page, act="place", target=["exam:autumn", "path:2026-1", "exam:elsewhere"], columns="1")
    action, fields = read_form(sent.text.split("</header>")[1])
    assert action.startswith(f"{both.sandbox}/deep-links/")
    assert f"form-action {both.sandbox};" in sent.headers["Content-Security-Policy"]
    placed = requests.post(action, data={"JWT": fields["JWT"]}, cookies={"sandbox_language": "en"})
    assert placed.status_code == 200, placed.text
    assert "2 activities were added." in placed.text
    assert send(browser, page, act="place", target="exam:autumn").status_code == 409

    course = requests.get(f"{both.sandbox}/courses/{COURSE}", cookies={"sandbox_language": "en"}).text
    link = course.split("Written exam &lt;A&gt;")[0].rsplit("/activities/", 1)[1].split('"')[0]
    _, opened = both.open(link, "u-lin")
    assert (opened.status_code, opened.headers["Location"]) == (303, f"/exams/{exam_id}")
    with both.app.app_context(), transaction(write=False):
        picks = {pick.target: pick.resource_link_id for pick in session.scalars(sa.select(PickedItem))}
        [column] = session.scalars(sa.select(LineItem))
        assert (column.target, column.resource_link_id) == ("exam:autumn", picks["exam:autumn"])
        assert picks["path:2026-1"] is None
    assert "activities.pick" in list_acts(both.app)
