"""Lists for officers, each in a fixed number of queries. No score is in them: that is the release's to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Instrument, InstrumentKind, Track
from lms_carbon.exams.models.attempts import Answer, Attempt, LateAnswer
from lms_carbon.exams.models.exams import Exam, Form
from lms_carbon.exams.policy import check_officer
from lms_carbon.exams.rules.states import AttemptState
from lms_carbon.people.models.persons import Person


@dataclass(frozen=True, kw_only=True)
class ExamLine:
    """An exam in the officer's list."""

    exam: Exam
    frozen_forms: int
    running: int
    submitted: int
    late: int


@dataclass(frozen=True, kw_only=True)
class AttemptLine:
    """An attempt in the officer's list; `answered` counts the slots that hold something."""

    attempt: Attempt
    person: Person
    answered: int
    late: int
    last_saved_at: datetime | None


def list_exams(by: Actor) -> list[ExamLine]:
    """Return the institution's exams with their track, newest first. One query."""
    check_officer(by)
    frozen = sa.select(sa.func.count()).where(Form.exam_id == Exam.id, Form.frozen_at.is_not(None)).scalar_subquery()
    late = (
        sa.select(sa.func.count())
        .select_from(LateAnswer)
        .join(Attempt, Attempt.id == LateAnswer.attempt_id)
        .where(Attempt.exam_id == Exam.id)
        .scalar_subquery()
    )
    query = (
        sa.select(Exam, frozen, _attempts_in(AttemptState.RUNNING), _attempts_in(AttemptState.SUBMITTED), late)
        .where(Exam.institution_id == by.institution_id, Exam.deleted_at.is_(None))
        .options(
            joinedload(Exam.instrument).joinedload(Instrument.track).joinedload(Track.cycle),
            joinedload(Exam.instrument).joinedload(Instrument.track).joinedload(Track.position),
        )
        .order_by(Exam.id.desc())
    )
    return [
        ExamLine(exam=exam, frozen_forms=forms, running=running, submitted=submitted, late=late_count)
        for exam, forms, running, submitted, late_count in session.execute(query)
    ]


def list_attempts(exam_id: int) -> list[AttemptLine]:
    """Return an exam's attempts in the order they began; load the exam through the right first. One query."""
    answered = (
        sa.select(sa.func.count()).where(Answer.attempt_id == Attempt.id, Answer.value.is_not(None)).scalar_subquery()
    )
    saved = sa.select(sa.func.max(Answer.saved_at)).where(Answer.attempt_id == Attempt.id).scalar_subquery()
    late = sa.select(sa.func.count()).where(LateAnswer.attempt_id == Attempt.id).scalar_subquery()
    query = (
        sa.select(Attempt, Person, answered, late, saved)
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.exam_id == exam_id)
        .order_by(Attempt.id)
    )
    return [
        AttemptLine(attempt=attempt, person=person, answered=count, late=late_count, last_saved_at=at)
        for attempt, person, count, late_count, at in session.execute(query)
    ]


def list_late_answers(exam_id: int) -> Sequence[tuple[LateAnswer, Attempt, Person]]:
    """Return what came too late to an exam, oldest first; load the exam through the right first. One query."""
    query = (
        sa.select(LateAnswer, Attempt, Person)
        .join(Attempt, Attempt.id == LateAnswer.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.exam_id == exam_id)
        .order_by(LateAnswer.id)
    )
    return [(late, attempt, person) for late, attempt, person in session.execute(query)]


def list_free_instruments(by: Actor) -> Sequence[Instrument]:
    """Return the institution's exam instruments that have no exam yet, for the form of a new one."""
    check_officer(by)
    query = (
        sa.select(Instrument)
        .where(
            Instrument.institution_id == by.institution_id,
            Instrument.kind == InstrumentKind.EXAM,
            ~sa.exists().where(Exam.instrument_id == Instrument.id),
        )
        .options(
            joinedload(Instrument.track).joinedload(Track.cycle),
            joinedload(Instrument.track).joinedload(Track.position),
        )
        .order_by(Instrument.id)
    )
    return session.scalars(query).all()


def list_practice_exams(by: Actor) -> Sequence[Exam]:
    """Return the institution's practice exams."""
    check_officer(by)
    query = sa.select(Exam).where(
        Exam.institution_id == by.institution_id, Exam.instrument_id.is_(None), Exam.deleted_at.is_(None)
    )
    return session.scalars(query.order_by(Exam.code)).all()


def _attempts_in(state: AttemptState) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).where(Attempt.exam_id == Exam.id, Attempt.state == state).scalar_subquery()
