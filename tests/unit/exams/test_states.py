"""The state tables, and what a candidate finds at the door."""

from datetime import UTC, datetime, timedelta

import pytest

from lms_carbon.exams.rules.states import ATTEMPT_STEPS, EXAM_STEPS, AttemptState, Door, DoorFacts, ExamState, door

NOW = datetime(2026, 5, 11, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _door(**changes: object) -> Door:
    facts = {
        "state": ExamState.OPEN,
        "opens_at": None,
        "closes_at": None,
        "attempts": 1,
        "used": 0,
        "running": False,
        "now": NOW,
    }
    return door(DoorFacts(**{**facts, **changes}))


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, Door.OPEN),
        ({"opens_at": NOW}, Door.OPEN),
        ({"opens_at": NOW + timedelta(milliseconds=1)}, Door.NOT_BEGUN),
        ({"closes_at": NOW}, Door.OPEN),
        ({"closes_at": NOW - timedelta(milliseconds=1)}, Door.OVER),
        ({"state": ExamState.DRAFT}, Door.NOT_OPEN),
        ({"state": ExamState.CLOSED}, Door.OVER),
        ({"state": ExamState.CLOSED, "opens_at": NOW + HOUR}, Door.OVER),
        ({"used": 1}, Door.NO_ATTEMPTS_LEFT),
        ({"used": 1, "attempts": 2}, Door.OPEN),
        ({"used": 99, "attempts": 0}, Door.OPEN),
        ({"used": 1, "running": True, "state": ExamState.CLOSED, "closes_at": NOW - HOUR}, Door.RUNNING),
        ({"used": 1, "closes_at": NOW - HOUR}, Door.NO_ATTEMPTS_LEFT),
    ],
)
def test_what_a_candidate_finds(facts: dict[str, object], found: Door) -> None:
    assert _door(**facts) is found


def test_there_is_no_way_back_from_submitted() -> None:
    assert all(AttemptState.SUBMITTED not in sources for sources, _ in ATTEMPT_STEPS.values())
    assert {target for _, target in ATTEMPT_STEPS.values()} == {AttemptState.SUBMITTED}


def test_every_exam_state_but_draft_can_be_reached() -> None:
    assert {target for _, target in EXAM_STEPS.values()} == {ExamState.OPEN, ExamState.CLOSED}
