"""Who may do what in marking. Objects are loaded through these rights; what is not one's own looks like nothing."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload, selectinload

from lms_carbon.core.db import session
from lms_carbon.core.errors import ForbiddenError, NotFoundError
from lms_carbon.core.identity import Actor, Role
from lms_carbon.cycles.models import Candidacy, Instrument, Track
from lms_carbon.marking.models import Assignment, Criterion, CriterionTag, MarkingPlan, Rubric, Work
from lms_carbon.marking.rules.settling import BLIND_PARTS, DECIDING_PART

MARKERS = (Role.ASSESSOR, Role.MODERATOR)
READERS = (Role.AUTHOR, Role.REVIEWER, Role.ASSESSOR, Role.MODERATOR, Role.OFFICER)
"""Who may read rubrics: they are no secret to those who prepare and judge, only to candidates."""


def is_marker(by: Actor, instrument_id: int, roles: Collection[Role] = MARKERS) -> bool:
    """Tell whether one of the roles is held for this instrument."""
    return any(by.has(role, instrument_id) for role in roles)


def held_for(
    by: Actor, role: Role, instrument_id: InstrumentedAttribute[int] = Work.instrument_id
) -> sa.ColumnElement[bool]:
    """Return the condition that the actor holds the role for the instrument in this column."""
    scopes = [held.scope_id for held in by.held if held.role is role]
    return sa.true() if None in scopes else instrument_id.in_(scopes)


def may_see_work(by: Actor, source: str) -> bool:
    """Tell whether the actor has this work to mark or to decide, or had it: then they may open what belongs to it.

    `source` as in `Work.source`; never one's own work, nobody after their role has ended.
    """
    found = session.scalar(
        sa.select(Work.instrument_id)
        .join(Work.assignments)
        .join(Work.candidacy)
        .where(
            Work.source == source,
            Work.institution_id == by.institution_id,
            Assignment.person_id == by.person_id,
            Assignment.part.is_not(None),
            Candidacy.person_id != by.person_id,
        )
    )
    return found is not None and is_marker(by, found)


def load_assignment(by: Actor, work_id: int, *, parts: Collection[int] = BLIND_PARTS) -> Assignment:
    """Return one's own part of a work with its marks and the frozen rubric, in a fixed number of queries.

    Raises `NotFoundError` for works one does not have, one's own, and after the role has ended.
    """
    found = session.scalar(
        sa.select(Assignment)
        .join(Assignment.work)
        .join(Work.candidacy)
        .where(
            Assignment.work_id == work_id,
            Assignment.person_id == by.person_id,
            Assignment.institution_id == by.institution_id,
            Assignment.part.in_(parts),
            Candidacy.person_id != by.person_id,
        )
        .options(
            selectinload(Assignment.marks),
            contains_eager(Assignment.work).options(
                joinedload(Work.plan).options(
                    joinedload(MarkingPlan.instrument).joinedload(Instrument.track).joinedload(Track.cycle),
                    joinedload(MarkingPlan.rubric).selectinload(Rubric.criteria),
                    selectinload(MarkingPlan.shares),
                )
            ),
        )
        .execution_options(populate_existing=True)
    )
    if found is None or not is_marker(by, found.work.instrument_id, _roles_of_part(found.part)):
        raise NotFoundError
    return found


def _roles_of_part(part: int | None) -> tuple[Role, ...]:
    return MARKERS if part == DECIDING_PART else (Role.ASSESSOR,)


def load_watched_instrument(by: Actor, instrument_id: int) -> Instrument:
    """Return an instrument whose marking the actor may watch: officers, and its moderators.

    Raises `ForbiddenError`, and `NotFoundError` for other institutions' and other moderators' instruments.
    """
    if not by.has_any((Role.OFFICER, Role.MODERATOR)):
        raise ForbiddenError
    found = session.scalar(
        sa.select(Instrument)
        .where(Instrument.id == instrument_id, Instrument.institution_id == by.institution_id)
        .options(joinedload(Instrument.track).options(joinedload(Track.cycle), joinedload(Track.position)))
    )
    if found is None or not (by.has(Role.OFFICER) or by.has(Role.MODERATOR, instrument_id)):
        raise NotFoundError
    return found


def load_rubric(by: Actor, rubric_id: int) -> Rubric:
    """Return a rubric of the reader's institution with criteria, tags and statements; raises `NotFoundError`."""
    if not by.has_any(READERS):
        raise ForbiddenError
    found = session.scalar(
        sa.select(Rubric)
        .where(Rubric.id == rubric_id, Rubric.institution_id == by.institution_id)
        .options(
            selectinload(Rubric.criteria).selectinload(Criterion.tags).joinedload(CriterionTag.statement),
        )
    )
    if found is None:
        raise NotFoundError
    return found
