"""The first gate: an exam's scores become visible, and go to the gradebook (DESIGN §3)."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Candidacy, Instrument
from lms_carbon.cycles.queries import instrument_scores
from lms_carbon.cycles.services.release import release_instrument
from lms_carbon.exams.errors import NothingToReleaseError
from lms_carbon.exams.models.exams import Exam
from lms_carbon.exams.policy import load_exam_for_officer
from lms_carbon.exams.rules.states import ExamState
from lms_carbon.exams.services.exams import check_nobody_runs, close_exam
from lms_carbon.lti.services.scores import queue_scores


def release_scores(*, exam_id: int, by: Actor, at: datetime) -> int:
    """Release an exam's scores and return how many candidates have one. An open exam is closed by it.

    Nobody may still be in the exam: who saw a released key could not be examined with it. Raises
    `StillRunningError`, `NothingToReleaseError`, `AlreadyReleasedError`.
    """
    exam = load_exam_for_officer(by, exam_id)
    if exam.instrument is None:
        raise NothingToReleaseError
    if exam.state is ExamState.OPEN:
        close_exam(exam_id=exam.id, by=by, at=at)
    check_nobody_runs(exam)
    release_instrument(instrument=exam.instrument, by=by, at=at)
    return _send(exam, exam.instrument, at)


def send_scores(instrument_ids: Collection[int], at: datetime) -> None:
    """Answer the hook `scores_out`: send the scores of exams that are released, as they stand now, to gradebooks."""
    query = (
        sa.select(Exam)
        .join(Exam.instrument)
        .where(Exam.instrument_id.in_(instrument_ids), Instrument.released_at.is_not(None))
        .options(contains_eager(Exam.instrument))
        .order_by(Exam.id)
    )
    for exam in session.scalars(query):
        if exam.instrument is not None:
            _send(exam, exam.instrument, at)


def _send(exam: Exam, instrument: Instrument, at: datetime) -> int:
    scores = instrument_scores(instrument)
    persons = session.execute(sa.select(Candidacy.id, Candidacy.person_id).where(Candidacy.id.in_(scores)))
    queue_scores(
        institution_id=exam.institution_id,
        target=f"exam:{exam.code}",
        rows=[
            (person_id, scores[candidacy_id], _comment(exam, scores[candidacy_id]))
            for candidacy_id, person_id in persons
        ],
        at=at,
    )
    return len(scores)


def _comment(exam: Exam, hundredths: int) -> str:
    """Return what the gradebook shows beside the score; both languages, as platforms do not say which they show."""
    title = " / ".join(text for text in (exam.title.get("zh"), exam.title.get("en")) if text)
    return f"{title}: {hundredths // 100}.{hundredths % 100:02d} / 100"
