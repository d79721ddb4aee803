"""How fast answers are saved, beside a bare view that upserts in one transaction; `python -m bench.saves`.

Same process of the same server, same database, same app with all it does around a request; rounds alternate. The
bare view reads JSON, runs one prebuilt upsert and commits. It asks nothing: not who is there, nor whether the attempt
runs, nor the time. Both are durable: PostgreSQL as it comes out of the box, SQLite with `synchronous=FULL`.
"""

import argparse
import itertools
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, request

from bench.wire import Round, percentile, run_round
from bench.wire import request as message
from lms_carbon.app import create_app
from lms_carbon.core.transaction import independent
from lms_carbon.core.web import PUBLIC, Blueprint
from tests.conftest import PublicClient
from tests.support.databases import migrate, settings_for
from tests.support.exam_seats import Candidate, seated
from tests.support.exams import ExamWorld, make_exam
from tests.support.postgres import running_postgres
from tests.support.servers import WebServer, running

WANTED: Final = {"postgresql": 0.6, "sqlite": 0.5}
QUESTIONS: Final = 40
CLIENTS: Final = 8
VALUES: Final = {1: "b", 2: ["a", "c"], 3: True, 0: {"value": "32368", "unit": "tCO2"}}
"""Slot modulo 4 → an answer that fits."""

_UPSERT: Final = """
INSERT INTO answer (attempt_id, slot, institution_id, epoch, seq, value, flagged, client_at, saved_at)
VALUES ({p}attempt{s}, {p}slot{s}, 1, 1, {p}seq{s}, {p}value{s}, false, NULL, CURRENT_TIMESTAMP)
ON CONFLICT (attempt_id, slot) DO UPDATE SET seq = excluded.seq, value = excluded.value, saved_at = excluded.saved_at
"""
BARE: Final = {"postgresql": _UPSERT.format(p="%(", s=")s"), "sqlite": _UPSERT.format(p=":", s="")}

blueprint = Blueprint("bare", __name__)


@blueprint.put("/api/v1/bare/<int:attempt_id>", access=PUBLIC, transactional=False)
def bare(attempt_id: int) -> Response:
    """Upsert one answer in one transaction."""
    change = request.get_json()["changes"][0]
    with independent() as connection:
        connection.exec_driver_sql(
            BARE[connection.dialect.name],
            {
                "attempt": attempt_id,
                "slot": change["slot"],
                "seq": change["seq"],
                "value": json.dumps(change["value"]),
            },
        )
    saved = {"saved": [{"slot": change["slot"], "seq": change["seq"]}]}
    return Response(json.dumps(saved), mimetype="application/json")


def create_bench_app() -> Flask:
    """Return the product's app with the bare view beside its own."""
    app = create_app()
    app.register_blueprint(blueprint)
    return app


def serve(port: int) -> None:
    """Serve as `lms-carbon serve` does."""
    from granian import Granian  # noqa: PLC0415 - in the server's process alone
    from granian.constants import Interfaces  # noqa: PLC0415

    Granian(
        "bench.saves:create_bench_app",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=CLIENTS,
        log_enabled=False,
    ).serve()


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """Yield dialect → URL of a fresh, durable database."""
    with running_postgres(folder / "pg", durable=True) as postgres:
        yield {"postgresql": postgres, "sqlite": f"sqlite:///{folder / 'bench.sqlite3'}"}


def changes_of(path: str, candidate: Candidate, numbers: Iterator[int]) -> Callable[[], Iterator[bytes]]:
    """Return a candidate's requests: one change each, going round the paper."""
    cookie = f"__Host-lc_session={candidate.token}"

    def messages() -> Iterator[bytes]:
        for seq in numbers:
            slot = seq % QUESTIONS + 1
            change = {
                "slot": slot,
                "seq": seq,
                "value": VALUES[slot % 4],
                "flagged": False,
                "client_at": "2026-05-11T06:03:22.123Z",
            }
            yield message("PUT", path, json.dumps({"epoch": 1, "changes": [change]}).encode(), cookie)

    return messages


def measure(url: str, folder: Path, *, rounds: int, seconds: float) -> dict[str, Any]:
    """Return what both views do on one database."""
    migrate(url, folder)
    app = create_app(settings_for(url, folder))
    app.test_client_class = PublicClient
    world: ExamWorld = make_exam(app, copies=QUESTIONS // 4)
    seats = {name: [seated(world, f"{name}-{n}") for n in range(CLIENTS)] for name in ("saves", "bare")}
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    server = WebServer(url, folder)
    server.arguments = ["-c", f"from bench.saves import serve; serve({server.port})"]
    paths = {"saves": "/api/v1/attempts/{}/answers", "bare": "/api/v1/bare/{}"}
    clients = {
        name: [changes_of(paths[name].format(seat.attempt_id), seat, itertools.count(1)) for seat in seats[name]]
        for name in seats
    }
    found: dict[str, list[Round]] = {"saves": [], "bare": []}
    with running(server):
        for name in found:
            run_round(server.port, 1.0, clients[name])
        for number in range(rounds):
            for name in sorted(found, reverse=bool(number % 2)):
                found[name].append(run_round(server.port, seconds, clients[name]))
    return summary(found)


def summary(found: dict[str, list[Round]]) -> dict[str, Any]:
    """Return rates, times and the ratio; of neighbouring rounds, so that a machine that slows down slows both."""
    ratios = [ours.rate / bare_round.rate for ours, bare_round in zip(found["saves"], found["bare"], strict=True)]
    return {
        name: {
            "per_second": round(statistics.median(each.rate for each in rounds)),
            "p50_ms": percentile([t for each in rounds for t in each.times], 0.5),
            "p95_ms": percentile([t for each in rounds for t in each.times], 0.95),
        }
        for name, rounds in found.items()
    } | {"ratio": round(statistics.median(ratios), 3), "ratios": [round(each, 3) for each in ratios]}


def main() -> int:
    """Measure and print; the status is 1 where a ratio is below what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="a disk, not memory")
    parser.add_argument("--only", choices=sorted(WANTED))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with databases(folder) as urls:
            results = {
                dialect: {
                    **measure(url, folder, rounds=options.rounds, seconds=options.seconds),
                    "wanted": WANTED[dialect],
                }
                for dialect, url in urls.items()
                if options.only in (None, dialect)
            }
    print(json.dumps({"bench": "saves", "clients": CLIENTS, "databases": results}, indent=2))
    return 0 if all(each["ratio"] >= each["wanted"] for each in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
