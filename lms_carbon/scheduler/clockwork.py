"""APScheduler's timetable: every job at its interval, and at once when something woke it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor as PoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from lms_carbon.core import clock
from lms_carbon.core.jobs import jobs_of, run_job, take_wake_ups, wake
from lms_carbon.core.transaction import transaction

log = structlog.get_logger("lms_carbon.scheduler")

POLL: Final = timedelta(milliseconds=500)
"""How soon a wake-up is seen on SQLite, where nobody can be notified."""
THREADS: Final = 4


def run_safely(app: Flask, name: str) -> None:
    """Run a job; a failing one is logged and comes again at its next time, it never stops the others."""
    try:
        run_job(app, name)
    except Exception:
        log.exception("job failed", job=name)


def defer_safely(app: Flask, name: str) -> None:
    """Hand a job to Procrastinate's workers; one that waits already is not queued twice."""
    try:
        with app.app_context(), transaction():
            wake(name)
    except (AlreadyEnqueued, ConnectorException):
        log.warning("job not queued", job=name)
    except Exception:
        log.exception("job not queued", job=name)


class WakeUps:
    """Sees SQLite's wake-ups and runs their jobs in the pool, each at most once at a time."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="wake-up")

    def look(self) -> None:
        """Take what waits and start it."""
        try:
            with self.app.app_context():
                names = take_wake_ups()
        except Exception:
            log.exception("wake-ups not read")
            return
        for name in names:
            if name in jobs_of(self.app).by_name:
                self.pool.submit(run_safely, self.app, name)


def make_timetable(app: Flask) -> BackgroundScheduler:
    """Return a scheduler with all of the app's jobs, not yet started."""
    sqlite = app.extensions["lms_carbon.settings"].is_sqlite
    act: Callable[[Flask, str], None] = run_safely if sqlite else defer_safely
    timetable = BackgroundScheduler(
        executors={"default": PoolExecutor(THREADS + 1)},
        # A scheduler that was off runs what it missed once, not once for each missed time.
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        timezone="UTC",
    )
    for job in jobs_of(app).by_name.values():
        timetable.add_job(
            act,
            "interval",
            seconds=job.every.total_seconds(),
            args=[app, job.name],
            id=job.name,
            next_run_time=clock.now(),
        )
    if sqlite:
        timetable.add_job(WakeUps(app).look, "interval", seconds=POLL.total_seconds(), id="wake-ups")
    return timetable
