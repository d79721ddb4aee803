"""Reading publications, and what holds of a whole cycle: results and holds by candidacy."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import defer, selectinload

from lms_carbon.core.db import session
from lms_carbon.cycles.models import Candidacy, Mark, Track
from lms_carbon.people.models.persons import Person
from lms_carbon.results.models import (
    Aggregation,
    CandidacyScore,
    Hold,
    Publication,
    PublicationState,
    RegradeMark,
    Result,
    Signature,
)


def newest_results(
    cycle_id: int, candidacy_ids: Collection[int] | None = None, *, before_regrade: int | None = None
) -> dict[int, Result]:
    """Return candidacy id → the result that holds now, without its snapshot, of a whole cycle or of some in it.

    With `before_regrade` the result that held before that regrade was published.
    """
    query = (
        sa.select(Result)
        .join(Publication, Publication.id == Result.publication_id)
        .where(Publication.cycle_id == cycle_id)
        .options(defer(Result.snapshot))
        .order_by(Result.revision)
    )
    if candidacy_ids is not None:
        query = query.where(Result.candidacy_id.in_(candidacy_ids))
    if before_regrade is not None:
        own = sa.select(Publication.revision).where(
            Publication.regrade_id == before_regrade, Publication.state == PublicationState.PUBLISHED
        )
        query = query.where(Publication.revision < sa.func.coalesce(own.scalar_subquery(), 2**31))
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


def names_of(candidacy_ids: Collection[int]) -> dict[int, str]:
    """Return candidacy → name."""
    query = (
        sa.select(Candidacy.id, Person.name)
        .join(Person, Person.id == Candidacy.person_id)
        .where(Candidacy.id.in_(candidacy_ids))
    )
    return {row.id: row.name for row in session.execute(query)}


def pending_publication(cycle_id: int) -> Publication | None:
    """Return the publication of a cycle that waits for signatures."""
    return next((each for each in list_publications(cycle_id) if each.state is PublicationState.PROPOSED), None)


def last_revisions(candidacy_ids: Collection[int]) -> dict[int, int]:
    """Return candidacy → number of its newest result; those without one are absent."""
    query = (
        sa.select(Result.candidacy_id, sa.func.max(Result.revision))
        .where(Result.candidacy_id.in_(candidacy_ids))
        .group_by(Result.candidacy_id)
    )
    return {candidacy_id: revision for candidacy_id, revision in session.execute(query) if revision is not None}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a publication would be, as things stand; its digest is what the signers sign."""

    aggregation: Aggregation
    regrade_id: int | None
    held: tuple[int, ...]
    """Candidacies that are withheld."""
    due: tuple[int, ...]
    """Candidacies whose result would be issued or revised."""

    @property
    def digest(self) -> str:
        """Return the SHA-256 over scores, who is withheld, and whose results are issued."""
        signed = [self.aggregation.digest, self.regrade_id, self.held, self.due]
        return hashlib.sha256(json.dumps(signed).encode()).hexdigest()


def read_draft(aggregation: Aggregation, regrade_id: int | None = None) -> Draft:
    """Return what publishing an aggregation would do: issue what is not out yet, or revise what a regrade changes.

    The withheld are left out. Without a regrade, also those are due whose score is another than the published one.
    """
    held = tuple(sorted(list_holds(aggregation.cycle_id)))
    if regrade_id is None:
        due = _unpublished(aggregation)
    else:
        query = (
            sa.select(Mark.candidacy_id)
            .join(RegradeMark, RegradeMark.mark_id == Mark.id)
            .where(RegradeMark.regrade_id == regrade_id)
        )
        due = list(session.scalars(query.distinct()))
    left = tuple(sorted(set(due) - set(held)))
    return Draft(aggregation=aggregation, regrade_id=regrade_id, held=held, due=left)


def _unpublished(aggregation: Aggregation) -> list[int]:
    out = {
        each.candidacy_id: (each.outcome, each.level, each.total)
        for each in newest_results(aggregation.cycle_id).values()
    }
    query = sa.select(
        CandidacyScore.candidacy_id, CandidacyScore.outcome, CandidacyScore.level, CandidacyScore.total
    ).where(CandidacyScore.aggregation_id == aggregation.id)
    return [candidacy_id for candidacy_id, *score in session.execute(query) if out.get(candidacy_id) != tuple(score)]
