"""Questions that never stand in one form."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.question_bank.models import Question, QuestionEnemy
from lms_carbon.question_bank.policy import questions_of


def list_enemies(*, by: Actor, question_id: int) -> Sequence[Question]:
    """Return the questions that must not stand beside this one, by code."""
    ids = enemy_ids(question_ids=[question_id])
    return session.scalars(questions_of(by).where(Question.id.in_(ids)).order_by(Question.code)).all()


def enemy_ids(*, question_ids: Collection[int]) -> set[int]:
    """Return the ids of all enemies of these questions. The caller has checked the right to build forms."""
    if not question_ids:
        return set()
    rows = session.execute(
        _pairs(sa.or_(QuestionEnemy.question_id.in_(question_ids), QuestionEnemy.other_id.in_(question_ids)))
    )
    return {enemy for one, other in rows for enemy, of in ((one, other), (other, one)) if of in question_ids}


def enemy_pairs(*, question_ids: Collection[int]) -> list[tuple[int, int]]:
    """Return the pairs of enemies among these questions, by id; the caller has checked the right."""
    if not question_ids:
        return []
    both = sa.and_(QuestionEnemy.question_id.in_(question_ids), QuestionEnemy.other_id.in_(question_ids))
    rows = session.execute(_pairs(both).order_by(QuestionEnemy.question_id, QuestionEnemy.other_id))
    return [(one, other) for one, other in rows]


def _pairs(condition: sa.ColumnElement[bool]) -> sa.Select[int, int]:
    return sa.select(QuestionEnemy.question_id, QuestionEnemy.other_id).where(condition)
