"""Submissions at once, practice exams, answers that no longer read."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.exams.jobs import submit_overdue
from lms_carbon.exams.models.attempts import Answer
from lms_carbon.exams.queries.standings import practice_result, receipt_of
from lms_carbon.exams.rules.states import SubmittedBy
from lms_carbon.exams.services.submission import submit_attempt
from tests.support.exam_seats import (
    Candidate,
    batches_of,
    change,
    digest_of,
    held_answers,
    late_answers,
    make_candidate,
    marks_of,
    move_deadline,
)
from tests.support.exams import RIGHT, ExamWorld, make_practice


def test_many_submissions_at_once_are_one(world: ExamWorld, candidate: Candidate) -> None:
    """The candidate's double click, the page and two schedulers, all in the same moment."""
    candidate.put(change(1, 1, "b"))
    move_deadline(world, candidate.attempt_id, -61)
    browsers = [make_candidate(world, person=candidate.person) for _ in range(3)]
    start = threading.Barrier(6)

    def press(browser: Candidate) -> str:
        browser.attempt_id, browser.epoch = candidate.attempt_id, candidate.epoch
        start.wait()
        return str(browser.submit().json["digest"])

    def tick() -> str:
        with world.app.app_context():
            start.wait()
            submit_overdue()
            with transaction(write=False):
                receipt = receipt_of(world.attempt(candidate.attempt_id))
            return receipt.digest if receipt else ""

    with ThreadPoolExecutor(6) as pool:
        digests = [pool.submit(press, browser) for browser in browsers] + [pool.submit(tick) for _ in range(3)]
        assert {each.result() for each in digests} == {digest_of(world, candidate.attempt_id)}
    assert len(batches_of(world)) == 1
    assert len(marks_of(world)) == 8


def test_no_acknowledged_answer_is_outside_the_digest(world: ExamWorld, candidate: Candidate) -> None:
    """Saves race with the submission: each is either acknowledged and in the digest, or refused and kept."""
    browsers = [make_candidate(world, person=candidate.person) for _ in range(3)]
    numbers = itertools.count(1)
    acknowledged: dict[int, int] = {}
    refused: list[int] = []
    begun, lock = threading.Semaphore(0), threading.Lock()

    def save(slot: int, browser: Candidate) -> None:
        browser.attempt_id, browser.epoch = candidate.attempt_id, candidate.epoch
        for seq in range(1, 1000):
            next(numbers)
            answer = browser.put(change(slot, seq, RIGHT[slot]))
            begun.release()
            with lock:
                if answer.status_code == 409:
                    assert answer.json["code"] == "submitted"
                    refused.append(slot)
                    return
                assert answer.status_code == 200, answer.json
                acknowledged[slot] = answer.json["saved"][0]["seq"]
        raise AssertionError("never refused")

    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(save, slot, browser) for slot, browser in zip((1, 2, 4), browsers, strict=True)]
        for _ in range(12):
            begun.acquire(timeout=30)
        receipt = candidate.submit().json
        for run in runs:
            run.result()
    held = held_answers(world, candidate.attempt_id)
    assert receipt["digest"] == digest_of(world, candidate.attempt_id)
    assert {slot: row[1] for slot, row in held.items()} == acknowledged
    assert sorted(refused) == [1, 2, 4]
    assert {row[0]: row[2] for row in late_answers(world, candidate.attempt_id)} == {
        slot: acknowledged.get(slot, 0) + 1 for slot in (1, 2, 4)
    }


def test_a_practice_exam_books_nothing_and_shows_its_result_at_once(world: ExamWorld) -> None:
    practice = make_practice(world)
    candidate = make_candidate(world)
    candidate.start(practice)
    candidate.open_window()
    assert candidate.submit(change(1, 1, "b"), change(2, 2, ["a"])).status_code == 200
    assert marks_of(world) == []
    with world.app.app_context(), transaction(write=False):
        result = practice_result(world.attempt(candidate.attempt_id))
        assert result is not None
        assert result.score == 37_50
        assert [(slot, score.earned) for slot, score, _ in result.slots] == [(1, 1000), (2, 500), (3, 0), (4, 0)]


def test_an_exam_that_counts_shows_no_result(world: ExamWorld, candidate: Candidate) -> None:
    candidate.submit(change(1, 1, "b"))
    with world.app.app_context(), transaction(write=False):
        assert practice_result(world.attempt(candidate.attempt_id)) is None


def test_an_answer_that_no_longer_reads_is_no_answer(world: ExamWorld, candidate: Candidate) -> None:
    """What a kind refuses when it scores - after an update of the kind, say - earns nothing and stops nothing."""
    candidate.put(change(1, 1, "b"))
    with world.app.app_context(), transaction():
        session.execute(sa.update(Answer).values(value={"old": "shape"}))
    answer = candidate.submit()
    assert (answer.status_code, answer.json["answered"]) == (200, 0)


def test_a_service_call_for_a_submitted_attempt_is_told_so(world: ExamWorld, candidate: Candidate) -> None:
    with world.app.app_context():
        for made_now in (True, False):
            with transaction():
                done = submit_attempt(attempt_id=candidate.attempt_id, by=SubmittedBy.SCHEDULER, at=now())
            assert done.made_now is made_now
            assert done.receipt.questions == 4
