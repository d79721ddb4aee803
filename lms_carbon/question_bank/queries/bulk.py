"""Acts on many questions: those done, and the questions that one would take."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.question_bank.models import BulkAct, BulkChange
from lms_carbon.question_bank.policy import check_reader
from lms_carbon.question_bank.rules.bulk import DONE

HISTORY = 50


def get_bulk_act(*, by: Actor, act_id: int, lock: bool = False) -> BulkAct:
    """Return an act of one's institution with what became of each question; raises `NotFoundError`."""
    check_reader(by)
    query = (
        sa.select(BulkAct)
        .where(BulkAct.id == act_id, BulkAct.institution_id == by.institution_id)
        .options(
            selectinload(BulkAct.person),
            selectinload(BulkAct.statement),
            selectinload(BulkAct.changes).joinedload(BulkChange.question),
        )
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    act = session.scalar(query)
    if act is None:
        raise NotFoundError
    return act


def list_bulk_acts(*, by: Actor) -> Sequence[tuple[BulkAct, int]]:
    """Return the newest acts, each with the number of questions that it changed."""
    check_reader(by)
    changed = (
        sa.select(sa.func.count())
        .where(BulkChange.act_id == BulkAct.id, BulkChange.outcome.in_(DONE))
        .correlate(BulkAct)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(BulkAct, changed)
        .where(BulkAct.institution_id == by.institution_id)
        .options(joinedload(BulkAct.person), joinedload(BulkAct.statement))
        .order_by(BulkAct.id.desc())
        .limit(HISTORY)
    )
    return [(act, count) for act, count in rows]
