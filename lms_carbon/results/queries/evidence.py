"""Reading what a result rests on: of many candidacies at once, in a fixed number of queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lms_carbon.core.db import session
from lms_carbon.cycles.models import Candidacy, Instrument, Mark
from lms_carbon.cycles.queries import current_marks
from lms_carbon.results.models import CandidacyScore, InstrumentScore


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One candidacy in one aggregation, with the marks that count."""

    candidacy: Candidacy
    score: CandidacyScore
    instruments: Mapping[int, InstrumentScore]
    """By instrument; absent where nothing is booked."""
    marks: Sequence[Mark]


def list_evidence(aggregation_id: int, candidacy_ids: Collection[int]) -> list[Evidence]:
    """Return the evidence of these candidacies, in the order of their ids."""
    scores = session.scalars(
        sa.select(CandidacyScore)
        .where(CandidacyScore.aggregation_id == aggregation_id, CandidacyScore.candidacy_id.in_(candidacy_ids))
        .order_by(CandidacyScore.candidacy_id)
    ).all()
    people = session.scalars(
        sa.select(Candidacy).where(Candidacy.id.in_(candidacy_ids)).options(joinedload(Candidacy.person))
    )
    candidacies = {each.id: each for each in people}
    parts: dict[int, dict[int, InstrumentScore]] = {}
    for part in session.scalars(
        sa.select(InstrumentScore).where(
            InstrumentScore.aggregation_id == aggregation_id, InstrumentScore.candidacy_id.in_(candidacy_ids)
        )
    ):
        parts.setdefault(part.candidacy_id, {})[part.instrument_id] = part
    marks: dict[int, list[Mark]] = {}
    for mark in session.scalars(_counting_marks(aggregation_id, candidacy_ids)):
        marks.setdefault(mark.candidacy_id, []).append(mark)
    return [
        Evidence(
            candidacy=candidacies[score.candidacy_id],
            score=score,
            instruments=parts.get(score.candidacy_id, {}),
            marks=marks.get(score.candidacy_id, ()),
        )
        for score in scores
    ]


def _counting_marks(aggregation_id: int, candidacy_ids: Collection[int]) -> sa.Select[Mark]:
    """Return the marks in force of the attempts that count, by instrument and item."""
    counts = sa.and_(
        InstrumentScore.aggregation_id == aggregation_id,
        InstrumentScore.candidacy_id == Mark.candidacy_id,
        InstrumentScore.instrument_id == Mark.instrument_id,
        InstrumentScore.attempt == Mark.attempt,
    )
    return (
        current_marks()
        .join(InstrumentScore, counts)
        .where(Mark.candidacy_id.in_(candidacy_ids))
        # A correction has a younger id than what it replaces, so the order is the item's, not the row's.
        .order_by(Mark.candidacy_id, Mark.instrument_id, Mark.item_kind.desc(), Mark.item_id, Mark.requirement_id)
    )


def list_instruments(track_ids: Collection[int]) -> dict[int, list[Instrument]]:
    """Return track → its instruments, in the order they were made."""
    found: dict[int, list[Instrument]] = {}
    for each in session.scalars(
        sa.select(Instrument).where(Instrument.track_id.in_(track_ids)).order_by(Instrument.id)
    ):
        found.setdefault(each.track_id, []).append(each)
    return found
