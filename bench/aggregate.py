"""How long it takes to aggregate a cycle, beside a hand-written statement; `python -m bench.aggregate`.

Same process, same database, same tables, rounds alternate, each rolled back. The hand-written one is a single
statement from the ledger to instrument and candidacy scores, for this one cycle: weights, cuts, rules and ids stand in
it as numbers; it makes no digest, reads no policy, locks and records nothing. On SQLite, where a statement fills one
table only, it keeps no instrument scores. What both write is compared first.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask

from bench.saves import databases
from lms_carbon.app import create_app
from lms_carbon.core.clock import now
from lms_carbon.core.db import session, write_intent
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Candidacy, CandidacyState, Instrument, Mark, MarkBatch
from lms_carbon.cycles.rules import ResultRule
from lms_carbon.people.models.persons import Person
from lms_carbon.results.models import CandidacyScore
from lms_carbon.results.services.aggregation import aggregate_cycle
from tests.support.databases import migrate, settings_for
from tests.support.results import KINDS, ResultWorld, make_ended_cycle, record_arranged

WANTED: Final = 1.5
CANDIDACIES: Final = 20_000
ITEMS: Final = {"knowledge": 20, "skill": 12, "practice": 8}
"""Marks in each instrument; the exam twice for every fourth candidate."""
_CHUNK: Final = 2_000

_SUMS: Final = """
sums AS (
    SELECT m.candidacy_id, m.instrument_id, m.attempt,
           CAST(SUM(m.earned) AS BIGINT) AS earned, CAST(SUM(m.possible) AS BIGINT) AS possible
    FROM candidacy c JOIN mark m ON m.candidacy_id = c.id
    WHERE c.track_id = {track} AND c.state = 'entered'
      AND m.id NOT IN (SELECT supersedes_id FROM mark WHERE supersedes_id IS NOT NULL)
    GROUP BY m.candidacy_id, m.instrument_id, m.attempt
), scored AS (
    SELECT candidacy_id, instrument_id, attempt, earned, possible,
           (20000 * earned + possible) / (2 * possible) AS score
    FROM sums
), ranked AS (
    SELECT candidacy_id, instrument_id, attempt, earned, possible, score, ROW_NUMBER() OVER (
        PARTITION BY candidacy_id, instrument_id
        ORDER BY CASE WHEN instrument_id = {knowledge} THEN -score ELSE -attempt END, attempt) AS place
    FROM scored
)"""
_KEPT: Final = """, kept AS (
    INSERT INTO instrument_score
        (aggregation_id, candidacy_id, instrument_id, institution_id, attempt, earned, possible, score)
    SELECT {aggregation}, candidacy_id, instrument_id, {institution}, attempt, earned, possible, score
    FROM ranked WHERE place = 1
    RETURNING candidacy_id, instrument_id, score
)"""
_LEVELS: Final = """, marked AS (
    SELECT candidacy_id,
           MAX(CASE WHEN instrument_id = {knowledge} THEN score END) AS k,
           MAX(CASE WHEN instrument_id = {skill} THEN score END) AS s,
           MAX(CASE WHEN instrument_id = {practice} THEN score END) AS p
    FROM {scores}
    GROUP BY candidacy_id
), totals AS (
    SELECT c.id, c.years, k, s, p,
           (2 * k * 50 + 100) / 200 + (2 * s * 25 + 100) / 200 + (2 * p * 25 + 100) / 200 AS total
    FROM candidacy c LEFT JOIN marked ON marked.candidacy_id = c.id
    WHERE c.track_id = {track} AND c.state = 'entered'
)
"""
_INSERT: Final = """
INSERT INTO candidacy_score
    (aggregation_id, candidacy_id, institution_id, knowledge, skill, practice, total, outcome, level)
"""
_CHOSEN: Final = """
SELECT {aggregation}, id, {institution}, k, s, p, total,
       CASE WHEN years < 300 THEN 'ineligible' WHEN total IS NULL THEN 'incomplete'
            WHEN total >= 6000 THEN 'level' ELSE 'below_band' END,
       CASE WHEN years < 300 THEN NULL WHEN total >= 9000 THEN 6 WHEN total >= 7500 THEN 5 WHEN total >= 6000 THEN 4 END
