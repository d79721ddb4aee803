"""The end of a cycle: nothing new begins, what runs goes on to its end, then the cycle is closed."""

from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import database_now, session
from lms_carbon.core.hooks import OpenWork
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.errors import CycleNotOpenError
from lms_carbon.cycles.models import Cycle, CycleState
from lms_carbon.cycles.queries import is_due, list_open_work
from lms_carbon.people.services.audit import record_act


def hold_open(cycle_id: int) -> None:
    """Raise `CycleNotOpenError` unless something new may begin in the cycle, by the database's clock.

    The row is shared until the transaction ends: who ends the cycle meanwhile waits, and then sees what has begun.
    """
    query = (
        sa.select(Cycle.id)
        .where(
            Cycle.id == cycle_id,
            Cycle.state == CycleState.OPEN,
            sa.or_(Cycle.closes_at.is_(None), Cycle.closes_at > database_now()),
        )
        .with_for_update(read=True)
    )
    if session.scalar(query) is None:
        raise CycleNotOpenError


def end_cycle(*, cycle: Cycle, by: Actor | None, at: datetime) -> list[OpenWork]:
    """End an open cycle and return what it still waits for: nothing where it is closed at once.

    Raises `CycleNotOpenError`, also for the second of two who end it at the same moment.
    """
    ended = sa.case((Cycle.closes_at < at, Cycle.closes_at), else_=sa.literal(at, Cycle.closes_at.type))
    if not _take_step(cycle, CycleState.OPEN, {"state": CycleState.CLOSING, "closes_at": ended}):
        raise CycleNotOpenError
    _record("cycle.end", cycle, by, at)
    return finish_closing(cycle=cycle, by=by, at=at)


def finish_closing(*, cycle: Cycle, by: Actor | None, at: datetime) -> list[OpenWork]:
    """Close a cycle that is closing once nothing runs in it; return what still does. Twice changes nothing."""
    running = [work for work in list_open_work(cycle.id) if work.running]
    if not running and _take_step(cycle, CycleState.CLOSING, {"state": CycleState.CLOSED}):
        _record("cycle.close", cycle, by, at)
    return running


def close_if_due(*, cycle_id: int, at: datetime) -> CycleState:
    """End a cycle whose time has come, or close one that waited; return how far it is. What the scheduler does.

    Raises `sqlalchemy.exc.NoResultFound` for a cycle that is not there.
    """
    cycle = session.scalars(sa.select(Cycle).where(Cycle.id == cycle_id).with_for_update()).one()
    if cycle.state is CycleState.OPEN and is_due(cycle.id):
        end_cycle(cycle=cycle, by=None, at=at)
    elif cycle.state is CycleState.CLOSING:
        finish_closing(cycle=cycle, by=None, at=at)
    return cycle.state


def _take_step(cycle: Cycle, source: CycleState, values: dict[str, object]) -> bool:
    changed = session.scalar(
        sa.update(Cycle)
        .where(Cycle.id == cycle.id, Cycle.state == source)
        .values(**values)
        .returning(Cycle.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(cycle)
    return changed is not None


def _record(action: str, cycle: Cycle, by: Actor | None, at: datetime) -> None:
    record_act(
        by=by,
        institution_id=cycle.institution_id,
        action=action,
        object_type="cycle",
        object_id=cycle.id,
        at=at,
    )
