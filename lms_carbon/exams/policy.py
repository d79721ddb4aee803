"""Who may do what with exams. Objects are loaded through these rights; what is not one's own looks like nothing."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from lms_carbon.core.db import session
from lms_carbon.core.errors import ForbiddenError, NotFoundError
from lms_carbon.core.identity import Actor, Role
from lms_carbon.cycles.models import Instrument, Track
from lms_carbon.exams.errors import ExamGoneError, ExamNotOpenError
from lms_carbon.exams.models.attempts import Attempt
from lms_carbon.exams.models.exams import Exam, Form, FormItem
from lms_carbon.exams.rules.states import ExamState
from lms_carbon.question_bank.models import QuestionVersion

_WHOLE = (
    joinedload(Exam.instrument).joinedload(Instrument.track).joinedload(Track.cycle),
    joinedload(Exam.instrument).joinedload(Instrument.track).joinedload(Track.position),
)


def check_officer(by: Actor) -> None:
    """Raise `ForbiddenError` for all but the institution's officers."""
    if not by.has(Role.OFFICER):
        raise ForbiddenError


def load_exam_for_officer(by: Actor, exam_id: int) -> Exam:
    """Return an exam of the officer's institution with instrument, track, cycle and position.

    Raises `ForbiddenError`, and `NotFoundError` for those of other institutions and removed ones.
    """
    check_officer(by)
    exam = _load_exam(by, exam_id)
    if exam.deleted_at is not None:
        raise NotFoundError
    return exam


def load_exam_for_candidate(by: Actor, exam_id: int) -> Exam:
    """Return an exam for its start page. A draft shows nothing, not even that it is planned.

    Raises `ForbiddenError`, `NotFoundError`, `ExamGoneError`, `ExamNotOpenError`.
    """
    if not by.has(Role.CANDIDATE):
        raise ForbiddenError
    exam = _load_exam(by, exam_id)
    if exam.deleted_at is not None:
        raise ExamGoneError
    if exam.state is ExamState.DRAFT:
        raise ExamNotOpenError
    return exam


def load_exam_for_reader(by: Actor, exam_id: int) -> Exam:
    """Return an exam for those who look at what candidates see: officers, and teachers once it is no draft.

    Raises `ForbiddenError`, `NotFoundError`, `ExamGoneError`, `ExamNotOpenError`.
    """
    if not by.has_any((Role.OFFICER, Role.TEACHER)):
        raise ForbiddenError
    exam = _load_exam(by, exam_id)
    if exam.deleted_at is not None:
        raise ExamGoneError
    if exam.state is ExamState.DRAFT and not by.has(Role.OFFICER):
        raise ExamNotOpenError
    return exam


def load_form_for_officer(by: Actor, exam_id: int, number: int, *, lock: bool = False) -> Form:
    """Return a form with its items, their questions and shares, loaded in a fixed number of queries.

    `lock` makes a second officer who edits the same form wait.
    """
    exam = load_exam_for_officer(by, exam_id)
    query = (
        sa.select(Form)
        .where(Form.exam_id == exam.id, Form.number == number)
        .options(
            joinedload(Form.exam),
            selectinload(Form.items).options(
                joinedload(FormItem.version).options(
                    joinedload(QuestionVersion.question),
                    selectinload(QuestionVersion.tags),
                    selectinload(QuestionVersion.signatures),
                ),
                selectinload(FormItem.tags),
            ),
        )
        .execution_options(populate_existing=True)
    )
    if lock:
        session.execute(sa.select(Form.id).where(Form.exam_id == exam.id, Form.number == number).with_for_update())
    form = session.scalar(query)
    if form is None:
        raise NotFoundError
    return form


def load_attempt(by: Actor, attempt_id: int) -> Attempt:
    """Return one's own attempt with exam and instrument; anybody else's raises `NotFoundError`."""
    attempt = session.scalar(
        sa.select(Attempt)
        .where(Attempt.id == attempt_id, Attempt.person_id == by.person_id)
        .options(joinedload(Attempt.exam).joinedload(Exam.instrument), joinedload(Attempt.person))
    )
    if attempt is None:
        raise NotFoundError
    return attempt


def _load_exam(by: Actor, exam_id: int) -> Exam:
    exam = session.scalar(
        sa.select(Exam).where(Exam.id == exam_id, Exam.institution_id == by.institution_id).options(*_WHOLE)
    )
    if exam is None:
        raise NotFoundError
    return exam
