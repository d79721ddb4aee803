"""States of exams, forms and attempts as tables, and what they mean for a candidate at the door."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

GRACE: Final = timedelta(seconds=60)
"""Answers that arrive up to this long after the deadline count: a slow line is not the candidate's fault."""


class ExamState(enum.StrEnum):
    """Whether candidates can get at it."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class AttemptState(enum.StrEnum):
    """An attempt runs until it is submitted; there is no way back."""

    RUNNING = "running"
    SUBMITTED = "submitted"


class SubmittedBy(enum.StrEnum):
    """Who ended an attempt."""

    CANDIDATE = "candidate"
    PAGE = "page"
    """The page, at the deadline."""
    SCHEDULER = "scheduler"
    """The scheduler, for those who were gone."""


class LateReason(enum.StrEnum):
    """Why an answer was not taken."""

    DEADLINE = "deadline"
    SUBMITTED = "submitted"
    TAKEN_OVER = "taken_over"


EXAM_STEPS: Final[Mapping[str, tuple[frozenset[ExamState], ExamState]]] = {
    "open": (frozenset({ExamState.DRAFT, ExamState.CLOSED}), ExamState.OPEN),
    "close": (frozenset({ExamState.OPEN}), ExamState.CLOSED),
}
"""Step → from which states, to which state."""

ATTEMPT_STEPS: Final[Mapping[str, tuple[frozenset[AttemptState], AttemptState]]] = {
    "submit": (frozenset({AttemptState.RUNNING}), AttemptState.SUBMITTED),
}
"""As `EXAM_STEPS`."""


class Door(enum.StrEnum):
    """What a candidate finds at an exam's start page."""

    RUNNING = "running"
    """An attempt runs: go on with it."""
    OPEN = "open"
    """A new attempt may begin."""
    NOT_OPEN = "not_open"
    """No officer has opened it yet."""
    NOT_BEGUN = "not_begun"
    OVER = "over"
    NO_ATTEMPTS_LEFT = "no_attempts_left"


@dataclass(frozen=True, kw_only=True)
class DoorFacts:
    """What decides: `now` is the database's clock, `attempts` 0 means as many as wanted."""

    state: ExamState
    opens_at: datetime | None
    closes_at: datetime | None
    attempts: int
    used: int
    running: bool
    now: datetime


def door(facts: DoorFacts) -> Door:
    """Return what the candidate finds. A running attempt goes on whatever has become of the exam meanwhile."""
    if facts.running:
        return Door.RUNNING
    if facts.attempts and facts.used >= facts.attempts:
        return Door.NO_ATTEMPTS_LEFT
    if facts.closes_at is not None and facts.now > facts.closes_at:
        return Door.OVER
    if facts.state is ExamState.CLOSED:
        return Door.OVER
    if facts.state is not ExamState.OPEN:
        return Door.NOT_OPEN
    if facts.opens_at is not None and facts.now < facts.opens_at:
        return Door.NOT_BEGUN
    return Door.OPEN
