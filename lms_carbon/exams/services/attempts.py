"""Attempts: beginning one, taking it over in another window."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lms_carbon.core.db import read_clock, session
from lms_carbon.core.errors import DomainError
from lms_carbon.core.identity import Actor
from lms_carbon.core.vault import seal, unseal
from lms_carbon.cycles.services.candidacies import begin_candidacy
from lms_carbon.exams.errors import (
    ExamNotBegunError,
    ExamNotOpenError,
    ExamOverError,
    NoAttemptsLeftError,
    NoFrozenFormError,
    OtherLanguageError,
    SubmittedError,
)
from lms_carbon.exams.models.attempts import Answer, Attempt
from lms_carbon.exams.models.exams import Exam, Form, FormItem
from lms_carbon.exams.policy import load_attempt, load_exam_for_candidate
from lms_carbon.exams.queries.standings import Standing, find_standing, list_answers
from lms_carbon.exams.rules.states import AttemptState, Door
from lms_carbon.people.services.audit import record_act

_KEY_BYTES: Final = 32
_REFUSALS: Final[Mapping[Door, type[DomainError]]] = {
    Door.NOT_OPEN: ExamNotOpenError,
    Door.NOT_BEGUN: ExamNotBegunError,
    Door.OVER: ExamOverError,
    Door.NO_ATTEMPTS_LEFT: NoAttemptsLeftError,
}


@dataclass(frozen=True, kw_only=True)
class Window:
    """What a window needs that has taken an attempt over: its epoch, the key of what waits locally, what is held."""

    attempt: Attempt
    epoch: int
    key: bytes
    now: datetime
    answers: Sequence[Answer]


def start_attempt(*, exam_id: int, language: str, by: Actor, at: datetime) -> tuple[Attempt, bool]:
    """Begin an attempt, or return the one that runs; True where it began now.

    The database's clock decides whether the exam is open and when the attempt ends; an attempt that began in time
    keeps its minutes. Of two starts at once one makes the attempt and the other finds it. Raises the errors of the
    start page, `OtherLanguageError`, those of `begin_candidacy`, and `NoFrozenFormError`.
    """
    exam = load_exam_for_candidate(by, exam_id)
    standing = find_standing(exam, by.person_id)
    if standing.running is not None:
        return standing.running, False
    if standing.door is not Door.OPEN:
        raise _REFUSALS[standing.door]
    if language not in exam.languages:
        raise OtherLanguageError({"language": OtherLanguageError.sentence})
    form_id = _newest_form(exam)
    candidacy_id = _candidacy(exam, by, at)
    try:
        with session.begin_nested():
            attempt = _insert(exam, form_id, candidacy_id, language, standing, by)
    except IntegrityError:
        # The other window was first: (exam, person, number) is unique.
        running = find_standing(exam, by.person_id).running
        if running is None:
            raise
        return running, False
    record_act(
        by=by,
        institution_id=exam.institution_id,
        action="attempt.start",
        object_type="attempt",
        object_id=attempt.id,
        detail={"exam": exam.id, "form": form_id, "number": attempt.number, "rules_accepted": True},
        at=at,
    )
    return attempt, True


def take_over(*, attempt_id: int, by: Actor, at: datetime) -> Window:
    """Let the window that asks have the attempt; all others are refused from now on.

    Saves under way are waited for (they hold the row), so `answers` has all that was acknowledged. Raises
    `NotFoundError`, and `SubmittedError` once there is nothing to take over.
    """
    attempt = load_attempt(by, attempt_id)
    epoch = session.scalar(
        sa.update(Attempt)
        .where(Attempt.id == attempt.id, Attempt.state == AttemptState.RUNNING)
        .values(epoch=Attempt.epoch + 1)
        .returning(Attempt.epoch)
        .execution_options(synchronize_session=False)
    )
    session.refresh(attempt)
    if epoch is None:
        raise SubmittedError({"state": attempt.state})
    record_act(
        by=by,
        institution_id=attempt.institution_id,
        action="attempt.take_over",
        object_type="attempt",
        object_id=attempt.id,
        detail={"epoch": epoch},
        at=at,
    )
    return Window(
        attempt=attempt,
        epoch=epoch,
        key=local_key(attempt) or b"",
        now=read_clock(),
        answers=list_answers(attempt.id),
    )


def local_key(attempt: Attempt) -> bytes | None:
    """Return the key of what waits in the candidate's browsers; None once the person was erased."""
    return unseal(attempt.local_key, purpose=_purpose(attempt)) if attempt.local_key else None


def _purpose(attempt: Attempt) -> str:
    return f"attempt-key:{attempt.exam_id}:{attempt.person_id}:{attempt.number}"


def _newest_form(exam: Exam) -> int:
    form_id = session.scalar(
        sa.select(Form.id)
        .where(Form.exam_id == exam.id, Form.frozen_at.is_not(None), sa.exists().where(FormItem.form_id == Form.id))
        .order_by(Form.number.desc())
        .limit(1)
    )
    if form_id is None:
        raise NoFrozenFormError
    return form_id


def _candidacy(exam: Exam, by: Actor, at: datetime) -> int | None:
    if exam.instrument is None:
        return None
    return begin_candidacy(track=exam.instrument.track, by=by, at=at).id


def _insert(
    exam: Exam, form_id: int, candidacy_id: int | None, language: str, standing: Standing, by: Actor
) -> Attempt:
    attempt = Attempt(
        institution_id=exam.institution_id,
        exam_id=exam.id,
        form_id=form_id,
        person_id=by.person_id,
        candidacy_id=candidacy_id,
        number=len(standing.submitted) + 1,
        state=AttemptState.RUNNING,
        language=language,
        started_at=standing.now,
        ends_at=standing.now + timedelta(minutes=exam.minutes),
        epoch=0,
    )
    attempt.local_key = seal(os.urandom(_KEY_BYTES), purpose=_purpose(attempt))
    session.add(attempt)
    session.flush()
    return attempt
