"""Submission: once, whoever asks for it and however often; scored and booked in the same transaction."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import database_now, session
from lms_carbon.cycles.services.ledger import book_marks
from lms_carbon.exams.models.attempts import Attempt
from lms_carbon.exams.models.exams import Exam
from lms_carbon.exams.queries.papers import list_dealt_paper
from lms_carbon.exams.queries.standings import Receipt, list_answers, receipt_of
from lms_carbon.exams.rules.scoring import HeldAnswer, answers_digest, mark_rows
from lms_carbon.exams.rules.states import ATTEMPT_STEPS, SubmittedBy
from lms_carbon.people.services.audit import record_person_act


@dataclass(frozen=True, kw_only=True)
class Submission:
    """The receipt, and whether this call was the one that submitted."""

    receipt: Receipt
    made_now: bool


def submit_attempt(*, attempt_id: int, by: SubmittedBy, at: datetime) -> Submission:
    """Submit an attempt and return its receipt; one that is submitted already gives the same receipt again.

    Whether the caller may is the caller's to know: the API loads the attempt through the right, the scheduler may
    submit all that are overdue. Raises `sqlalchemy.exc.NoResultFound` for an attempt that is not there.
    """
    made_now = _take_step(attempt_id, by)
    attempt = session.scalars(
        sa.select(Attempt).where(Attempt.id == attempt_id).execution_options(populate_existing=True)
    ).one()
    if made_now:
        _seal_answers(attempt)
        _book(attempt, at)
        record_person_act(
            person_id=None if by is SubmittedBy.SCHEDULER else attempt.person_id,
            institution_id=attempt.institution_id,
            action="attempt.submit",
            object_type="attempt",
            object_id=attempt.id,
            detail={"by": by, "digest": attempt.digest},
            at=at,
        )
    receipt = receipt_of(attempt)
    if receipt is None:
        raise RuntimeError(f"attempt {attempt_id} is submitted and has no digest")
    return Submission(receipt=receipt, made_now=made_now)


def _take_step(attempt_id: int, by: SubmittedBy) -> bool:
    # The lock waits for saves under way, which share the row; from here on it is ours, so what is read next is all
    # that was ever acknowledged. Whoever comes second finds the state changed.
    sources, target = ATTEMPT_STEPS["submit"]
    state = session.scalars(sa.select(Attempt.state).where(Attempt.id == attempt_id).with_for_update()).one()
    if state not in sources:
        return False
    changed = session.scalar(
        sa.update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.state.in_(sources))
        .values(state=target, submitted_at=database_now(), submitted_by=by)
        .returning(Attempt.id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None


def _seal_answers(attempt: Attempt) -> None:
    held = [HeldAnswer(each.slot, each.epoch, each.seq, each.value) for each in list_answers(attempt.id)]
    attempt.digest = answers_digest(attempt.id, held)
    session.flush()


def _book(attempt: Attempt, at: datetime) -> None:
    """Book the marks; a practice exam has no candidacy and books nothing."""
    if attempt.candidacy_id is None:
        return
    instrument_id = session.scalars(sa.select(Exam.instrument_id).where(Exam.id == attempt.exam_id)).one()
    if instrument_id is None:
        raise RuntimeError(f"attempt {attempt.id} has a candidacy and its exam no instrument")
    values = {answer.slot: answer.value for answer in list_answers(attempt.id)}
    book_marks(
        institution_id=attempt.institution_id,
        instrument_id=instrument_id,
        candidacy_id=attempt.candidacy_id,
        source=f"attempt:{attempt.id}",
        attempt=attempt.number,
        rows=mark_rows(list_dealt_paper(attempt), values),
        by=None,
        at=at,
    )
