"""Saving answers: what is acknowledged is held, what is refused is kept, what is wrong is named."""

import json
import random
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.exams.models.attempts import Answer
from lms_carbon.exams.rules.states import GRACE
from lms_carbon.exams.services.statements import SAVE
from lms_carbon.people.models.access import AuthSession
from tests.support.exam_seats import (
    Candidate,
    change,
    held_answers,
    late_answers,
    make_candidate,
    move_deadline,
    seated,
)
from tests.support.exams import RIGHT, ExamWorld


def test_what_is_acknowledged_is_held(world: ExamWorld, candidate: Candidate) -> None:
    answer = candidate.put(*(change(slot, slot, value) for slot, value in RIGHT.items()))
    assert answer.status_code == 200, answer.json
    assert sorted((each["slot"], each["seq"]) for each in answer.json["saved"]) == [(1, 1), (2, 2), (3, 3), (4, 4)]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer.json["server_now"])
    assert answer.json["server_now"] < answer.json["ends_at"]
    assert held_answers(world, candidate.attempt_id) == {slot: (1, slot, value) for slot, value in RIGHT.items()}


def test_an_answer_can_be_taken_back_and_flagged(world: ExamWorld, candidate: Candidate) -> None:
    candidate.put(change(1, 1, "a"))
    candidate.put(change(1, 2, None, flagged=True, client_at="2026-05-11T06:03:22.123Z"))
    with world.app.app_context(), transaction(write=False):
        row = session.scalars(sa.select(Answer)).one()
        assert (row.value, row.flagged) == (None, True)
        assert row.client_at is not None
        assert row.client_at.isoformat() == "2026-05-11T06:03:22.123000+00:00"
        assert abs(row.saved_at - now()) < timedelta(minutes=1)
        assert session.scalar(sa.select(sa.func.count()).where(Answer.value.is_(None)).select_from(Answer)) == 1


def test_an_older_or_equal_change_is_acknowledged_with_what_is_held(world: ExamWorld, candidate: Candidate) -> None:
    candidate.put(change(1, 9, "b"))
    for seq in (9, 3):
        answer = candidate.put(change(1, seq, "c"), change(2, seq, ["a"]))
        assert answer.status_code == 200
        assert {(each["slot"], each["seq"]) for each in answer.json["saved"]} == {(1, 9), (2, 9)}
    assert held_answers(world, candidate.attempt_id) == {1: (1, 9, "b"), 2: (1, 9, ["a"])}


def test_of_several_changes_to_a_slot_in_one_request_the_newest_counts(world: ExamWorld, candidate: Candidate) -> None:
    answer = candidate.put(change(1, 2, "b"), change(1, 4, "d"), change(1, 3, "c"))
    assert answer.json["saved"] == [{"slot": 1, "seq": 4}]
    assert held_answers(world, candidate.attempt_id) == {1: (1, 4, "d")}


def test_no_changes_tell_the_time(candidate: Candidate) -> None:
    answer = candidate.put()
    assert answer.status_code == 200
    assert answer.json["saved"] == []
    assert answer.json["server_now"] < answer.json["ends_at"]


def test_another_window_takes_over_and_the_older_one_is_told(world: ExamWorld, candidate: Candidate) -> None:
    candidate.put(change(1, 1, "a"))
    second = make_candidate(world, person=candidate.person)
    second.attempt_id = candidate.attempt_id
    assert [row["value"] for row in second.open_window().json["answers"]] == ["a"]
    assert second.put(change(1, 1, "b")).status_code == 200
    answer = candidate.put(change(1, 1, "a"), change(1, 2, "c"), change(2, 3, ["a"]))
    assert answer.status_code == 409
    assert (answer.json["code"], answer.json["epoch"]) == ("taken-over", 2)
    assert answer.mimetype == "application/problem+json"
    assert held_answers(world, candidate.attempt_id) == {1: (2, 1, "b")}
    expected = [(1, 1, 2, "c", "taken_over"), (2, 1, 3, ["a"], "taken_over")]
    assert late_answers(world, candidate.attempt_id) == expected
    assert candidate.put(change(1, 2, "c"), change(2, 3, ["a"])).status_code == 409
    assert late_answers(world, candidate.attempt_id) == expected, "a replay is kept once"


