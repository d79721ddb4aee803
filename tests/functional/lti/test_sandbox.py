"""The whole way over real HTTP: activity, login, launch, score, gradebook."""

import pytest
import sqlalchemy as sa

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.jobs import run_job
from lms_carbon.core.transaction import transaction
from lms_carbon.lti import gradebook
from lms_carbon.lti.models.launches import ResourceLink
from lms_carbon.lti.models.scores import DeliveryState, LineItem, ScoreDelivery
from tests.functional.lti.conftest import Both, on_every_platform

pytestmark = on_every_platform


def deliveries(both: Both) -> list[tuple[int, DeliveryState, str | None]]:
    with both.app.app_context(), transaction(write=False):
        rows = session.scalars(sa.select(ScoreDelivery).order_by(ScoreDelivery.id))
        return [(row.seq, row.state, row.last_error) for row in rows]


def test_a_candidate_comes_in_and_the_score_goes_out(both: Both) -> None:
    browser, answer = both.open("rl-exam", "u-lin", language="zh")
    # No exam of this code is here, and the page says so; who came is known all the same.
    assert answer.status_code == 404
    me = both.me(browser)
    assert me["person"]["name"] == "林晓"
    assert me["roles"] == ["candidate"]
    assert me["context"] == {"id": "carbon-2026", "title": "碳管理基础（2026 秋）"}
    assert (me["resource_link"], me["locale"], me["institution"]) == ("rl-exam", "zh-CN", "demo")

    assert both.grades()["u-lin"] is None
    assert both.queue([(me["person"]["id"], 8725, "Well done 很好")]) == 1
    assert both.grades()["u-lin"] is None
    both.send()
    assert both.grades()["u-lin"] == {"score": 87.25, "comment": "Well done 很好"}
    assert deliveries(both) == [(1, DeliveryState.SENT, None)]

    both.queue([(me["person"]["id"], 9000, None)])
    both.send()  # in the same second as the first: the timestamp is moved on, no 409
    assert both.grades()["u-lin"] == {"score": 90, "comment": None}
    both.send()
    assert [state for _, state, _ in deliveries(both)] == [DeliveryState.SENT, DeliveryState.SENT]


def test_desks_and_teachers(both: Both) -> None:
    browser, answer = both.open("rl-desk", "u-zhao")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert both.me(browser)["roles"] == ["teacher"]
    assert browser.get(f"{both.url}/lti/scores").status_code == 200
    browser, _ = both.open("rl-desk", "u-wang")  # a manager there, and nothing was granted here
    assert both.me(browser)["roles"] == []
    assert browser.get(f"{both.url}/lti/scores").status_code == 403


def test_a_column_is_looked_for_and_made_once(both: Both) -> None:
    target = "practice:demo-practice"  # an activity without a column
    for sub in ("u-lin", "u-lu"):
        browser, _ = both.open("rl-practice", sub)
    person_id = both.me(browser)["person"]["id"]
    run_job(both.app, "lti.seek_columns")
    assert both.columns("rl-practice") == []  # no score, no column
    assert both.queue([(person_id, 4000, None)], target=target) == 0
    for _ in range(2):
        run_job(both.app, "lti.seek_columns")
        run_job(both.app, "lti.fill_columns")
        both.send()
        both.open("rl-practice", "u-lin")
    [column] = both.columns("rl-practice")
    assert (column["resourceId"], column["scoreMaximum"]) == (target, 100)
    assert column["grades"]["u-lu"]["score"] == 40
    # Forgotten here, it is found again there.
    with both.app.app_context(), transaction():
        session.execute(sa.delete(ScoreDelivery))
        session.execute(sa.delete(LineItem))
        session.execute(sa.update(ResourceLink).values(column_due_at=now()))
    for name in ("seek", "fill"):
        run_job(both.app, f"lti.{name}_columns")
    both.send()
    assert len(both.columns("rl-practice")) == 1
    assert [state for _, state, _ in deliveries(both)] == [DeliveryState.SENT]


def test_only_the_newest_score_is_sent(both: Both) -> None:
    browser, _ = both.open("rl-exam", "u-lin")
    person_id = both.me(browser)["person"]["id"]
    both.queue([(person_id, 1000, None)])
    both.queue([(person_id, 2000, None), (person_id, 3000, None)])
    both.send()
    assert both.grades()["u-lin"]["score"] == 30
    assert deliveries(both) == [(1, DeliveryState.SUPERSEDED, None), (2, DeliveryState.SENT, None)]


def test_who_never_came_from_the_course_gets_no_score_there(both: Both) -> None:
    both.open("rl-exam", "u-lin")
    browser, _ = both.open("rl-desk", "u-lu")  # the same course, another activity
    assert both.queue([(both.me(browser)["person"]["id"], 5000, None)]) == 1
    assert both.queue([(both.me(browser)["person"]["id"], 5000, None)], target="exam:other") == 0


def test_a_teacher_has_no_grade_and_the_list_says_why(both: Both) -> None:
    browser, _ = both.open("rl-exam", "u-zhao")
    both.queue([(both.me(browser)["person"]["id"], 5000, None)])
    both.send()
    assert deliveries(both) == [(1, DeliveryState.REFUSED, "not-enrolled")]
    page = browser.get(f"{both.url}/lti/scores?target=exam:demo-exam")
    assert "are they enrolled as a student" in page.text
    assert "Zhao Lei" in page.text


def test_a_grade_that_a_teacher_changed_is_not_written_over(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradebook, "MANY", 1)  # the column is read whole,
    monkeypatch.setattr(gradebook, "RESULTS_AT_ONCE", 1)  # over several pages,
    monkeypatch.setattr(gradebook, "_find_shown", None)  # and not person by person
    people = {sub: both.me(both.open("rl-exam", sub)[0])["person"]["id"] for sub in ("u-lu", "u-lin")}
    for person_id in people.values():
        both.queue([(person_id, 5000, None)])
        both.send()
    person_id = people["u-lin"]
    both.change_grade("u-lin", "77")
    both.queue([(person_id, 6000, None)])
    both.send()
    assert deliveries(both)[-1] == (2, DeliveryState.SUPERSEDED, "changed-there")
    assert both.grades()["u-lin"]["score"] == 77
    # The very score that is there already counts as sent.
    both.queue([(person_id, 7700, None)])
    both.send()
    assert deliveries(both)[-1] == (3, DeliveryState.SENT, None)
