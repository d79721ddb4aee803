"""The two statements that turn a track's ledger into scores, written once for SQLite and PostgreSQL.

Integers only: `CAST(SUM(…) AS BIGINT)`, because PostgreSQL sums to `numeric`, whose division would not be whole.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import BIG
from lms_carbon.cycles.models import Candidacy, CandidacyState, Instrument, Mark, Track
from lms_carbon.cycles.rules import FULL, ResultRule
from lms_carbon.framework.rules import Band, Dimension
from lms_carbon.results.models import Aggregation, CandidacyScore, InstrumentScore, RegradeMark
from lms_carbon.results.rules import Outcome, Policy

Number = sa.ColumnElement[int]


def half_up_sql(numerator: Number, denominator: Number | int) -> Number:
    """Return `cycles.rules.half_up` as SQL; both integers, neither negative."""
    if isinstance(denominator, int):
        denominator = sa.literal(denominator, BIG)
    twice = sa.literal(2, BIG)
    return (twice * numerator + denominator) // (twice * denominator)


def instrument_scores_of(aggregation: Aggregation, track: Track) -> sa.Insert:
    """Return the INSERT of a track's instrument scores: of each candidacy the attempt that counts."""
    scored = _attempts_of(track, aggregation.regrade_id).cte("scored")
    order = sa.case(
        (scored.c.result_rule == ResultRule.FIRST.value, scored.c.attempt),
        (scored.c.result_rule == ResultRule.LAST.value, -scored.c.attempt),
        else_=-scored.c.score,
    )
    place = sa.func.row_number().over(
        partition_by=(scored.c.candidacy_id, scored.c.instrument_id), order_by=(order, scored.c.attempt)
    )
    names = ("candidacy_id", "instrument_id", "attempt", "earned", "possible", "score")
    ranked = sa.select(*(scored.c[name] for name in names), place.label("place")).subquery("ranked")
    chosen = sa.select(
        sa.literal(aggregation.id, BIG),
        sa.literal(aggregation.institution_id, BIG),
        *(ranked.c[name] for name in names),
    ).where(ranked.c.place == 1)
    return sa.insert(InstrumentScore).from_select(["aggregation_id", "institution_id", *names], chosen)


def _attempts_of(track: Track, regrade_id: int | None) -> sa.Select[*tuple[Any, ...]]:
    """Return (candidacy, instrument, rule, attempt, earned, possible, score) of all that is in force in a track."""
    superseded = sa.select(Mark.supersedes_id).where(Mark.supersedes_id.is_not(None))
    earned: Any = Mark.earned
    marks: Any = sa.join(Candidacy, Mark, Mark.candidacy_id == Candidacy.id)
    if regrade_id is not None:
        changed = sa.and_(RegradeMark.mark_id == Mark.id, RegradeMark.regrade_id == regrade_id)
        marks = sa.outerjoin(marks, RegradeMark, changed)
        earned = sa.func.coalesce(RegradeMark.earned, Mark.earned)
    sums = (
        sa.select(
            Mark.candidacy_id,
            Mark.instrument_id,
            Mark.attempt,
            sa.cast(sa.func.sum(earned), BIG).label("earned"),
            sa.cast(sa.func.sum(Mark.possible), BIG).label("possible"),
        )
        .select_from(marks)
        .where(
            Candidacy.track_id == track.id,
            Candidacy.state == CandidacyState.ENTERED,
            Mark.id.not_in(superseded),
        )
        .group_by(Mark.candidacy_id, Mark.instrument_id, Mark.attempt)
        .subquery("sums")
    )
    return (
        sa.select(
            sums,
            sa.type_coerce(Instrument.result_rule, sa.String).label("result_rule"),
            half_up_sql(sa.literal(FULL, BIG) * sums.c.earned, sums.c.possible).label("score"),
        )
        .join(Instrument, Instrument.id == sums.c.instrument_id)
        .where(Instrument.track_id == track.id)
    )


def candidacy_scores_of(
    aggregation: Aggregation, track: Track, instruments: Sequence[Instrument], band: Band, policy: Policy
) -> sa.Insert:
    """Return the INSERT of a track's dimensions, totals, outcomes and levels, as `results.rules.decide_level` has it.

    Raises `NoCutsForBandError`.
    """
    dimensions = (
        sa.select(
            Candidacy.id.label("candidacy_id"),
            Candidacy.years.label("years"),
            *(_dimension_sql(each, instruments).label(each.value) for each in Dimension),
        )
        .select_from(Candidacy)
        .outerjoin(
            InstrumentScore,
            sa.and_(InstrumentScore.aggregation_id == aggregation.id, InstrumentScore.candidacy_id == Candidacy.id),
        )
        .where(Candidacy.track_id == track.id, Candidacy.state == CandidacyState.ENTERED)
        .group_by(Candidacy.id, Candidacy.years)
        .subquery("dimensions")
    )
    scores: Mapping[Dimension, Any] = {each: dimensions.c[each.value] for each in Dimension}
    parts = [half_up_sql(scores[each] * sa.literal(band.weights[each], BIG), 100) for each in Dimension]
    totals = sa.select(dimensions, (parts[0] + parts[1] + parts[2]).label("total")).subquery("totals")
    outcome, level = _decision_sql(totals.c, band, policy)
    names = ["candidacy_id", *(each.value for each in Dimension), "total"]
    chosen = sa.select(
        sa.literal(aggregation.id, BIG),
        sa.literal(aggregation.institution_id, BIG),
        *(totals.c[name] for name in names),
        outcome,
        level,
    )
    columns = ["aggregation_id", "institution_id", *names, "outcome", "level"]
    return sa.insert(CandidacyScore).from_select(columns, chosen)


def _dimension_sql(dimension: Dimension, instruments: Sequence[Instrument]) -> Number:
    """Return the weighted mean of a dimension's instruments; NULL while one lacks a score: missing is not zero."""
    weights = {each.id: each.weight for each in instruments if each.dimension == dimension.value}
    if not weights:
        return sa.cast(sa.null(), BIG)
    weight: Number = sa.case(weights, value=InstrumentScore.instrument_id)
    weighted = sa.cast(sa.func.sum(InstrumentScore.score * weight), BIG)
    there = sa.func.count(weight) == len(weights)
    return sa.case((there, half_up_sql(weighted, sum(weights.values()))))


def _decision_sql(row: Any, band: Band, policy: Policy) -> tuple[sa.ColumnElement[str], Number]:
    """Return outcome and level; the order of the cases is that of `decide_level`."""
    cuts = list(zip(band.levels, policy.cuts_of(band), strict=True))
    asked = policy.experience_years.get(band.code)
    reached = sa.and_(
        row.total >= cuts[0][1], *(row[each.value] >= least for each, least in policy.minimums.items() if least)
    )
    # NULL years are not checked: comparing with NULL is not true, so the case passes them by.
    cases: list[tuple[Any, Any]] = [] if asked is None else [(row.years < asked * 100, Outcome.INELIGIBLE.value)]
    cases += [(row.total.is_(None), Outcome.INCOMPLETE.value), (reached, Outcome.LEVEL.value)]
    outcome = sa.case(*cases, else_=Outcome.BELOW_BAND.value)
    highest = sa.case(*((row.total >= cut, level) for level, cut in reversed(cuts)))
    return outcome, sa.case((outcome == Outcome.LEVEL.value, highest))
