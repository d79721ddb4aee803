"""Saying that two questions never stand in one form: one gives the other away, or asks the same."""

from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import insert_into, session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.people.services.audit import record_act
from lms_carbon.question_bank.errors import OwnEnemyError, UnknownQuestionCodeError
from lms_carbon.question_bank.models import Question, QuestionEnemy
from lms_carbon.question_bank.policy import check_author, questions_of
from lms_carbon.question_bank.queries.questions import get_question


def add_enemy(*, by: Actor, question_id: int, code: str, at: datetime) -> None:
    """Part a question from the one of this code; what is so already stays.

    Raises `UnknownQuestionCodeError`, `OwnEnemyError`, `NotFoundError`.
    """
    check_author(by)
    question = get_question(by=by, question_id=question_id)
    other = session.scalar(questions_of(by).where(Question.code == code.strip()[:64]))
    if other is None:
        raise UnknownQuestionCodeError({"code": UnknownQuestionCodeError.sentence})
    if other.id == question.id:
        raise OwnEnemyError({"code": OwnEnemyError.sentence})
    key = _key(question.id, other.id)
    made = session.execute(
        insert_into(QuestionEnemy)
        .values(**key, institution_id=by.institution_id, made_at=at, made_by=by.person_id)
        .on_conflict_do_nothing(index_elements=list(key))
        .returning(QuestionEnemy.question_id)
    )
    if made.first() is not None:
        _note(by, "part", question, other.code, at)


def drop_enemy(*, by: Actor, question_id: int, other_id: int, at: datetime) -> None:
    """Let two questions stand in one form again; raises `NotFoundError`."""
    check_author(by)
    question = get_question(by=by, question_id=question_id)
    other = get_question(by=by, question_id=other_id)
    key = _key(question.id, other.id)
    pair = session.get(QuestionEnemy, (key["question_id"], key["other_id"]))
    if pair is None:
        raise NotFoundError
    session.execute(sa.delete(QuestionEnemy).filter_by(**key))
    _note(by, "unpart", question, other.code, at)


def _key(one: int, other: int) -> dict[str, int]:
    return {"question_id": min(one, other), "other_id": max(one, other)}


def _note(by: Actor, act: str, question: Question, other: str, at: datetime) -> None:
    record_act(
        by=by,
        institution_id=by.institution_id,
        action=f"question.{act}",
        object_type="question",
        object_id=question.id,
        detail={"code": question.code, "other": other},
        at=at,
    )
