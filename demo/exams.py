"""The demo's exams, made of the sample questions."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from demo.people import Place
from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import InstrumentKind, Track
from lms_carbon.cycles.services.planning import add_instrument
from lms_carbon.exams.models.exams import Exam
from lms_carbon.exams.services.exams import ExamSettings, create_exam, open_exam
from lms_carbon.exams.services.forms import add_item, freeze_form, make_form
from lms_carbon.question_bank.models import Question, QuestionVersion
from lms_carbon.question_bank.services.reviews import approve

KNOWLEDGE: Final = ("sample-521a1", "sample-521a2", "sample-521a3", "sample-521a4")
PER_REQUIREMENT: Final = 5
PRACTICE: Final = 8
"""How many questions there are to practise on, each of another kind."""
RULES: Final = {
    "zh": "独立完成，不得使用其他资料；所需的系数都在题中给出。",
    "en": "Work alone and use no other material; all factors needed are given in the questions.",
}


def sample_versions(institution_id: int, prefix: str, *, most: int) -> list[QuestionVersion]:
    """Return sample questions by code."""
    query = (
        sa.select(QuestionVersion)
        .join(QuestionVersion.question)
        .where(Question.institution_id == institution_id, Question.code.startswith(prefix))
        .order_by(Question.code)
        .limit(most)
    )
    return list(session.scalars(query))


def sign_samples(reviewer: Actor, *, most: int, at: datetime) -> None:
    """Have a reviewer sign samples on each knowledge requirement of the position; the others wait in review."""
    for prefix in KNOWLEDGE:
        for version in sample_versions(reviewer.institution_id, prefix, most=most):
            approve(by=reviewer, question_id=version.question_id, revision=version.revision, at=at)


def make_practice(place: Place, code: str, at: datetime) -> Exam:
    """Make and open the practice exam: how answering works, as often as wanted."""
    settings = ExamSettings(
        title={"zh": "模拟考试：熟悉答题页面", "en": "Practice exam: how answering works"},
        minutes=15,
        attempts=0,
        rules={"zh": "这是练习，不计分。", "en": "This is practice; it does not count."},
    )
    exam = create_exam(code=code, settings=settings, by=place.officer, at=at)
    put_up(exam, sample_versions(place.institution_id, "practice-", most=PRACTICE), place.officer, at)
    return exam


def make_exam(
    place: Place,
    track: Track,
    at: datetime,
    *,
    code: str,
    title: dict[str, str],
    practice: Exam | None = None,
    each: int = PER_REQUIREMENT,
) -> Exam:
    """Make and open the written exam: `each` sample questions on every knowledge requirement of the position."""
    instrument = add_instrument(
        track=track,
        kind=InstrumentKind.EXAM,
        dimension="knowledge",
        title={"zh": "笔试", "en": "Written exam"},
        by=place.officer,
        at=at,
    )
    settings = ExamSettings(title=title, minutes=90, rules=RULES, practice_id=practice.id if practice else None)
    exam = create_exam(code=code, settings=settings, by=place.officer, at=at, instrument_id=instrument.id)
    versions = [version for prefix in KNOWLEDGE for version in sample_versions(place.institution_id, prefix, most=each)]
    put_up(exam, versions, place.officer, at)
    return exam


def put_up(exam: Exam, versions: list[QuestionVersion], officer: Actor, at: datetime) -> None:
    """Put questions into a form, freeze it and open the exam."""
    form = make_form(exam_id=exam.id, by=officer, at=at)
    for version in versions:
        add_item(exam_id=exam.id, number=form.number, version_id=version.id, by=officer, at=at)
    freeze_form(exam_id=exam.id, number=form.number, by=officer, at=at)
    open_exam(exam_id=exam.id, by=officer, at=at)
