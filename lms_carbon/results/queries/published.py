"""Reading what was published, and what is withheld: nothing here looks at marks (DESIGN §3, the two gates)."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lms_carbon.core.db import session
from lms_carbon.cycles.models import Candidacy, CandidacyState, Cycle, CycleState, Track
from lms_carbon.results.models import Hold, Publication, Result

_CANDIDACY = (
    joinedload(Candidacy.track).joinedload(Track.cycle),
    joinedload(Candidacy.track).joinedload(Track.position),
    joinedload(Candidacy.person),
)


def newest_result(candidacy_id: int) -> Result | None:
    """Return the result in force; None before publication and for the withheld."""
    return session.scalar(
        sa.select(Result).where(Result.candidacy_id == candidacy_id).order_by(Result.revision.desc()).limit(1)
    )


def list_revisions(candidacy_id: int) -> Sequence[Result]:
    """Return a candidacy's results, the newest first, each with the publication that brought it and its regrade."""
    query = (
        sa.select(Result)
        .where(Result.candidacy_id == candidacy_id)
        .options(joinedload(Result.publication).joinedload(Publication.regrade))
        .order_by(Result.revision.desc())
    )
    return session.scalars(query).all()


def hold_of(candidacy_id: int) -> Hold | None:
    """Return the hold in force on a candidacy."""
    query = sa.select(Hold).where(Hold.candidacy_id == candidacy_id, Hold.lifted_at.is_(None))
    return session.scalar(query.order_by(Hold.id.desc()).limit(1))


def is_published(cycle_id: int) -> bool:
    """Tell whether the results of a cycle are out."""
    return session.scalar(sa.select(Cycle.state).where(Cycle.id == cycle_id)) is CycleState.PUBLISHED


def list_own_candidacies(
    person_id: int, institution_id: int, *, cycle_ids: Collection[int] | None = None
) -> Sequence[Candidacy]:
    """Return a person's candidacies that count, in planned cycles too, the newest cycle first."""
    query = (
        sa.select(Candidacy)
        .join(Candidacy.track)
        .where(
            Candidacy.person_id == person_id,
            Candidacy.institution_id == institution_id,
            Candidacy.state == CandidacyState.ENTERED,
        )
        .options(*_CANDIDACY)
        .order_by(Track.cycle_id.desc(), Candidacy.id)
    )
    if cycle_ids is not None:
        query = query.where(Track.cycle_id.in_(cycle_ids))
    return session.scalars(query).all()


def list_cycles(institution_id: int) -> Sequence[Cycle]:
    """Return an institution's cycles, newest first."""
    return session.scalars(
        sa.select(Cycle).where(Cycle.institution_id == institution_id).order_by(Cycle.id.desc())
    ).all()


def find_cycle_by_code(code: str, institution_id: int) -> Cycle | None:
    """Return an institution's cycle by the code that links name it by."""
    return session.scalar(sa.select(Cycle).where(Cycle.code == code, Cycle.institution_id == institution_id))