FROM totals
"""
BASELINE: Final = {
    "postgresql": "WITH" + _SUMS + _KEPT + _LEVELS.replace("{scores}", "kept") + _INSERT + _CHOSEN,
    "sqlite": _INSERT + "WITH" + _SUMS + _LEVELS.replace("{scores}", "ranked WHERE place = 1") + _CHOSEN,
}
"""On PostgreSQL one statement can fill both tables; on SQLite it can fill one, and this one keeps less than ours."""


def fill(world: ResultWorld, candidacies: int, seed: int = 20260501) -> int:
    """Put a ledger there: 40 marks a candidate and 20 more for every fourth; return how many."""
    draw = random.Random(seed)
    with transaction():
        record_arranged(world.institution_id)
        session.get_one(Instrument, world.instruments["knowledge"]).result_rule = ResultRule.BEST
    count = 0
    for start in range(0, candidacies, _CHUNK):
        with transaction():
            record_arranged(world.institution_id)
            count += _fill_chunk(world, range(start, min(start + _CHUNK, candidacies)), draw)
    return count


def _fill_chunk(world: ResultWorld, numbers: range, draw: random.Random) -> int:
    common = {"institution_id": world.institution_id}
    people = session.scalars(
        sa.insert(Person).returning(Person.id, sort_by_parameter_order=True),
        [{**common, "name": f"Candidate {number}", "language": "zh", "created_at": now()} for number in numbers],
    ).all()
    entered = session.scalars(
        sa.insert(Candidacy).returning(Candidacy.id, sort_by_parameter_order=True),
        [
            {
                **common,
                "track_id": world.track_id,
                "person_id": person_id,
                "state": CandidacyState.ENTERED,
                "entered_at": now(),
                "years": draw.choice((None, 2_50, 3_00, 4_00, 8_00)),
            }
            for person_id in people
        ],
    ).all()
    works = list(_works(world, entered, draw))
    batches = session.scalars(
        sa.insert(MarkBatch).returning(MarkBatch.id, sort_by_parameter_order=True),
        [
            {
                **common,
                "instrument_id": world.instruments[dimension],
                "source": f"bench:{candidacy_id}:{attempt}",
                "at": now(),
                "reason": "",
            }
            for candidacy_id, dimension, attempt in works
        ],
    ).all()
    rows = [row for work, batch in zip(works, batches, strict=True) for row in _marks(world, work, batch, draw)]
    session.execute(sa.insert(Mark), rows)
    return len(rows)


def _works(world: ResultWorld, entered: Any, draw: random.Random) -> Iterator[tuple[int, str, int]]:
    for candidacy_id in entered:
        for dimension in ITEMS:
            # One in fifty has not handed in, so incomplete ones are there too.
            if draw.randrange(50):
                yield candidacy_id, dimension, 1
        if draw.randrange(4) == 0:
            yield candidacy_id, "knowledge", 2


def _marks(
    world: ResultWorld, work: tuple[int, str, int], batch_id: int, draw: random.Random
) -> Iterator[dict[str, Any]]:
    candidacy_id, dimension, attempt = work
    requirements = world.requirements[dimension]
    for number in range(ITEMS[dimension]):
        yield {
            "institution_id": world.institution_id,
            "candidacy_id": candidacy_id,
            "instrument_id": world.instruments[dimension],
            "batch_id": batch_id,
            "attempt": attempt,
            "item_kind": KINDS[dimension][1],
            "item_id": number,
            "title": {"zh": f"第 {number} 项", "en": f"Item {number}"},
            "requirement_id": requirements[number % len(requirements)],
            "earned": draw.randrange(4_000, 10_001),
            "possible": 10_000,
        }


def measure(url: str, folder: Path, *, candidacies: int, rounds: int) -> dict[str, Any]:
    """Return what both take on one database."""
    migrate(url, folder)
    app = create_app(settings_for(url, folder))
    with app.app_context():
        world = make_ended_cycle("bench")
        marks = fill(world, candidacies)
        _analyze()
        with transaction():
            aggregation = aggregate_cycle(cycle_id=world.cycle_id, by=None, at=now())
        ways = {"ours": _ours(world), "baseline": _baseline(world, aggregation.id)}
        with transaction():
            ours = _scores(aggregation.id)
        # From here on every round begins without an aggregation, as after a cycle has closed.
        _forget(world, aggregation.id, ways["baseline"], ours)
        times: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(rounds + 1):
            for name in sorted(ways, reverse=bool(number % 2)):
                taken = _time(app, ways[name])
                if number:
                    times[name].append(taken)
    return {"candidacies": candidacies, "marks": marks, **summary(times)}


def _ours(world: ResultWorld) -> Callable[[], None]:
    def run() -> None:
        aggregate_cycle(cycle_id=world.cycle_id, by=None, at=now())

    return run


def _baseline(world: ResultWorld, aggregation_id: int) -> Callable[[], None]:
    statement = sa.text(
        BASELINE[session.get_bind().dialect.name].format(
            track=world.track_id, aggregation=aggregation_id, institution=world.institution_id, **world.instruments
        )
    )

    def run() -> None:
        session.execute(statement)

    return run


def _scores(aggregation_id: int) -> list[tuple[Any, ...]]:
    columns = [column for column in CandidacyScore.__table__.columns if column.name != "aggregation_id"]
    query = sa.select(*columns).where(CandidacyScore.aggregation_id == aggregation_id)
    return [tuple(row) for row in session.execute(query.order_by(CandidacyScore.candidacy_id))]


def _forget(world: ResultWorld, aggregation_id: int, baseline: Callable[[], None], ours: list[tuple[Any, ...]]) -> None:
    """Check that the hand-written statement says the same, then remove the scores."""
    with transaction():
        record_arranged(world.institution_id)
        for table in ("candidacy_score", "instrument_score"):
            session.execute(sa.text(f"DELETE FROM {table} WHERE aggregation_id = {aggregation_id}"))
        baseline()
        theirs = _scores(aggregation_id)
        for table in ("candidacy_score", "instrument_score"):
            session.execute(sa.text(f"DELETE FROM {table} WHERE aggregation_id = {aggregation_id}"))
        # A digest that nothing has, so that ours does not find its own work done.
        session.execute(sa.text(f"UPDATE aggregation SET digest = 'none' WHERE id = {aggregation_id}"))
    if ours != theirs:
        raise SystemExit("the hand-written statement and ours do not say the same")


def _time(app: Flask, way: Callable[[], None]) -> float:
    """Return the seconds of one run in a transaction that is rolled back."""
    token = write_intent.set(True)
    try:
        session.execute(sa.text("SELECT 1"))
        began = time.perf_counter()
        way()
        return time.perf_counter() - began
    finally:
        session.rollback()
        write_intent.reset(token)


def _analyze() -> None:
    """Let the database look at its tables, as it does by itself after a while."""
    with transaction():
        session.execute(sa.text("ANALYZE"))


def summary(times: dict[str, list[float]]) -> dict[str, Any]:
    """Return medians, and the ratio of neighbouring rounds, so that a machine that slows down slows both."""
    ratios = [ours / other for ours, other in zip(times["ours"], times["baseline"], strict=True)]
    return {
        **{f"{name}_s": round(statistics.median(taken), 3) for name, taken in times.items()},
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(each, 3) for each in ratios],
        "wanted": WANTED,
    }


def main() -> int:
    """Measure and print; the status is 1 where ours takes longer than is wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--candidacies", type=int, default=CANDIDACIES)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="a disk, not memory")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as name:
        (folder := Path(name)).chmod(0o755)
        with databases(folder) as urls:
            results = {
                dialect: measure(url, folder, candidacies=options.candidacies, rounds=options.rounds)
                for dialect, url in urls.items()
                if options.only in (None, dialect)
            }
    print(json.dumps({"bench": "aggregate", "databases": results}, indent=2))
    return 0 if all(each["ratio"] <= WANTED for each in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
