"""How fast the outbox drains into a platform that fails one score in ten; `python -m bench.outbox`.

The sandbox LMS runs in a process of its own. Every tenth score is answered 500: half of these were lost before they
were taken, half after. In the end every score must be in the gradebook, and each must have been taken once.
"""

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import requests
import sqlalchemy as sa
from flask import Flask, Response, request

from lms_carbon.app import create_app
from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.jobs import run_job
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.models.launches import Course, CourseMember, ResourceLink
from lms_carbon.lti.models.scores import DeliveryState, LineItem, ScoreDelivery
from lms_carbon.lti.services.registrations import add_registration
from lms_carbon.lti.services.scores import queue_scores
from lms_carbon.people.models.persons import Identity, Person
from lms_carbon.sandbox.config import SandboxConfig, load_config
from lms_carbon.sandbox.rules import PLAIN
from tests.support.databases import migrate, settings_for
from tests.support.postgres import running_postgres
from tests.support.sandbox import serve_app, start_sandbox
from tests.support.world import make_institution

SCORES: Final = 10_000
FAILS: Final = 10
TARGET: Final = "exam:bench"


def config_with(people: int) -> SandboxConfig:
    """Return the demo's seed with so many learners in its first course, and faults."""
    demo = load_config()
    learner = demo.people[0]
    crowd = tuple(replace(learner, sub=f"p-{number}") for number in range(people))
    first = replace(demo.courses[0], people=(*demo.courses[0].people, *(each.sub for each in crowd)))
    rules = replace(PLAIN, fail_every=FAILS)
    return replace(demo, rules=rules, people=(*demo.people, *crowd), courses=(first, *demo.courses[1:]))


def play(tool: str, people: int, pipe: Connection) -> None:
    """Be the platform until told to stop; counts which scores were taken, whatever was answered."""
    with start_sandbox(tool, config=config_with(people)) as sandbox:
        taken: Counter[str] = Counter()
        asked: Counter[str] = Counter()

        @sandbox.app.after_request
        def count(response: Response) -> Response:
            asked[f"{request.method} {response.status_code}"] += 1
            if request.method == "POST" and request.path.endswith("/scores"):
                lost = response.status_code == 500 and b"after it was taken" in response.get_data()
                if response.status_code == 204 or lost:
                    taken[request.get_json(force=True)["userId"]] += 1
            return response

        pipe.send(str(sandbox))
        pipe.recv()
        pipe.send({"taken": dict(taken), "asked": dict(asked)})


@contextmanager
def platform(tool: str, people: int) -> Iterator[tuple[str, Connection]]:
    """Run the platform in a process of its own; yields its address and the pipe to it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=play, args=(tool, people, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv(), ours
    finally:
        process.terminate()
        process.join()


def fill(app: Flask, sandbox: str, people: int) -> None:
    """Make the platform, the course, its people and its column known, and queue everybody's score."""
    courses = requests.get(f"{sandbox}/courses/carbon-2026/grades.json", timeout=60).json()
    url = next(each["id"] for each in courses if each["resourceLinkId"] == "rl-exam")
    with app.app_context(), transaction():
        institution_id = make_institution("bench")
        registration = add_registration(
            by=None,
            institution_id=institution_id,
            name="Sandbox",
            issuer=sandbox,
            client_id="lms-carbon-demo",
            auth_login_url=f"{sandbox}/auth",
            auth_token_url=f"{sandbox}/token",
            key_set_url=f"{sandbox}/jwks.json",
            deployment_ids=["1"],
            at=now(),
        )
        tenant: dict[str, Any] = {"institution_id": institution_id, "created_at": now()}
        place = registration.deployments[0].id
        course = Course(deployment_id=place, context_id="carbon-2026", title="Bench", **tenant)
        session.add(course)
        session.flush()
        link = ResourceLink(
            deployment_id=place, course_id=course.id, resource_link_id="rl-exam", target=TARGET, **tenant
        )
        session.add(link)
        session.flush()
        session.add(
            LineItem(registration_id=registration.id, resource_link_id=link.id, url=url, target=TARGET, **tenant)
        )
        known = [Person(name=f"Person {number}", language="en", **tenant) for number in range(people)]
        session.add_all(known)
        session.flush()
        for number, person in enumerate(known):
            session.add(
                Identity(person_id=person.id, provider=f"lti:{registration.id}", subject=f"p-{number}", **tenant)
            )
            session.add(
                CourseMember(
                    institution_id=institution_id,
                    course_id=course.id,
                    person_id=person.id,
                    learns=True,
                    seen_at=now(),
                )
            )
        session.flush()
        rows = [(person.id, score_of(number), "4级 中级 · Level 4") for number, person in enumerate(known)]
        assert queue_scores(institution_id=institution_id, target=TARGET, rows=rows, at=now()) == people


def score_of(number: int) -> int:
    """Return a learner's score in hundredths."""
    return number * 37 % 10_001


def drain(app: Flask) -> tuple[float, int]:
    """Send until nothing waits; pauses between tries are cut short. Returns seconds spent sending, and runs."""
    spent, runs = 0.0, 0
    while True:
        began = time.perf_counter()
        run_job(app, "lti.send_scores")
        spent, runs = spent + time.perf_counter() - began, runs + 1
        with app.app_context(), transaction():
            waiting = (
                sa.update(ScoreDelivery).where(ScoreDelivery.state == DeliveryState.WAITING).values(next_try_at=now())
            )
            left = session.execute(waiting).rowcount  # type: ignore[attr-defined]
        if not left:
            return spent, runs
        if runs > 200:
            raise RuntimeError(f"{left} scores do not arrive")


def measure(url: str, folder: Path, people: int) -> dict[str, Any]:
    """Drain on one database and hold the gradebook against what was queued."""
    folder.mkdir(exist_ok=True)
    migrate(url, folder)

    def make(address: str) -> Flask:
        return create_app(settings_for(url, folder, public_url=address))

    with serve_app(make, host="127.0.0.1") as (tool, app), platform(tool, people) as (sandbox, pipe):
        fill(app, sandbox, people)
        spent, runs = drain(app)
        grades = requests.get(f"{sandbox}/courses/carbon-2026/grades.json", timeout=120).json()
        [column] = [each["grades"] for each in grades if each["resourceLinkId"] == "rl-exam"]
        pipe.send("stop")
        told = pipe.recv()
        with app.app_context():
            for engine in app.extensions["sqlalchemy"].engines.values():
                engine.dispose()
    wanted = {f"p-{number}": score_of(number) / 100 for number in range(people)}
    return {
        "scores": people,
        "per_second": round(people / spent, 1),
        "seconds": round(spent, 1),
        "runs": runs,
        "requests": told["asked"],
        "lost": sum((column[sub] or {}).get("score") != score for sub, score in wanted.items()),
        "twice": sum(count > 1 for count in told["taken"].values()),
    }


def main() -> int:
    """Measure and print; the status is 1 where a score was lost or taken twice."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scores", type=int, default=SCORES)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="a disk, not memory")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with running_postgres(folder / "pg", durable=True) as postgres:
            urls = {"postgresql": postgres, "sqlite": f"sqlite:///{folder / 'bench.sqlite3'}"}
            results = {}
            for dialect, url in urls.items():
                if options.only in (None, dialect):
                    results[dialect] = measure(url, folder / dialect, options.scores)
                    print(json.dumps({dialect: results[dialect]}), file=sys.stderr)  # each takes minutes
    print(json.dumps({"bench": "outbox", "fails_one_in": FAILS, "databases": results}, indent=2))
    return 0 if all(each["lost"] == each["twice"] == 0 for each in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
