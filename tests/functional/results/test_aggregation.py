"""Aggregation in the database says what the pure rules say, on any ledger; and it is repeatable."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import hypothesis
import hypothesis.strategies as st
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Candidacy, CandidacyState, Cycle, CycleState, Mark, MarkBatch, Track
from lms_carbon.cycles.rules import ResultRule, counting_attempt, instrument_score
from lms_carbon.framework.documents import shipped_framework
from lms_carbon.framework.models import Position
from lms_carbon.framework.rules import Dimension
from lms_carbon.results.jobs import aggregate_closed
from lms_carbon.results.models import Aggregation, CandidacyScore, InstrumentScore, Regrade, RegradeMark, RegradeState
from lms_carbon.results.rules import Outcome, Policy, decide_level, dimension_score, policy_as_json
from lms_carbon.results.services.aggregation import aggregate_cycle
from tests.support.results import (
    ResultWorld,
    add_candidate,
    book,
    make_closed_instrument,
    make_closed_track,
    make_ended_cycle,
    rows_of,
)
from tests.support.world import make_person

PEOPLE = 3
BANDS = {band.code: band for band in shipped_framework().bands}
FULL = {"knowledge": (10_000, 5_000), "skill": (8_000,), "practice": (6_000, 7_005)}


@dataclass(frozen=True)
class Point:
    """One random mark; `later` are the points that supersede it, one after the other, `regraded` a proposal."""

    attempt: int
    earned: int
    possible: int
    later: tuple[int, ...]
    regraded: int | None


@st.composite
def points(draw: st.DrawFn) -> Point:
    possible = draw(st.sampled_from((1, 3, 7, 333, 1000, 10_000, 99_999)))
    share = st.integers(0, possible)
    return Point(
        attempt=draw(st.integers(1, 3)),
        earned=draw(share),
        possible=possible,
        later=tuple(draw(st.lists(share, max_size=2))),
        regraded=draw(st.none() | share),
    )


@st.composite
def ledgers(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a track: band, policy, instruments, years, and each person's marks in each instrument."""
    band = draw(st.sampled_from(sorted(BANDS)))
    cuts = sorted(draw(st.lists(st.integers(0, 100_00), min_size=3, max_size=3, unique=True)))
    instruments = draw(
        st.lists(
            st.tuples(st.sampled_from(list(Dimension)), st.integers(1, 7), st.sampled_from(list(ResultRule))),
            max_size=5,
        )
    )
    # Mostly all dimensions are there, or hardly any total would ever be compared.
    if draw(st.integers(0, 4)):
        instruments += [(each, draw(st.integers(1, 7)), draw(st.sampled_from(list(ResultRule)))) for each in Dimension]
    marks = st.lists(points(), min_size=draw(st.sampled_from((0, 1))), max_size=4)
    return {
        "band": band,
        "policy": Policy(
            name="random",
            version="1",
            cuts={band: tuple(cuts)},
            minimums=draw(st.dictionaries(st.sampled_from(list(Dimension)), st.integers(0, 60_00), max_size=2)),
            experience_years={band: draw(st.none() | st.integers(0, 5))},
        ),
        "instruments": instruments,
        "years": draw(st.lists(st.none() | st.integers(0, 6_00), min_size=PEOPLE, max_size=PEOPLE)),
        "marks": [[draw(marks) for _ in instruments] for _ in range(PEOPLE)],
    }


def test_aggregation_equals_the_pure_rules_on_random_ledgers(app: Flask) -> None:
    with app.app_context():
        world = make_ended_cycle()
        people = [make_person(world.institution_id, f"P{number}").person_id for number in range(PEOPLE)]
        counter = itertools.count()

        @hypothesis.settings(
            max_examples=40, suppress_health_check=list(hypothesis.HealthCheck), database=None, derandomize=True
        )
        @hypothesis.given(ledgers())
        def check(drawn: dict[str, Any]) -> None:
            with transaction():
                _check(world, people, drawn, f"random-{next(counter)}")

        check()


