"""The outbox against a gradebook that answers what it is told to; and two schedulers at once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.lti import gradebook, jobs
from lms_carbon.lti.models.scores import ScoreDelivery
from lms_carbon.lti.services.scores import queue_scores
from tests.support.gradebook import World


def test_what_goes_out(world: World) -> None:
    assert world.queue(8725) == 1
    world.send()
    [(path, body, headers)] = world.gradebook.scores
    assert path == "/items/7/lineitem/scores?type_id=2"
    assert headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    assert headers["User-Agent"].startswith("lms-carbon/")
    assert headers["Authorization"] == "Bearer t2"
    assert (body["userId"], body["scoreGiven"], body["scoreMaximum"]) == ("4", 87.25, 100)
    assert body["https://canvas.instructure.com/lti/submission"]["prioritize_non_tool_grade"] is True
    assert [asked["scope"].rsplit("/", 1)[1] for asked in world.gradebook.tokens] == ["result.readonly", "score"]
    world.queue(9000, 9100)
    world.send()
    assert len(world.gradebook.tokens) == 2  # remembered
    times = [
        datetime.fromisoformat(body["timestamp"]) for _, body, _ in world.gradebook.scores if body["userId"] == "4"
    ]
    assert times[1] - times[0] >= timedelta(seconds=1)


@pytest.mark.parametrize(("status", "looks"), [(200, 1), (503, 4)])
def test_a_column_is_looked_at_once_for_many_scores(
    world: World, monkeypatch: pytest.MonkeyPatch, status: int, looks: int
) -> None:
    monkeypatch.setattr(gradebook, "MANY", 3)
    world.gradebook.results_status = status
    world.gradebook.shown["5"] = 77  # a teacher's
    world.queue(1000, 2000, 3000)
    world.send()
    assert len(world.gradebook.looks) == looks  # person by person where the whole is not to be had
    sent, there = ("sent", None), ("superseded", "changed-there")
    assert world.states() == [sent, there if status == 200 else sent, sent]
    assert "user_id" not in world.gradebook.looks[0]


def test_what_was_sent_after_a_look_is_not_taken_for_a_teachers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradebook, "MANY", 1)
    columns = gradebook.Columns()
    monkeypatch.setattr(jobs, "Columns", lambda: columns)  # as if one run sent all
    for score in (10, 20, 30):
        world.queue(score * 100)
        world.send()
        world.gradebook.shown["4"] = score
    assert world.states() == [("sent", None)] * 3
    assert ["user_id" in look for look in world.gradebook.looks] == [False, True, True]


def test_a_token_that_ended_is_renewed_once(world: World) -> None:
    world.gradebook.script = [(401, {}, b"")]
    world.queue(5000)
    world.send()
    assert world.states() == [("sent", None)]
    assert len(world.gradebook.tokens) == 3  # one to look, two to send
    world.gradebook.script = [(401, {}, b"")] * 2
    world.queue(6000)
    world.send()
    assert world.states()[1] == ("waiting", "no-token")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((429, {"Retry-After": "120"}, b""), "busy"),
        ((403, {}, b"403 Forbidden (Rate Limit Exceeded)"), "busy"),
        ((503, {"Retry-After": "120"}, b"<html>"), "platform-fault"),
    ],
)
def test_a_platform_that_is_away_is_left_alone(world: World, answer: Any, reason: str) -> None:
    world.gradebook.script = [answer]
    world.queue(1000, 2000, 3000)
    world.send()
    world.send()
    assert len(world.gradebook.scores) == 1
    assert world.states() == [("waiting", reason), ("waiting", None), ("waiting", None)]
    pause = min(row.next_try_at for row in world.rows()) - now()
    assert pause > timedelta(seconds=100 if answer[1] else 10)
    world.wait_over()
    world.send()
    assert [state for state, _ in world.states()] == ["sent"] * 3
    # Those not tried yet went first, so that a bad one cannot hold up the others.
    assert [body["userId"] for _, body, _ in world.gradebook.scores] == ["4", "5", "6", "4"]


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        (400, "refused", "not-enrolled"),
        (403, "refused", "not-allowed"),
        (404, "refused", "column-gone"),
        (409, "superseded", "newer-there"),
        (422, "refused", "not-enrolled"),
    ],
)
def test_a_refusal_stands_and_does_not_hold_up_others(world: World, status: int, state: str, reason: str) -> None:
    world.gradebook.script = [(status, {}, b"no")]
    world.queue(1000, 2000)
    world.send()
    assert world.states() == [(state, reason), ("sent", None)]


def test_a_platform_that_hangs_costs_one_timeout(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms_carbon.lti.http.TIMEOUT", (1, 0.2))
    world.gradebook.hang = threading.Event()
    world.queue(1000, 2000, 3000)
    before = time.monotonic()
    world.send()
    assert time.monotonic() - before < 3  # not one timeout for each
    assert world.states() == [("waiting", "unreachable"), ("waiting", None), ("waiting", None)]
    world.gradebook.hang.set()
    world.gradebook.hang = None
    world.wait_over()
    world.send()
    assert [state for state, _ in world.states()] == ["sent"] * 3


def test_no_token_no_scores(world: World) -> None:
    world.gradebook.token_status = 400
    world.queue(1000)
    world.send()
    assert world.gradebook.scores == []
    assert world.states() == [("waiting", "no-token")]


def test_a_platform_that_does_not_answer_for_days(world: World) -> None:
    world.gradebook.script = [(503, {}, b"")]
    world.queue(1000)
    with world.app.app_context(), transaction():
        session.execute(sa.update(ScoreDelivery).values(created_at=now() - timedelta(days=6)))
    world.send()
    assert world.states() == [("refused", "platform-fault")]


def test_one_fault_does_not_hold_up_the_others_but_three_do(world: World) -> None:
    world.gradebook.script = [(500, {}, b""), (204, {}, b""), (200, {}, b"<!doctype html>Maintenance")]
    world.queue(1000, 2000, 3000)
    world.send()
    assert world.states() == [("waiting", "platform-fault"), ("sent", None), ("waiting", "platform-fault")]
    world.wait_over()
    world.send()
    assert [state for state, _ in world.states()] == ["sent"] * 3
    world.gradebook.script = [(502, {}, b"")] * 9
    world.queue(1100, 2100, 3100)
    world.queue(1200, 2200, 3200)
    world.wait_over()
    world.send()
    world.send()
    assert len(world.gradebook.scores) == 8


def test_two_schedulers_send_each_score_once(world: World) -> None:
    world.queue(1000, 2000, 3000)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: world.send(), range(4)))
    world.send()
    assert sorted(body["userId"] for _, body, _ in world.gradebook.scores) == ["4", "5", "6"]
    assert world.gradebook.at_once == 1


def test_what_rolls_back_is_not_sent(world: World) -> None:
    def queue_and_fail() -> None:
        with world.app.app_context(), transaction():
            rows = [(world.people[0], 1000, None)]
            assert queue_scores(institution_id=world.institution_id, target="exam:one", rows=rows, at=now()) == 1
            raise LookupError

    with pytest.raises(LookupError):
        queue_and_fail()
    world.send()
    assert world.gradebook.scores == []
