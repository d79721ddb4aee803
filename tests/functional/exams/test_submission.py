"""Submission: once, with everything that was acknowledged, scored and booked with it."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Instrument, MarkBatch
from lms_carbon.cycles.queries import instrument_scores, released_score
from lms_carbon.exams.jobs import submit_overdue
from lms_carbon.exams.models.attempts import AttemptState
from lms_carbon.exams.rules.states import SubmittedBy
from lms_carbon.people.models.records import AuditEntry
from tests.support.exam_seats import (
    Candidate,
    batches_of,
    change,
    digest_of,
    held_answers,
    late_answers,
    marks_of,
    move_deadline,
    seated,
)
from tests.support.exams import ExamWorld, audit, make_exam


def test_submission_saves_scores_and_books(world: ExamWorld, candidate: Candidate) -> None:
    candidate.put(change(1, 1, "a"), change(2, 2, ["a"]))
    answer = candidate.submit(change(1, 3, "b"), change(4, 4, {"value": "32368", "unit": "tCO2"}))
    assert answer.status_code == 200, answer.json
    digest = digest_of(world, candidate.attempt_id)
    assert answer.json == {
        "receipt": f"{digest[:4]} {digest[4:8]} {digest[8:12]}",
        "digest": digest,
        "submitted_at": answer.json["submitted_at"],
        "answered": 3,
    }
    with world.app.app_context():
        attempt = world.attempt(candidate.attempt_id)
        assert (attempt.state, attempt.submitted_by) == (AttemptState.SUBMITTED, SubmittedBy.CANDIDATE)
        with transaction(write=False):
            instrument = session.get_one(Instrument, world.instrument_id)
            assert instrument_scores(instrument) == {attempt.candidacy_id: 62_50}
            assert released_score(instrument, attempt.candidacy_id or 0) is None, "nothing before the release"
    marks = marks_of(world)
    # Four questions of one point, each split evenly over two requirements.
    assert [(mark.earned, mark.possible) for mark in marks] == [
        (500, 500),
        (500, 500),
        (250, 500),
        (250, 500),
        (0, 500),
        (0, 500),
        (500, 500),
        (500, 500),
    ]
    assert batches_of(world) == [f"attempt:{candidate.attempt_id}"]


def test_points_split_by_the_largest_remainder(app: Flask) -> None:
    world = make_exam(app, shares=3)
    candidate = seated(world)
    candidate.submit(change(1, 1, "b"), change(2, 2, ["a"]))
    marks = marks_of(world)
    assert [mark.possible for mark in marks[:3]] == [334, 333, 333]
    assert [mark.earned for mark in marks[:6]] == [334, 333, 333, 167, 167, 166]


def test_submitting_again_gives_the_same_receipt(world: ExamWorld, candidate: Candidate) -> None:
    first = candidate.submit(change(1, 1, "b"))
    second = candidate.submit(change(1, 1, "b"))
    third = candidate.submit(change(1, 2, "c"), by="page")
    assert first.json == second.json == third.json
    assert held_answers(world, candidate.attempt_id) == {1: (1, 1, "b")}
    assert late_answers(world, candidate.attempt_id) == [(1, 1, 2, "c", "submitted")]
    assert len(batches_of(world)) == 1
    with world.app.app_context(), transaction(write=False):
        acts = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "attempt.submit")).all()
        assert [act.person_id for act in acts] == [candidate.person.person_id]


def test_an_empty_exam_is_submitted_and_scores_nothing(world: ExamWorld, candidate: Candidate) -> None:
    answer = candidate.submit()
    assert (answer.status_code, answer.json["answered"]) == (200, 0)
    assert sum(mark.earned for mark in marks_of(world)) == 0
    assert len(marks_of(world)) == 8


def test_an_older_window_cannot_submit(world: ExamWorld, candidate: Candidate) -> None:
    candidate.open_window()
    answer = candidate.submit(change(1, 1, "a"), epoch=1)
    assert (answer.status_code, answer.json["code"], answer.json["epoch"]) == (409, "taken-over", 2)
    assert batches_of(world) == []
    assert late_answers(world, candidate.attempt_id) == [(1, 1, 1, "a", "taken_over")]


def test_the_page_submits_at_the_deadline_and_what_is_too_late_is_kept(world: ExamWorld, candidate: Candidate) -> None:
    candidate.put(change(1, 1, "b"))
    move_deadline(world, candidate.attempt_id, -61)
    answer = candidate.submit(change(2, 2, ["a"]), by="page")
    assert answer.status_code == 200
    assert answer.json["answered"] == 1
    assert late_answers(world, candidate.attempt_id) == [(2, 1, 2, ["a"], "deadline")]
    with world.app.app_context():
        assert world.attempt(candidate.attempt_id).submitted_by is SubmittedBy.PAGE


def test_a_wrong_answer_keeps_the_candidate_from_submitting_but_not_the_deadline(
    world: ExamWorld, candidate: Candidate
) -> None:
    answer = candidate.submit(change(1, 1, "zzz"), change(3, 1, True))
    assert answer.status_code == 422
    assert answer.json["saved"] == [{"slot": 3, "seq": 1}]
    assert batches_of(world) == []
    assert candidate.submit(change(4, 2, "x" * 70_000)).status_code == 413
    answer = candidate.submit(change(1, 1, "zzz"), by="page")
    assert (answer.status_code, answer.json["answered"]) == (200, 1)


@pytest.mark.parametrize("by", ["scheduler", "me", 5, None, ["candidate"]])
def test_who_submits_is_one_of_two(candidate: Candidate, by: Any) -> None:
    answer = candidate.submit(by=by)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["by"]


def test_without_a_session_nobody_submits(world: ExamWorld, candidate: Candidate) -> None:
    path = f"/api/v1/attempts/{candidate.attempt_id}/submission"
    assert world.app.test_client().post(path, json={"epoch": 1, "changes": []}).status_code == 401


def test_the_scheduler_submits_for_those_who_are_gone(world: ExamWorld, candidate: Candidate) -> None:
    other = seated(world, "在考")
    candidate.put(change(1, 1, "b"))
    move_deadline(world, candidate.attempt_id, -59)
    with world.app.app_context():
        submit_overdue()
        assert world.attempt(candidate.attempt_id).state is AttemptState.RUNNING
    move_deadline(world, candidate.attempt_id, -61)
    with world.app.app_context():
        submit_overdue()
        submit_overdue()
        attempt = world.attempt(candidate.attempt_id)
        assert (attempt.state, attempt.submitted_by) == (AttemptState.SUBMITTED, SubmittedBy.SCHEDULER)
        assert world.attempt(other.attempt_id).state is AttemptState.RUNNING
    assert batches_of(world) == [f"attempt:{candidate.attempt_id}"]
    # The page comes back and gets the receipt.
    assert candidate.submit().json["digest"] == digest_of(world, candidate.attempt_id)


def test_one_attempt_that_cannot_be_scored_does_not_stop_the_others(app: Flask) -> None:
    world = make_exam(app)
    first, second = seated(world, "甲"), seated(world, "乙")
    for each in (first, second):
        move_deadline(world, each.attempt_id, -100)
    with app.app_context():
        with transaction():
            # The ledger has this work already: booking it again is refused by the database.
            session.execute(
                sa.insert(MarkBatch.__table__),
                {
                    "institution_id": world.institution_id,
                    "instrument_id": world.instrument_id,
                    "source": f"attempt:{first.attempt_id}",
                    "at": now(),
                    "reason": "",
                },
            )
            audit(world.institution_id, first.attempt_id)
        submit_overdue()
        assert world.attempt(first.attempt_id).state is AttemptState.RUNNING
        assert world.attempt(second.attempt_id).state is AttemptState.SUBMITTED
