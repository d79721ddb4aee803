"""Reading publications, and what holds of a whole cycle: results and holds by candidacy."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import defer, selectinload

from lms_carbon.core.db import session
from lms_carbon.cycles.models import Candidacy, Track
from lms_carbon.results.models import Hold, Publication, PublicationState, Result, Signature


def newest_results(cycle_id: int, candidacy_ids: Collection[int] | None = None) -> dict[int, Result]:
    """Return candidacy id → the result that holds now, without its snapshot, of a whole cycle or of some in it."""
    query = (
        sa.select(Result)
        .join(Candidacy, Candidacy.id == Result.candidacy_id)
        .join(Track, Track.id == Candidacy.track_id)
        .where(Track.cycle_id == cycle_id)
        .options(defer(Result.snapshot))
        .order_by(Result.revision)
    )
    if candidacy_ids is not None:
        query = query.where(Result.candidacy_id.in_(candidacy_ids))
    return {result.candidacy_id: result for result in session.scalars(query)}


def list_holds(cycle_id: int) -> dict[int, Hold]:
    """Return candidacy id → the hold in force, of a whole cycle."""
    query = (
        sa.select(Hold)
        .join(Candidacy, Candidacy.id == Hold.candidacy_id)
        .join(Track, Track.id == Candidacy.track_id)
        .where(Track.cycle_id == cycle_id, Hold.lifted_at.is_(None))
        .order_by(Hold.candidacy_id)
    )
    return {hold.candidacy_id: hold for hold in session.scalars(query)}


def list_publications(cycle_id: int) -> Sequence[Publication]:
    """Return the publications of a cycle with their signatures and signers, the newest first."""
    query = (
        sa.select(Publication)
        .where(Publication.cycle_id == cycle_id)
        .options(selectinload(Publication.signatures).joinedload(Signature.person))
        .order_by(Publication.revision.desc())
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def pending_publication(cycle_id: int) -> Publication | None:
    """Return the publication of a cycle that waits for signatures."""
    return next((each for each in list_publications(cycle_id) if each.state is PublicationState.PROPOSED), None)
