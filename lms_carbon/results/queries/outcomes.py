"""Reading an aggregation as officers look at it: counts, distribution, who is near a cut, who lacks what."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lms_carbon.core.db import session
from lms_carbon.cycles.models import Candidacy, CandidacyState, Cycle, CycleState, Instrument, Track
from lms_carbon.people.models.persons import Person
from lms_carbon.results.distribution import BARS, BIN
from lms_carbon.results.models import Aggregation, CandidacyScore, Hold, InstrumentScore, Publication, PublicationState
from lms_carbon.results.queries.evidence import list_instruments
from lms_carbon.results.rules import Outcome

PAGE: Final = 50
NEAR: Final = 100
"""How near to a cut is near, in hundredths."""


@dataclass(frozen=True, kw_only=True)
class CycleLine:
    """A cycle with what matters for its results."""

    cycle: Cycle
    candidates: int
    held: int
    published: int
    """How many publications there were."""


def list_cycle_lines(institution_id: int) -> list[CycleLine]:
    """Return an institution's cycles that have begun, the newest first."""
    entered = (
        sa.select(sa.func.count(Candidacy.id))
        .join(Track, Track.id == Candidacy.track_id)
        .where(Track.cycle_id == Cycle.id, Candidacy.state == CandidacyState.ENTERED)
    )
    held = (
        sa.select(sa.func.count(Hold.id))
        .join(Candidacy, Candidacy.id == Hold.candidacy_id)
        .join(Track, Track.id == Candidacy.track_id)
        .where(Track.cycle_id == Cycle.id, Hold.lifted_at.is_(None))
    )
    published = sa.select(sa.func.count(Publication.id)).where(
        Publication.cycle_id == Cycle.id, Publication.state == PublicationState.PUBLISHED
    )
    counts = [query.correlate(Cycle).scalar_subquery() for query in (entered, held, published)]
    query = (
        sa.select(Cycle, *counts)
        .where(Cycle.institution_id == institution_id, Cycle.state != CycleState.PLANNED)
        .order_by(Cycle.id.desc())
    )
    return [
        CycleLine(cycle=cycle, candidates=candidates, held=held_now, published=times)
        for cycle, candidates, held_now, times in session.execute(query)
    ]


@dataclass(frozen=True, kw_only=True)
class TrackOutcomes:
    """What a track came to: how many at each level and outcome, and the totals in bars of 2.5 points."""

    track: Track
    candidates: int
    levels: Mapping[int, int]
    outcomes: Mapping[Outcome, int]
    """All but `level`; the withheld count here and nowhere else."""
    bars: Mapping[int, int]
    """Bar number from 0 → candidates with a total in it, the withheld too."""


def list_tracks_of(cycle_id: int) -> Sequence[Track]:
    """Return a cycle's tracks with their positions."""
    query = sa.select(Track).where(Track.cycle_id == cycle_id).options(joinedload(Track.position)).order_by(Track.id)
    return session.scalars(query).all()


def count_outcomes(aggregation: Aggregation, tracks: Sequence[Track]) -> list[TrackOutcomes]:
    """Return the outcomes of each track, in a fixed number of queries."""
    held = sa.exists().where(Hold.candidacy_id == CandidacyScore.candidacy_id, Hold.lifted_at.is_(None))
    withheld = sa.case((held, 1), else_=0)
    bar = sa.case((CandidacyScore.total >= 100_00, BARS - 1), else_=CandidacyScore.total // BIN)
    counted: Any = (
        sa.select(
            Candidacy.track_id.label("track_id"),
            CandidacyScore.outcome.label("outcome"),
            CandidacyScore.level.label("level"),
            withheld.label("withheld"),
            bar.label("bar"),
        )
        .join(Candidacy, Candidacy.id == CandidacyScore.candidacy_id)
        .where(CandidacyScore.aggregation_id == aggregation.id)
        .subquery()
    )
    rows = session.execute(sa.select(*counted.c, sa.func.count()).group_by(*counted.c)).all()
    return [_outcomes_of(track, [row[1:] for row in rows if row[0] == track.id]) for track in tracks]


def _outcomes_of(track: Track, rows: Sequence[Sequence[Any]]) -> TrackOutcomes:
    levels: dict[int, int] = {}
    outcomes: dict[Outcome, int] = {}
    bars: dict[int, int] = {}
    for outcome, level, withheld, bar, count in rows:
        if withheld:
            outcomes[Outcome.WITHHELD] = outcomes.get(Outcome.WITHHELD, 0) + count
        elif level is not None:
            levels[level] = levels.get(level, 0) + count
        else:
            outcomes[outcome] = outcomes.get(outcome, 0) + count
        if bar is not None:
            bars[int(bar)] = bars.get(int(bar), 0) + count
    return TrackOutcomes(
        track=track, candidates=sum(row[-1] for row in rows), levels=levels, outcomes=outcomes, bars=bars
    )


@dataclass(frozen=True, kw_only=True)
class CandidateLine:
    """A candidacy with its score, the hold on it, and what it lacks."""

    candidacy: Candidacy
    person: Person
    score: CandidacyScore
    hold: Hold | None
    missing: tuple[Instrument, ...]


def list_candidate_lines(aggregation: Aggregation, *where: Any, limit: int = PAGE) -> list[CandidateLine]:
    """Return lines of an aggregation, by candidacy; `where` narrows them."""
    query = (
        sa.select(CandidacyScore, Candidacy, Person, Hold)
        .join(Candidacy, Candidacy.id == CandidacyScore.candidacy_id)
        .join(Person, Person.id == Candidacy.person_id)
        .outerjoin(Hold, sa.and_(Hold.candidacy_id == Candidacy.id, Hold.lifted_at.is_(None)))
        .where(CandidacyScore.aggregation_id == aggregation.id, *where)
        .order_by(Candidacy.id)
        .limit(limit)
    )
    rows = session.execute(query).all()
    lacking = _missing(aggregation, [row[1] for row in rows])
    return [
        CandidateLine(candidacy=candidacy, person=person, score=score, hold=hold, missing=lacking[candidacy.id])
        for score, candidacy, person, hold in rows
    ]


def near_a_cut(cuts: Collection[int]) -> Any:
    """Return the condition that a total is within a point of one of the cuts."""
    return sa.or_(*(CandidacyScore.total.between(cut - NEAR, cut + NEAR) for cut in cuts))


def not_with_the_others() -> Any:
    """Return the condition that a candidacy is withheld, incomplete or ineligible."""
    return sa.or_(
        Hold.id.is_not(None), CandidacyScore.outcome.in_((Outcome.INCOMPLETE.value, Outcome.INELIGIBLE.value))
    )


def in_track(track_id: int, *, after: int = 0) -> Any:
    """Return the condition that a candidacy is in a track, and comes after another."""
    return sa.and_(Candidacy.track_id == track_id, Candidacy.id > after)


def _missing(aggregation: Aggregation, candidacies: Sequence[Candidacy]) -> dict[int, tuple[Instrument, ...]]:
    instruments = list_instruments({each.track_id for each in candidacies})
    there = set(
        session.execute(
            sa.select(InstrumentScore.candidacy_id, InstrumentScore.instrument_id).where(
                InstrumentScore.aggregation_id == aggregation.id,
                InstrumentScore.candidacy_id.in_([each.id for each in candidacies]),
            )
        ).all()
    )
    return {
        each.id: tuple(one for one in instruments.get(each.track_id, ()) if (each.id, one.id) not in there)
        for each in candidacies
    }
