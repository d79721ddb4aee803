"""A wake-up runs its job once, on either engine; rolled back, it never was."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.db import db
from lms_carbon.core.jobs import Job, WakeUp, jobs_of, wake
from lms_carbon.core.transaction import transaction
from lms_carbon.scheduler.clockwork import make_timetable, run_safely
from lms_carbon.scheduler.commands import work_off

pytestmark = pytest.mark.own_app


class Bell:
    """Counts how often it rang."""

    def __init__(self) -> None:
        self.rang = threading.Semaphore(0)

    def ring(self) -> None:
        self.rang.release()


@pytest.fixture
def bell(app: Flask) -> Bell:
    bell = Bell()
    jobs_of(app).add(Job("test.ring", bell.ring, timedelta(hours=1)))
    jobs_of(app).add(Job("test.break", lambda: 1 / 0, timedelta(hours=1)))
    return bell


def waiting(app: Flask) -> int:
    with app.app_context():
        table = "wake_up" if db.engine.dialect.name == "sqlite" else "procrastinate_jobs"
        return int(db.session.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0)


def work_off_apart(app: Flask) -> None:
    """Work off what waits in a thread of its own: where browser tests ran before, this one has an event loop."""
    with ThreadPoolExecutor(1) as apart:
        apart.submit(work_off, app).result()


def wake_and_fail(app: Flask) -> None:
    with app.app_context(), transaction():
        wake("test.ring")
        raise ValueError("no")


def test_a_wake_up_goes_with_its_transaction(app: Flask, bell: Bell) -> None:
    with pytest.raises(ValueError, match="no"):
        wake_and_fail(app)
    assert waiting(app) == 0
    with app.app_context(), transaction():
        wake("test.ring")
    assert waiting(app) == 1


def test_several_wake_ups_in_one_transaction_keep_its_work(app: Flask, bell: Bell) -> None:
    with app.app_context(), transaction():
        for _ in range(3):
            wake("test.ring")
        db.session.add(WakeUp(job="beside"))
    with app.app_context():
        assert "beside" in set(db.session.scalars(sa.select(WakeUp.job)))


def test_the_job_runs(app: Flask, bell: Bell) -> None:
    with app.app_context(), transaction():
        wake("test.ring")
    work_off_apart(app)
    assert bell.rang.acquire(timeout=10)
    assert waiting(app) == 0


def test_a_breaking_job_stops_nobody(app: Flask, bell: Bell) -> None:
    run_safely(app, "test.break")
    run_safely(app, "test.ring")
    assert bell.rang.acquire(timeout=10)


def test_the_timetable_runs_every_job_at_its_start_and_by_wake_up(app: Flask, bell: Bell) -> None:
    timetable = make_timetable(app)
    timetable.start()
    try:
        if app.extensions["lms_carbon.settings"].is_sqlite:
            assert bell.rang.acquire(timeout=10), "at the start"
            with app.app_context(), transaction():
                wake("test.ring")
            assert bell.rang.acquire(timeout=10), "woken"
        else:
            deadline = threading.Event()
            while waiting(app) < 1 and not deadline.wait(0.05):
                pass
            work_off_apart(app)
            assert bell.rang.acquire(timeout=10)
    finally:
        timetable.shutdown(wait=True)