def _check(world: ResultWorld, people: Sequence[int], drawn: Mapping[str, Any], code: str) -> None:
    cycle, instruments, candidacies, regrade = _arrange(world, people, drawn, code)
    plain = aggregate_cycle(cycle_id=cycle.id, by=None, at=now())
    proposed = aggregate_cycle(cycle_id=cycle.id, by=None, at=now(), regrade_id=regrade.id)
    for aggregation, regraded in ((plain, False), (proposed, True)):
        parts = {
            (row.candidacy_id, row.instrument_id): (row.attempt, row.earned, row.possible, row.score)
            for row in session.scalars(
                sa.select(InstrumentScore).where(InstrumentScore.aggregation_id == aggregation.id)
            )
        }
        found = {
            row.candidacy_id: (row.knowledge, row.skill, row.practice, row.total, row.outcome, row.level)
            for row in session.scalars(sa.select(CandidacyScore).where(CandidacyScore.aggregation_id == aggregation.id))
        }
        assert (parts, found) == _expected(drawn, instruments, candidacies, regraded)
        assert aggregation.candidacies == len(people)


def _arrange(world: ResultWorld, people: Sequence[int], drawn: Mapping[str, Any], code: str) -> Any:
    common = {"institution_id": world.institution_id}
    cycle = Cycle(**common, code=code, title={"zh": code, "en": code}, state=CycleState.CLOSED, created_at=now())
    session.add(cycle)
    session.flush()
    position = session.scalars(sa.select(Position).where(Position.code == "5.2.1")).one()
    track: Track = make_closed_track(cycle, position, people[0], drawn["band"])
    track.policy = policy_as_json(drawn["policy"])
    instruments = [
        make_closed_instrument(track, dimension.value, weight=weight, rule=rule)
        for dimension, weight, rule in drawn["instruments"]
    ]
    candidacies = [
        Candidacy(
            **common,
            track_id=track.id,
            person_id=person_id,
            state=CandidacyState.ENTERED,
            entered_at=now(),
            years=years,
        )
        for person_id, years in zip(people, drawn["years"], strict=True)
    ]
    # Somebody who withdrew counts nowhere, whatever is booked for them.
    gone = Candidacy(
        **common,
        track_id=track.id,
        person_id=world.officers[0].person_id,
        state=CandidacyState.WITHDRAWN,
        entered_at=now(),
    )
    session.add_all([*candidacies, gone])
    session.flush()
    regrade = Regrade(
        **common,
        cycle_id=cycle.id,
        instrument_id=instruments[0] if instruments else next(iter(world.instruments.values())),
        reason="random",
        state=RegradeState.PROPOSED,
        proposed_at=now(),
        proposed_by=people[0],
    )
    session.add(regrade)
    session.flush()
    requirement = world.requirements["skill"][0]
    for candidacy, marks in zip([*candidacies, gone], [*drawn["marks"], drawn["marks"][0]], strict=True):
        for instrument_id, given in zip(instruments, marks, strict=True):
            _book(common, candidacy.id, instrument_id, given, requirement, regrade.id)
    return cycle, instruments, [each.id for each in candidacies], regrade


def _book(
    common: Mapping[str, int],
    candidacy_id: int,
    instrument_id: int,
    given: Sequence[Point],
    requirement: int,
    regrade_id: int,
) -> None:
    batch = MarkBatch(**common, instrument_id=instrument_id, source=f"work:{candidacy_id}", at=now())
    session.add(batch)
    session.flush()
    newest: dict[int, Mark] = {}
    # One flush for each generation: first all marks, then those that supersede them.
    for generation in range(1 + max((len(point.later) for point in given), default=0)):
        for number, point in enumerate(given):
            earned = (point.earned, *point.later)[generation : generation + 1]
            if earned:
                newest[number] = Mark(
                    **common,
                    candidacy_id=candidacy_id,
                    instrument_id=instrument_id,
                    batch_id=batch.id,
                    attempt=point.attempt,
                    item_kind="question",
                    item_id=number,
                    title={"zh": "", "en": ""},
                    requirement_id=requirement,
                    earned=earned[0],
                    possible=point.possible,
                    supersedes_id=newest[number].id if generation else None,
                )
        session.add_all(newest.values())
        session.flush()
    session.add_all(
        RegradeMark(**common, regrade_id=regrade_id, mark_id=newest[number].id, earned=point.regraded)
        for number, point in enumerate(given)
        if point.regraded is not None
    )
    session.flush()