def test_a_lost_acknowledgement_is_not_a_late_answer(world: ExamWorld, candidate: Candidate) -> None:
    candidate.put(change(1, 7, "a"))
    candidate.open_window()
    assert candidate.put(change(1, 7, "a"), epoch=1).status_code == 409
    assert late_answers(world, candidate.attempt_id) == []


def test_a_window_from_the_future_is_refused_and_kept(world: ExamWorld, candidate: Candidate) -> None:
    answer = candidate.put(change(1, 1, "a"), epoch=7)
    assert (answer.status_code, answer.json["epoch"]) == (409, 1)
    assert late_answers(world, candidate.attempt_id) == [(1, 7, 1, "a", "taken_over")]


def test_after_submission_answers_are_kept_for_the_officer(world: ExamWorld, candidate: Candidate) -> None:
    candidate.put(change(1, 1, "a"))
    candidate.submit()
    answer = candidate.put(change(1, 1, "a"), change(1, 2, "b"))
    assert (answer.status_code, answer.json["code"]) == (409, "submitted")
    assert held_answers(world, candidate.attempt_id) == {1: (1, 1, "a")}
    assert late_answers(world, candidate.attempt_id) == [(1, 1, 2, "b", "submitted")]


def test_the_deadline_has_a_minute_of_grace(world: ExamWorld, candidate: Candidate) -> None:
    move_deadline(world, candidate.attempt_id, -50)
    assert candidate.put(change(1, 1, "a")).status_code == 200
    move_deadline(world, candidate.attempt_id, -61)
    answer = candidate.put(change(1, 2, "b"), change(2, 3, ["a"]))
    assert (answer.status_code, answer.json["code"]) == (409, "closed")
    assert held_answers(world, candidate.attempt_id) == {1: (1, 1, "a")}
    kept = [(1, 1, 2, "b", "deadline"), (2, 1, 3, ["a"], "deadline")]
    assert late_answers(world, candidate.attempt_id) == kept


def test_the_grace_in_the_statements_is_that_of_the_rules() -> None:
    seconds = int(GRACE.total_seconds())
    assert f"interval '{seconds} seconds'" in SAVE["postgresql"]
    assert f"'-{seconds} seconds'" in SAVE["sqlite"]


def test_without_a_session_nothing_is_taken(world: ExamWorld, candidate: Candidate) -> None:
    body = {"epoch": 1, "changes": [change(1, 1, "a")]}
    path = f"/api/v1/attempts/{candidate.attempt_id}/answers"
    assert world.app.test_client().put(path, json=body).status_code == 401
    assert world.app.test_client().put(path, json={"epoch": 1, "changes": [change(1, 1, "zzz")]}).status_code == 401
    assert world.app.test_client().put("/api/v1/attempts/4711/answers", json=body).status_code == 401
    with world.app.app_context(), transaction():
        session.execute(sa.update(AuthSession).values(ended_at=now()))
    assert candidate.put(change(1, 1, "a")).status_code == 401
    assert held_answers(world, candidate.attempt_id) == {}


def test_a_session_that_is_over_takes_nothing(world: ExamWorld, candidate: Candidate) -> None:
    with world.app.app_context(), transaction():
        session.execute(sa.update(AuthSession).values(expires_at=now() - timedelta(seconds=1)))
    answer = candidate.put(change(1, 1, "a"))
    assert (answer.status_code, answer.json["code"]) == (401, "not-signed-in")
    assert held_answers(world, candidate.attempt_id) == {}


