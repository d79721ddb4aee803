"""Who may do what with results. Objects are loaded through these rights; what is not one's own looks like nothing."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor, Role
from lms_carbon.cycles.models import Candidacy, CandidacyState, Cycle, Track
from lms_carbon.results.models import Regrade


def load_candidacy_of_reader(by: Actor, candidacy_id: int) -> Candidacy:
    """Return a candidacy with track, cycle, position and person: one's own, or for an officer any of the institution.

    Raises `NotFoundError` for everybody else's and for those that do not count.
    """
    candidacy = session.scalar(
        sa.select(Candidacy)
        .where(
            Candidacy.id == candidacy_id,
            Candidacy.institution_id == by.institution_id,
            Candidacy.state == CandidacyState.ENTERED,
        )
        .options(
            joinedload(Candidacy.track).joinedload(Track.cycle),
            joinedload(Candidacy.track).joinedload(Track.position),
            joinedload(Candidacy.person),
        )
    )
    if candidacy is None or (candidacy.person_id != by.person_id and not by.has(Role.OFFICER)):
        raise NotFoundError
    return candidacy


def load_cycle(by: Actor, cycle_id: int) -> Cycle:
    """Return a cycle of the actor's institution; raises `NotFoundError`."""
    cycle = session.scalar(sa.select(Cycle).where(Cycle.id == cycle_id, Cycle.institution_id == by.institution_id))
    if cycle is None:
        raise NotFoundError
    return cycle


def load_regrade(by: Actor, regrade_id: int) -> Regrade:
    """Return a regrade of the officer's institution; raises `NotFoundError`."""
    found = session.scalar(
        sa.select(Regrade).where(Regrade.id == regrade_id, Regrade.institution_id == by.institution_id)
    )
    if found is None:
        raise NotFoundError
    return found