def _expected(
    drawn: Mapping[str, Any], instruments: Sequence[int], candidacies: Sequence[int], regraded: bool
) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Return what the pure rules make of a drawn ledger, in the shape of the tables."""
    parts: dict[Any, Any] = {}
    found: dict[Any, Any] = {}
    for candidacy_id, years, marks in zip(candidacies, drawn["years"], drawn["marks"], strict=True):
        weighted: dict[Dimension, list[tuple[int | None, int]]] = {}
        for instrument_id, (dimension, weight, rule), given in zip(
            instruments, drawn["instruments"], marks, strict=True
        ):
            sums = _sums(given, regraded)
            score = None
            if sums:
                scores = {attempt: instrument_score(*both) for attempt, both in sums.items()}
                attempt = counting_attempt(rule, scores)
                score = scores[attempt]
                parts[candidacy_id, instrument_id] = (attempt, *sums[attempt], score)
            weighted.setdefault(dimension, []).append((score, weight))
        dimensions = {each: dimension_score(weighted.get(each, ())) for each in Dimension}
        decision = decide_level(band=BANDS[drawn["band"]], scores=dimensions, policy=drawn["policy"], years=years)
        found[candidacy_id] = (*dimensions.values(), decision.total, decision.outcome, decision.level)
    return parts, found


def _sums(given: Sequence[Point], regraded: bool) -> dict[int, tuple[int, int]]:
    sums: dict[int, tuple[int, int]] = {}
    for point in given:
        earned = (point.earned, *point.later)[-1]
        if regraded and point.regraded is not None:
            earned = point.regraded
        before = sums.get(point.attempt, (0, 0))
        sums[point.attempt] = (before[0] + earned, before[1] + point.possible)
    return sums


def test_same_ledger_gives_the_same_digest_and_writes_nothing(app: Flask) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[FULL, {**FULL, "skill": (0,)}])
        with transaction():
            first = aggregate_cycle(cycle_id=world.cycle_id, by=None, at=now())
        with transaction():
            again = aggregate_cycle(cycle_id=world.cycle_id, by=None, at=now())
        assert (again.id, again.digest) == (first.id, first.digest)
        with transaction():
            book(world, world.candidacies[1], "skill", (10_000,), attempt=2)
        with transaction():
            changed = aggregate_cycle(cycle_id=world.cycle_id, by=None, at=now())
        assert changed.number == 2
        assert changed.digest != first.digest
        # 75.00·50 + 80.00·25 + 65.03·25: the last is 650.25 of 1000 rounded half up.
        scores = rows_of(CandidacyScore, CandidacyScore.aggregation_id == changed.id)
        assert [(each.total, each.outcome, each.level) for each in scores] == [
            (7376, Outcome.LEVEL, 4),
            (7876, Outcome.LEVEL, 5),
        ]
        assert rows_of(CandidacyScore, CandidacyScore.aggregation_id == first.id) == []


def test_the_scheduler_aggregates_closed_cycles_once_and_again_when_the_ledger_grows(app: Flask) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[FULL])
        for _ in range(3):
            aggregate_closed()
        assert [each.number for each in rows_of(Aggregation)] == [1]
        add_candidate(world, "Late", {"knowledge": (1_000,)})
        aggregate_closed()
        aggregate_closed()
        assert [(each.number, each.candidacies) for each in rows_of(Aggregation)] == [(1, 1), (2, 2)]


def test_a_cycle_that_is_not_over_is_left_alone(app: Flask) -> None:
    with app.app_context():
        make_ended_cycle(points=[FULL], state=CycleState.OPEN)
        aggregate_closed()
        assert rows_of(Aggregation) == []
