"""Taking works from the queue and giving them back. Unique pairs decide between two who take at once."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from lms_carbon.core.db import insert_into, session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.marking.errors import MarkFinishedError, NothingToTakeError
from lms_carbon.marking.models import Assignment, OriginalMark, Work
from lms_carbon.marking.policy import load_assignment, load_watched_instrument
from lms_carbon.marking.queries import disputed_works, waiting_works
from lms_carbon.marking.rules.settling import BLIND_PARTS, DECIDING_PART
from lms_carbon.people.services.audit import record_act

_TRIES: Final = 20
ALL_PARTS: Final = (*BLIND_PARTS, DECIDING_PART)


def lock_work(work_id: int) -> Work:
    """Return a work that nobody else changes until this transaction ends: saves, finishes and returns queue here.

    So of two who finish at once the second sees that the first has finished, and compares. Raises `NotFoundError`.
    """
    work = session.scalar(
        sa.select(Work).where(Work.id == work_id).with_for_update().execution_options(populate_existing=True)
    )
    if work is None:
        raise NotFoundError
    return work


def take_work(*, instrument_id: int, by: Actor, at: datetime, third: bool = False) -> Assignment:
    """Take the next work of an instrument to mark; `third` takes a disputed one to decide.

    Works that one has marked come first, then the oldest. Raises `NothingToTakeError` where none is left.
    """
    offered = disputed_works(by) if third else waiting_works(by)
    query = (
        offered.where(Work.instrument_id == instrument_id).with_only_columns(Work.id).order_by(_taken().desc(), Work.id)
    )
    for _ in range(_TRIES):
        work_id = session.scalar(query.limit(1))
        if work_id is None:
            break
        assignment = _take(work_id, (DECIDING_PART,) if third else BLIND_PARTS, by, at)
        if assignment is not None:
            return assignment
    raise NothingToTakeError


def give_back(*, work_id: int, conflict: bool, by: Actor, at: datetime) -> None:
    """Give a work back before it is finished; what was marked in it so far is dropped.

    After `conflict` it is never offered to the actor again. Raises `NotFoundError`, `MarkFinishedError`.
    """
    lock_work(work_id)
    assignment = load_assignment(by, work_id, parts=ALL_PARTS)
    _free(assignment, keep_away=conflict, by=by, at=at)


def recall_work(*, instrument_id: int, assignment_id: int, by: Actor, at: datetime) -> None:
    """Put a work back into the queue that somebody has had for too long; officers and moderators may.

    Raises `NotFoundError`, `MarkFinishedError`.
    """
    load_watched_instrument(by, instrument_id)
    query = (
        sa.select(Assignment)
        .join(Assignment.work)
        .where(Assignment.id == assignment_id, Assignment.part.is_not(None), Work.instrument_id == instrument_id)
        .execution_options(populate_existing=True)
    )
    found = session.scalar(query)
    if found is None:
        raise NotFoundError
    lock_work(found.work_id)
    assignment = session.scalar(query)
    if assignment is None:
        raise NotFoundError
    _free(assignment, keep_away=False, by=by, at=at)


def _taken() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .where(Assignment.work_id == Work.id, Assignment.part.in_(BLIND_PARTS))
        .correlate(Work)
        .scalar_subquery()
    )


def _take(work_id: int, parts: Collection[int], by: Actor, at: datetime) -> Assignment | None:
    """Take the first free part; None where others were quicker."""
    held = session.scalars(
        sa.select(Assignment.part).where(Assignment.work_id == work_id, Assignment.part.is_not(None))
    ).all()
    for part in parts:
        if part in held:
            continue
        statement = (
            insert_into(Assignment)
            .values(institution_id=by.institution_id, work_id=work_id, person_id=by.person_id, part=part, taken_at=at)
            .on_conflict_do_nothing()
            .returning(Assignment.id)
        )
        made = session.scalar(statement)
        if made is not None:
            assignment = session.get_one(Assignment, made)
            _record("assignment.take", assignment, by, at)
            return assignment
    return None


def _free(assignment: Assignment, *, keep_away: bool, by: Actor, at: datetime) -> None:
    if assignment.finished_at is not None:
        raise MarkFinishedError
    _record("assignment.give_back", assignment, by, at, conflict=keep_away)
    session.execute(
        sa.delete(OriginalMark)
        .where(OriginalMark.assignment_id == assignment.id)
        .execution_options(synchronize_session=False)
    )
    session.expire(assignment, ["marks"])
    if keep_away:
        assignment.part = None
    else:
        session.delete(assignment)
    session.flush()


def _record(action: str, assignment: Assignment, by: Actor, at: datetime, **detail: object) -> None:
    record_act(
        by=by,
        institution_id=assignment.institution_id,
        action=action,
        object_type="assignment",
        object_id=assignment.id,
        detail={"work": assignment.work_id, "part": assignment.part, "person": assignment.person_id, **detail},
        at=at,
    )
