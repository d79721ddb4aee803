"""`kill -9` of web server and scheduler under way: what was acknowledged is there, submitted once, booked once."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Mark, MarkBatch
from lms_carbon.exams.models.attempts import Attempt
from lms_carbon.exams.queries.standings import list_answers
from lms_carbon.exams.rules.scoring import HeldAnswer, answers_digest
from lms_carbon.exams.rules.states import AttemptState, SubmittedBy
from tests.support.exam_seats import Candidate, move_deadline, seated
from tests.support.exams import ExamWorld, make_exam
from tests.support.servers import Scheduler, WebServer, running

pytestmark = pytest.mark.faults

PATIENCE = 90
"""Seconds after which something that should have happened has not."""
KILLS = 4
LETTERS = "abcd"


@dataclass
class Page:
    """A runner's page in a process that survives: it sends, and sends again until it is answered."""

    candidate: Candidate
    port: int
    acknowledged: dict[int, int] = field(default_factory=dict)
    """Slot → the newest seq that the server said is held."""
    seq: int = 0
    receipt: str = ""

    def call(self, method: str, path: str, body: dict[str, Any], *, until: float) -> tuple[int, Any]:
        """Return status and JSON of the first answer; raises `TimeoutError`."""
        headers = {"Content-Type": "application/json", "Cookie": f"__Host-lc_session={self.candidate.token}"}
        address = f"/api/v1/attempts/{self.candidate.attempt_id}/{path}"
        while time.monotonic() < until:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            try:
                connection.request(method, address, json.dumps(body), headers)
                answer = connection.getresponse()
                data = json.loads(answer.read())
                if answer.status < 500:
                    return answer.status, data
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.02)  # the server is gone; the page asks again
            finally:
                connection.close()
        raise TimeoutError(f"no answer to {method} {address}")

    def change(self) -> dict[str, Any]:
        """Return the next change; its value tells its seq."""
        self.seq += 1
        slot = (1, 4)[self.seq % 2]
        return {"slot": slot, "seq": self.seq, "value": value_of(slot, self.seq)}

    def save(self, until: float) -> None:
        """Save one change and note what was acknowledged."""
        body = {"epoch": self.candidate.epoch, "changes": [self.change()]}
        status, data = self.call("PUT", "answers", body, until=until)
        assert status == 200, data
        for each in data["saved"]:
            self.acknowledged[each["slot"]] = max(each["seq"], self.acknowledged.get(each["slot"], 0))

    def save_while(self, going: Callable[[], bool]) -> None:
        """Save one change after the other."""
        while going():
            self.save(time.monotonic() + PATIENCE)

    def submit(self) -> None:
        """Submit and keep the receipt."""
        body = {"epoch": self.candidate.epoch, "changes": [], "by": "candidate"}
        status, data = self.call("POST", "submission", body, until=time.monotonic() + PATIENCE)
        assert status == 200, data
        self.receipt = data["digest"]


def value_of(slot: int, seq: int) -> str:
    """Return what a page answers at this seq."""
    return LETTERS[seq % 4] if slot == 1 else str(seq)