def test_half_a_megabyte_in_an_answer_is_refused_and_the_others_are_saved(
    world: ExamWorld, candidate: Candidate
) -> None:
    candidate.put(change(4, 1, "12"))
    answer = candidate.put(change(1, 2, "a"), change(4, 2, "长" * 170_000), change(3, 2, True))
    assert answer.status_code == 413, answer.json
    assert answer.json["code"] == "answer-too-large"
    assert answer.json["slots"] == [4]
    assert answer.json["saved"] == [{"slot": 1, "seq": 2}, {"slot": 3, "seq": 2}]
    assert held_answers(world, candidate.attempt_id) == {1: (1, 2, "a"), 3: (1, 2, True), 4: (1, 1, "12")}


def test_more_than_a_megabyte_is_not_read(world: ExamWorld, candidate: Candidate) -> None:
    answer = candidate.put(change(4, 1, "x" * 1_100_000))
    assert (answer.status_code, answer.json["code"]) == (413, "answer-too-large")
    assert held_answers(world, candidate.attempt_id) == {}


def test_the_same_words_come_in_both_languages(candidate: Candidate) -> None:
    body = json.dumps({"epoch": 1, "changes": [change(9, 1, "a")]})
    path = f"/api/v1/attempts/{candidate.attempt_id}/answers"
    answers = []
    for language in ("zh", "en"):
        candidate.client.set_cookie("__Host-lc_language", language, domain="127.0.0.1", secure=True)
        answers.append(candidate.client.put(path, data=body, content_type="application/json").json)
    assert answers[0]["detail"] != answers[1]["detail"]
    assert answers[0]["errors"] != answers[1]["errors"]


CHANGES = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(0, 6), st.sampled_from("abcd")), min_size=1, max_size=14
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=CHANGES, seed=st.randoms(use_true_random=False))
def test_whatever_the_order_the_newest_by_epoch_and_seq_stands(
    world: ExamWorld, sent: list[tuple[int, int, int, str]], seed: random.Random
) -> None:
    """Two windows, one after the other; each sends all it has twice, in any order."""
    candidate = seated(world, "甲")
    expected: dict[int, tuple[int, int, Any]] = {}
    for epoch in (1, 2):
        if epoch > 1:
            candidate.open_window()
        mine = [(slot, seq, value) for window, slot, seq, value in sent if window >= epoch or epoch == 2]
        mine = list({(slot, seq): (slot, seq, value) for slot, seq, value in mine}.values())
        replayed = mine * 2
        seed.shuffle(replayed)
        for start in range(0, len(replayed), 3):
            answer = candidate.put(
                *(change(slot, seq, _fit(slot, value)) for slot, seq, value in replayed[start : start + 3])
            )
            assert answer.status_code == 200
        for slot, seq, value in mine:
            if (epoch, seq) > expected.get(slot, (0, -1, None))[:2]:
                expected[slot] = (epoch, seq, _fit(slot, value))
        assert held_answers(world, candidate.attempt_id) == expected


def _fit(slot: int, value: str) -> Any:
    return value if slot == 1 else [value]


def test_requests_that_race_end_with_the_newest(world: ExamWorld, candidate: Candidate) -> None:
    browsers = [make_candidate(world, person=candidate.person) for _ in range(4)]
    start = threading.Barrier(4)

    def send(number: int) -> list[int]:
        browser = browsers[number]
        browser.attempt_id, browser.epoch = candidate.attempt_id, candidate.epoch
        start.wait()
        statuses = []
        for seq in range(number, 40, 4):
            slots = (1, 4) if number % 2 else (4, 1)
            values = {1: "abcd"[seq % 4], 4: str(seq)}
            statuses.append(browser.put(*(change(slot, seq, values[slot]) for slot in slots)).status_code)
        return statuses

    with ThreadPoolExecutor(4) as pool:
        statuses = [status for each in pool.map(send, range(4)) for status in each]
    assert set(statuses) == {200}
    assert held_answers(world, candidate.attempt_id) == {1: (1, 39, "d"), 4: (1, 39, "39")}
