"""What comes of finished marks: a dispute for a third person, or one batch in the ledger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role
from lms_carbon.cycles.rules import MarkRow
from lms_carbon.cycles.services.ledger import book_marks
from lms_carbon.marking.models import Work, WorkState
from lms_carbon.marking.queries import blind_points, plan_parts
from lms_carbon.marking.rules.settling import (
    BLIND_PARTS,
    WORK_STEPS,
    criterion_rows,
    disputed_criteria,
    settled_points,
)
from lms_carbon.people.models.persons import RoleGrant
from lms_carbon.people.services.audit import record_act
from lms_carbon.people.services.messages import tell

WAITS: Final = mark("Two marks of {code} differ beyond tolerance. A third person decides.")


def compare_marks(*, work: Work, by: Actor, at: datetime) -> None:
    """Settle a work whose two marks agree, leave it to a third person where they do not; one mark alone waits."""
    if len(_points_of(work)) < len(BLIND_PARTS):
        return
    if disputed_of(work):
        _step(work, "dispute", by, at)
        _tell_moderators(work, at)
    else:
        settle_work(work=work, decided={}, by=by, at=at)


def disputed_of(work: Work) -> list[int]:
    """Return the criteria on which a work's two finished marks differ beyond the plan's tolerance."""
    points = _points_of(work)
    first, second = (points[part] for part in BLIND_PARTS)
    plan = work.plan
    return disputed_criteria(plan_parts(plan), first, second, tolerance=plan.tolerance, least=plan.least)


def settle_work(*, work: Work, decided: Mapping[int, int], by: Actor, at: datetime) -> None:
    """Book the whole work, once: what was scored before, and what the rubric gives after both marks and a decision."""
    points = _points_of(work)
    first, second = (points[part] for part in BLIND_PARTS)
    settled = settled_points(first, second, decided)
    _step(work, "settle", by, at)
    book_marks(
        institution_id=work.institution_id,
        instrument_id=work.instrument_id,
        candidacy_id=work.candidacy_id,
        source=work.source,
        attempt=work.attempt,
        rows=[*(MarkRow(**row) for row in work.scored), *criterion_rows(plan_parts(work.plan), settled)],
        by=by,
        at=at,
    )


def _points_of(work: Work) -> dict[int, dict[int, int]]:
    return {
        part: {criterion_id: given.points for criterion_id, given in marks.items() if given.points is not None}
        for part, marks in blind_points(work.id).items()
    }


def _step(work: Work, step: str, by: Actor, at: datetime) -> None:
    sources, target = WORK_STEPS[step]
    if work.state not in sources:
        raise RuntimeError(f"work {work.id} is {work.state} and cannot {step}")
    work.state = WorkState(target)
    if work.state is WorkState.SETTLED:
        work.settled_at = at
    session.flush()
    record_act(
        by=by,
        institution_id=work.institution_id,
        action=f"work.{step}",
        object_type="work",
        object_id=work.id,
        detail={"instrument": work.instrument_id},
        at=at,
    )


def _tell_moderators(work: Work, at: datetime) -> None:
    moderators = session.scalars(
        sa.select(RoleGrant.person_id)
        .where(
            RoleGrant.institution_id == work.institution_id,
            RoleGrant.role == Role.MODERATOR,
            RoleGrant.ended_at.is_(None),
            sa.or_(RoleGrant.scope_id.is_(None), RoleGrant.scope_id == work.instrument_id),
        )
        .distinct()
    )
    for person_id in moderators.all():
        tell(
            person_id=person_id,
            institution_id=work.institution_id,
            sentence=WAITS,
            params={"code": work.code},
            path="/marking",
            at=at,
        )