def wait_until(true: Callable[[], bool], what: str) -> None:
    """Poll until something holds; fails after `PATIENCE` seconds."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if true():
            return
        time.sleep(0.005)
    pytest.fail(f"waited in vain: {what}")


def submitted(world: ExamWorld) -> int:
    """Return how many attempts are submitted."""
    with world.app.app_context(), transaction(write=False):
        query = sa.select(sa.func.count()).select_from(Attempt).where(Attempt.state == AttemptState.SUBMITTED)
        return session.scalars(query).one()


def check_all(world: ExamWorld, pages: list[Page]) -> None:
    """Hold what must be so at the end, of every attempt."""
    with world.app.app_context(), transaction(write=False):
        batches = session.scalars(sa.select(MarkBatch.source)).all()
        assert sorted(batches) == sorted(f"attempt:{page.candidate.attempt_id}" for page in pages), "booked once each"
        assert session.scalar(sa.select(sa.func.count()).select_from(Mark)) == len(pages) * 8
        for page in pages:
            attempt = world.attempt(page.candidate.attempt_id)
            held = {row.slot: row for row in list_answers(attempt.id)}
            for slot, seq in page.acknowledged.items():
                assert held[slot].seq >= seq, f"attempt {attempt.id}: slot {slot} was acknowledged at {seq}"
            for slot, row in held.items():
                assert row.value == value_of(slot, row.seq)
            rows = [HeldAnswer(row.slot, row.epoch, row.seq, row.value) for row in held.values()]
            assert attempt.state is AttemptState.SUBMITTED
            assert attempt.digest == answers_digest(attempt.id, rows), "the digest is over all that is held"
            assert page.receipt in ("", attempt.digest)


def sit_down(world: ExamWorld, port: int, count: int) -> list[Page]:
    """Return pages of as many candidates whose attempts run."""
    return [Page(seated(world, f"考生{number}"), port) for number in range(count)]


def test_answers_survive_a_killed_web_server(app: Flask, url: str, folder: Path) -> None:
    """Candidates answer without a pause while the server dies again and again; then they submit, and it dies again."""
    world = make_exam(app)
    server = WebServer(url, folder)
    pages = sit_down(world, server.port, 6)
    stop = threading.Event()
    with running(server), ThreadPoolExecutor(len(pages)) as pool:
        saving = [pool.submit(page.save_while, lambda: not stop.is_set()) for page in pages]
        try:
            for _ in range(KILLS):
                before = [page.seq for page in pages]
                wait_until(
                    lambda b=before: all(p.seq > s + 3 for p, s in zip(pages, b, strict=True)), "pages go on saving"
                )
                server.kill()
                server.start()
        finally:
            stop.set()
        for each in saving:
            each.result()
        submitting = [pool.submit(page.submit) for page in pages]
        wait_until(lambda: submitted(world) > 0, "a first submission")
        server.kill()
        server.start()
        for each in submitting:
            each.result()
    assert all(len(page.acknowledged) == 2 for page in pages)
    check_all(world, pages)


def test_overdue_attempts_are_submitted_once_whatever_scheduler_dies(app: Flask, url: str, folder: Path) -> None:
    """Two schedulers work at once on those who are gone; both are killed in the middle, one of them twice."""
    world = make_exam(app)
    server = WebServer(url, folder)
    schedulers = [Scheduler(url, folder, name=f"scheduler-{number}") for number in range(2)]
    pages = sit_down(world, server.port, 30)
    with running(server, *schedulers):
        for page in pages:
            page.save(time.monotonic() + PATIENCE)
        server.kill()
        for page in pages:
            move_deadline(world, page.candidate.attempt_id, -61)
        wait_until(lambda: submitted(world) > 0, "a first submission by a scheduler")
        for scheduler in schedulers:
            scheduler.kill()
        reached = submitted(world)
        schedulers[0].start()
        wait_until(lambda: submitted(world) > reached or submitted(world) == len(pages), "the restarted one goes on")
        schedulers[0].kill()
        for scheduler in schedulers:
            scheduler.start()
        wait_until(lambda: submitted(world) == len(pages), "all are submitted")
    check_all(world, pages)
    with app.app_context(), transaction(write=False):
        assert set(session.scalars(sa.select(Attempt.submitted_by))) == {SubmittedBy.SCHEDULER}


def test_page_and_scheduler_submit_the_same_attempts_while_both_die(app: Flask, url: str, folder: Path) -> None:
    """At the deadline page and scheduler submit at once; the server is killed between, and all get their receipt."""
    world = make_exam(app)
    server, scheduler = WebServer(url, folder), Scheduler(url, folder)
    pages = sit_down(world, server.port, 12)
    with running(server, scheduler), ThreadPoolExecutor(len(pages)) as pool:
        for page in pages:
            page.save(time.monotonic() + PATIENCE)
        for page in pages:
            move_deadline(world, page.candidate.attempt_id, -61)
        submitting = [pool.submit(page.submit) for page in pages]
        wait_until(lambda: submitted(world) > 0, "a first submission")
        server.kill()
        scheduler.kill()
        server.start()
        scheduler.start()
        for each in submitting:
            each.result()
    assert all(page.receipt for page in pages)
    check_all(world, pages)
