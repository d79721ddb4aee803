"""Reading regrades: what is proposed, and what it would do to whom."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lms_carbon.core.db import session
from lms_carbon.cycles.models import Candidacy, Mark
from lms_carbon.people.models.persons import Person
from lms_carbon.results.models import CandidacyScore, Regrade, RegradeMark, Result
from lms_carbon.results.queries.aggregations import latest_aggregation
from lms_carbon.results.queries.publications import newest_results


def list_regrades(cycle_id: int) -> Sequence[Regrade]:
    """Return a cycle's regrades with their instruments, the newest first."""
    query = (
        sa.select(Regrade)
        .where(Regrade.cycle_id == cycle_id)
        .options(joinedload(Regrade.instrument))
        .order_by(Regrade.id.desc())
    )
    return session.scalars(query).all()


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a regrade does to one candidate; points in thousandths, scores in hundredths."""

    candidacy_id: int
    name: str
    earned_before: int
    earned_after: int
    possible: int
    published: Result | None
    """The result before it; None where it is withheld."""
    score: CandidacyScore | None
    """What the cycle would come to with it."""

    @property
    def changes_level(self) -> bool:
        """Tell whether level or outcome become another."""
        if self.published is None or self.score is None:
            return False
        return (self.published.outcome, self.published.level) != (self.score.outcome, self.score.level)


def list_effects(regrade: Regrade) -> list[Effect]:
    """Return whom a regrade concerns, by candidacy; in a fixed number of queries."""
    query = (
        sa.select(
            Mark.candidacy_id,
            Person.name,
            sa.func.sum(Mark.earned),
            sa.func.sum(RegradeMark.earned),
            sa.func.sum(Mark.possible),
        )
        .join(RegradeMark, RegradeMark.mark_id == Mark.id)
        .join(Candidacy, Candidacy.id == Mark.candidacy_id)
        .join(Person, Person.id == Candidacy.person_id)
        .where(RegradeMark.regrade_id == regrade.id)
        .group_by(Mark.candidacy_id, Person.name)
        .order_by(Mark.candidacy_id)
    )
    rows = session.execute(query).all()
    aggregation = latest_aggregation(regrade.cycle_id, regrade.id)
    scores = {
        each.candidacy_id: each
        for each in session.scalars(
            sa.select(CandidacyScore).where(
                CandidacyScore.aggregation_id == (aggregation.id if aggregation else None),
                CandidacyScore.candidacy_id.in_([row[0] for row in rows]),
            )
        )
    }
    out = _results_before(regrade, [row[0] for row in rows])
    return [
        Effect(
            candidacy_id=candidacy_id,
            name=name,
            earned_before=int(before),
            earned_after=int(after),
            possible=int(possible),
            published=out.get(candidacy_id),
            score=scores.get(candidacy_id),
        )
        for candidacy_id, name, before, after, possible in rows
    ]


def _results_before(regrade: Regrade, candidacy_ids: Sequence[int]) -> dict[int, Result]:
    """Return the results that the regrade revises: those in force, or once it is booked those before its own."""
    return newest_results(regrade.cycle_id, candidacy_ids, before_regrade=regrade.id)
