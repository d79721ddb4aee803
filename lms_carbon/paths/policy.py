"""Who may do what on paths. Objects are loaded through these rights; what is not one's own looks like nothing."""

from typing import Final

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor, Role
from lms_carbon.cycles.models import Candidacy, CandidacyState
from lms_carbon.framework.models import Requirement
from lms_carbon.paths.errors import NotConfirmerError, OwnConfirmationError
from lms_carbon.paths.models import Activity, ActivityTag, Path, PathStep
from lms_carbon.results.policy import load_candidacy_of_reader

CONFIRMERS: Final = (Role.MENTOR, Role.OFFICER)
"""Who may say that an activity was done: until there are groups, everybody of the institution with such a role."""


def load_candidacy(by: Actor, candidacy_id: int) -> Candidacy:
    """Return a candidacy whose path the actor may read: their own, for an officer any; raises `NotFoundError`."""
    return load_candidacy_of_reader(by, candidacy_id)


def load_own_candidacy(by: Actor, candidacy_id: int) -> Candidacy:
    """Return one's own candidacy, to do something on its path; raises `NotFoundError`."""
    candidacy = session.scalar(
        sa.select(Candidacy).where(
            Candidacy.id == candidacy_id,
            Candidacy.institution_id == by.institution_id,
            Candidacy.person_id == by.person_id,
            Candidacy.state == CandidacyState.ENTERED,
        )
    )
    if candidacy is None:
        raise NotFoundError
    return candidacy


def load_activity(candidacy: Candidacy, activity_id: int) -> Activity:
    """Return an activity that helps with a requirement of the candidacy's position, or that was begun.

    Raises `NotFoundError` for those of other institutions and positions, and for retired ones nobody begun.
    """
    helps = sa.exists().where(
        ActivityTag.activity_id == Activity.id,
        Requirement.statement_id == ActivityTag.statement_id,
        Requirement.position_id == candidacy.track.position_id,
    )
    begun = sa.exists().where(
        PathStep.activity_id == Activity.id, Path.id == PathStep.path_id, Path.candidacy_id == candidacy.id
    )
    activity = session.scalar(
        sa.select(Activity).where(
            Activity.id == activity_id,
            Activity.institution_id == candidacy.institution_id,
            helps & Activity.retired_at.is_(None) | begun,
        )
    )
    if activity is None:
        raise NotFoundError
    return activity


def check_confirmer(by: Actor) -> None:
    """Raise `NotConfirmerError` for all but mentors and officers."""
    if not by.has_any(CONFIRMERS):
        raise NotConfirmerError


def load_step_to_confirm(by: Actor, path_id: int, activity_id: int) -> PathStep:
    """Return a step of somebody else's path in the actor's institution.

    Raises `NotConfirmerError`, `NotFoundError`, and `OwnConfirmationError` for one's own.
    """
    check_confirmer(by)
    step = session.scalar(
        sa.select(PathStep)
        .join(PathStep.path)
        .where(
            PathStep.path_id == path_id,
            PathStep.activity_id == activity_id,
            PathStep.institution_id == by.institution_id,
        )
    )
    if step is None:
        raise NotFoundError
    if step.path.person_id == by.person_id:
        raise OwnConfirmationError
    return step
