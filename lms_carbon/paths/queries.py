"""Reading paths and activities, in a fixed number of queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lms_carbon.core.db import session
from lms_carbon.cycles.models import Candidacy, Track
from lms_carbon.framework.models import Requirement
from lms_carbon.framework.queries import list_requirements
from lms_carbon.paths.models import Activity, ActivityTag, Path, PathStep
from lms_carbon.paths.rules import Need, Offer, Plan, StepState, list_needs, plan_path, stage_of
from lms_carbon.results.models import Result
from lms_carbon.results.queries.published import newest_result


@dataclass(frozen=True, kw_only=True)
class OwnPath:
    """A candidacy's path as its page shows it."""

    candidacy: Candidacy
    result: Result | None
    """The published result that it is made from; without one it names activities and nothing of scores."""
    needs: Sequence[Need]
    plan: Plan
    activities: Mapping[int, Activity]
    steps: Mapping[int, PathStep]
    """By activity; absent while it was not touched."""


def read_path(candidacy: Candidacy) -> OwnPath:
    """Return a path. Before publication it is the same with and without marks, and with and without steps."""
    result = newest_result(candidacy.id)
    needs = list_needs(result.snapshot) if result is not None else _needs_unknown(candidacy)
    steps = steps_of(candidacy.id) if result is not None else {}
    activities, offers = _offers(candidacy, steps)
    plan = plan_path(
        offers,
        needs,
        {key: step.state for key, step in steps.items()},
        stage=stage_of(candidacy.track.band),
    )
    return OwnPath(candidacy=candidacy, result=result, needs=needs, plan=plan, activities=activities, steps=steps)


def steps_of(candidacy_id: int) -> dict[int, PathStep]:
    """Return activity id → how far the candidate is, of those touched."""
    query = (
        sa.select(PathStep)
        .join(PathStep.path)
        .where(Path.candidacy_id == candidacy_id)
        .options(joinedload(PathStep.confirmer))
    )
    return {step.activity_id: step for step in session.scalars(query)}


def list_waiting(institution_id: int) -> Sequence[PathStep]:
    """Return what waits for a mentor or officer, the longest first, with activity, person and candidacy."""
    whose = joinedload(PathStep.path).joinedload(Path.candidacy)
    query = (
        sa.select(PathStep)
        .where(PathStep.institution_id == institution_id, PathStep.state == StepState.WAITING)
        .options(
            joinedload(PathStep.activity),
            whose.joinedload(Candidacy.person),
            whose.joinedload(Candidacy.track).joinedload(Track.position),
        )
        .order_by(PathStep.done_at, PathStep.path_id, PathStep.activity_id)
    )
    return session.scalars(query).all()


def _needs_unknown(candidacy: Candidacy) -> list[Need]:
    return [
        Need(
            requirement_id=row.id,
            code=row.code,
            dimension=row.dimension,
            text=row.statement.text,
            score=None,
            goal=None,
        )
        for row in list_requirements(position_id=candidacy.track.position_id)
    ]


def _offers(candidacy: Candidacy, begun: Collection[int]) -> tuple[dict[int, Activity], list[Offer]]:
    """Return the activities that help with the position, and with which of its requirements; two queries."""
    query = (
        sa.select(ActivityTag.activity_id, Requirement.id)
        .join(Activity, Activity.id == ActivityTag.activity_id)
        .join(Requirement, Requirement.statement_id == ActivityTag.statement_id)
        .where(
            Activity.institution_id == candidacy.institution_id,
            Requirement.position_id == candidacy.track.position_id,
            Activity.retired_at.is_(None) | Activity.id.in_(begun),
        )
        .order_by(ActivityTag.activity_id, Requirement.id)
    )
    helped: dict[int, list[int]] = {}
    for activity_id, requirement_id in session.execute(query):
        helped.setdefault(activity_id, []).append(requirement_id)
    found = session.scalars(sa.select(Activity).where(Activity.id.in_(helped)).order_by(Activity.id))
    activities = {activity.id: activity for activity in found}
    return activities, [_offer(activity, helped[key]) for key, activity in activities.items()]


def _offer(activity: Any, requirement_ids: list[int]) -> Offer:
    return Offer(
        activity_id=activity.id,
        stage=activity.stage,
        mode=activity.mode,
        hours=activity.hours,
        requirement_ids=tuple(requirement_ids),
    )
