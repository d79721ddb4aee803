"""How the pages of the question bank take to growth; `python -m bench.bank`.

Whole pages through the app, at 10,000 and at 100,000 questions in one database: list, filters, search, coverage, JSON.
Each page has to send as many statements at either size, and its time may grow as the bank does, no faster.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from bench.saves import databases
from lms_carbon.app import create_app
from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.i18n import LANGUAGES
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.question_bank.models import Question, QuestionTag, QuestionVersion, VersionSignature
from lms_carbon.question_bank.rules.about import COGNITIVE, DIFFICULTIES
from lms_carbon.question_bank.rules.states import VersionState
from tests.support.databases import migrate, settings_for
from tests.support.questions import TRUE_FALSE, load_standard
from tests.support.results import record_arranged
from tests.support.world import make_institution, make_person, sign_in

SIZES: Final = (10_000, 100_000)
PAGES: Final = {
    "list": "/questions",
    "filter": "/questions?state=approved&kind=true_false&cognitive=apply&difficulty=hard&position=5.2.1&language=en",
    "search": "/questions?q=carbon+77",
    "search in vain": "/questions?q=nowhere-at-all",
    "coverage": "/questions/coverage?dimension=all",
    "coverage of a position": "/questions/coverage?position=5.2.1",
    "api": "/api/v1/questions?limit=100",
}
HOST: Final = "http://127.0.0.1:8000"
_CHUNK: Final = 2_000
_STATES: Final = (*[VersionState.APPROVED] * 7, VersionState.DRAFT, VersionState.IN_REVIEW, VersionState.RETIRED)


def fill(institution_id: int, statements: list[int], numbers: range, seed: int = 20261123) -> None:
    """Add questions of all states, levels and languages, each with one to three tags."""
    draw = random.Random(seed + numbers.start)
    for start in range(numbers.start, numbers.stop, _CHUNK):
        with transaction():
            record_arranged(institution_id)
            _fill_chunk(institution_id, statements, range(start, min(start + _CHUNK, numbers.stop)), draw)


def _fill_chunk(institution_id: int, statements: list[int], numbers: range, draw: random.Random) -> None:
    common = {"institution_id": institution_id}
    questions = session.scalars(
        sa.insert(Question).returning(Question.id, sort_by_parameter_order=True),
        [{**common, "code": f"B-{number}", "kind": "true_false", "created_at": now()} for number in numbers],
    ).all()
    versions = session.scalars(
        sa.insert(QuestionVersion).returning(QuestionVersion.id, sort_by_parameter_order=True),
        [_version(common, question, number, draw) for question, number in zip(questions, numbers, strict=True)],
    ).all()
    session.execute(
        sa.insert(QuestionTag),
        [
            {**common, "version_id": version, "statement_id": statement, "ordinal": ordinal}
            for version in versions
            for ordinal, statement in enumerate(draw.sample(statements, draw.randint(1, 3)), start=1)
        ],
    )
    signed = [
        {**common, "version_id": version, "language": language, "at": now()}
        for version in session.scalars(
            sa.select(QuestionVersion.id).where(
                QuestionVersion.id.in_(versions), QuestionVersion.state == VersionState.APPROVED
            )
        )
        for language in LANGUAGES
    ]
    session.execute(sa.insert(VersionSignature), signed)


def _version(common: dict[str, int], question: int, number: int, draw: random.Random) -> dict[str, Any]:
    english = f"<p>Carbon is an element, {number}.</p>" if draw.randrange(4) else ""
    return {
        **common,
        "question_id": question,
        "number": 1,
        "state": draw.choice(_STATES),
        "title": {"zh": f"题目 {number}", "en": f"Question {number}"},
        "content": {**TRUE_FALSE, "stem": {"zh": f"<p>碳是元素，{number}。</p>", "en": english}},
        "points": 1_000,
        "cognitive": draw.choice(list(COGNITIVE)),
        "difficulty": draw.choice(list(DIFFICULTIES)),
        "minutes": 2,
        "source": {"zh": "来源", "en": "A source"},
        "edited_at": now(),
    }


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Yield the statements that are sent to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def measure(url: str, folder: Path, *, sizes: tuple[int, int], rounds: int) -> dict[str, Any]:
    """Return, for each page, statements and median seconds at both sizes, and whether that is as wanted."""
    migrate(url, folder)
    app = create_app(settings_for(url, folder))
    with app.app_context():
        statements = sorted({requirement.statement_id for requirement in load_standard().values()})
        institution_id = make_institution("bench")
        person = make_person(institution_id, "Author", [Role.AUTHOR])
    client = app.test_client()
    sign_in(client, person)
    taken: dict[str, list[tuple[int, float]]] = {name: [] for name in PAGES}
    held = 0
    for size in sizes:
        with app.app_context():
            fill(institution_id, statements, range(held, size))
            with transaction():
                session.execute(sa.text("ANALYZE"))
        held = size
        for name, address in PAGES.items():
            taken[name].append(_open(app, client, address, rounds))
    return {name: _judge(rows, sizes) for name, rows in taken.items()}


def _open(app: Flask, client: FlaskClient, address: str, rounds: int) -> tuple[int, float]:
    """Return how many statements a page sends and its median seconds; the first opening does not count."""
    client.get(address, base_url=HOST)
    times = []
    with counted(app) as sent:
        for _ in range(rounds):
            began = time.perf_counter()
            answer = client.get(address, base_url=HOST)
            times.append(time.perf_counter() - began)
            if answer.status_code != 200:
                raise SystemExit(f"{address}: {answer.status_code}")
    return len(sent) // rounds, statistics.median(times)


def _judge(rows: list[tuple[int, float]], sizes: tuple[int, int]) -> dict[str, Any]:
    (few, before), (many, after) = rows
    growth = sizes[1] / sizes[0]
    return {
        "statements": [few, many],
        "seconds": [round(before, 4), round(after, 4)],
        "grows": round(after / before, 2),
        "wanted": growth,
        "ok": few == many and after / before <= growth,
    }


def main() -> int:
    """Measure and print; the status is 1 where a page grows faster than the bank or asks more often."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="a disk, not memory")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as name:
        (folder := Path(name)).chmod(0o755)
        with databases(folder) as urls:
            results = {
                dialect: measure(url, folder, sizes=(options.sizes[0], options.sizes[1]), rounds=options.rounds)
                for dialect, url in urls.items()
                if options.only in (None, dialect)
            }
    print(json.dumps({"bench": "bank", "sizes": list(options.sizes), "databases": results}, indent=2))
    return 0 if all(page["ok"] for pages in results.values() for page in pages.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
