"""Where a candidate stands with an exam, and what of it may show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import read_clock, session
from lms_carbon.exams.models.attempts import Answer, Attempt
from lms_carbon.exams.models.exams import Exam
from lms_carbon.exams.queries.papers import list_dealt_paper
from lms_carbon.exams.rules.scoring import is_answered, receipt_text, score_item, whole_score
from lms_carbon.exams.rules.states import GRACE, AttemptState, Door, DoorFacts, door
from lms_carbon.question_bank.kinds.reasons import Score


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A candidate at an exam's start page. `attempts_left` None is as many as wanted; `now` is the database's."""

    door: Door
    now: datetime
    running: Attempt | None
    submitted: Sequence[Attempt]
    """Newest last."""
    attempts_left: int | None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a candidate gets for a submitted attempt; `text` is how it is read out."""

    attempt_id: int
    digest: str
    text: str
    submitted_at: datetime
    answered: int
    questions: int


def find_standing(exam: Exam, person_id: int) -> Standing:
    """Return where a person stands with an exam."""
    now = read_clock()
    query = (
        sa.select(Attempt).where(Attempt.exam_id == exam.id, Attempt.person_id == person_id).order_by(Attempt.number)
    )
    attempts = session.scalars(query.execution_options(populate_existing=True)).all()
    running = next((each for each in attempts if each.state is AttemptState.RUNNING), None)
    found = door(
        DoorFacts(
            state=exam.state,
            opens_at=exam.opens_at,
            closes_at=exam.closes_at,
            attempts=exam.attempts,
            used=len(attempts),
            running=running is not None,
            now=now,
        )
    )
    return Standing(
        door=found,
        now=now,
        running=running,
        submitted=[each for each in attempts if each.state is AttemptState.SUBMITTED],
        attempts_left=max(exam.attempts - len(attempts), 0) if exam.attempts else None,
    )


def list_answers(attempt_id: int) -> Sequence[Answer]:
    """Return what the server holds of an attempt, in the order of the slots."""
    query = sa.select(Answer).where(Answer.attempt_id == attempt_id).order_by(Answer.slot)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def receipt_of(attempt: Attempt) -> Receipt | None:
    """Return a submitted attempt's receipt; None while it runs."""
    if attempt.digest is None or attempt.submitted_at is None:
        return None
    items = list_dealt_paper(attempt)
    values = {answer.slot: answer.value for answer in list_answers(attempt.id)}
    return Receipt(
        attempt_id=attempt.id,
        digest=attempt.digest,
        text=receipt_text(attempt.digest),
        submitted_at=attempt.submitted_at,
        answered=sum(is_answered(item, values.get(item.slot)) for item in items),
        questions=len(items),
    )


@dataclass(frozen=True, kw_only=True)
class PracticeResult:
    """What a practice exam shows at once: score in hundredths, and each slot's earned and possible points."""

    score: int
    slots: Sequence[tuple[int, Score, int]]


def practice_result(attempt: Attempt) -> PracticeResult | None:
    """Return the result of a submitted practice attempt, made anew each time; None for exams that count."""
    if attempt.candidacy_id is not None or attempt.state is not AttemptState.SUBMITTED:
        return None
    items = list_dealt_paper(attempt)
    values = {answer.slot: answer.value for answer in list_answers(attempt.id)}
    return PracticeResult(
        score=whole_score(items, values),
        slots=[(item.slot, score_item(item, values.get(item.slot)), item.points) for item in items],
    )


def list_overdue(limit: int = 200) -> Sequence[int]:
    """Return attempts that nobody submitted and whose time, with the grace, is over by the database's clock."""
    return session.scalars(
        sa.select(Attempt.id)
        .where(Attempt.state == AttemptState.RUNNING, Attempt.ends_at < read_clock() - GRACE)
        .order_by(Attempt.ends_at)
        .limit(limit)
    ).all()
