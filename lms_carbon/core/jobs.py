"""Work outside requests: jobs that may run twice, and the seam between them and the two engines.

The rows of the domain say what is to be done; a wake-up only says "look now". On PostgreSQL a wake-up is a
Procrastinate job deferred on the transaction's own connection, on SQLite a row of `wake_up`; both are gone when
the transaction rolls back. Every job also runs by the clock (`every`), so a lost wake-up costs time, never work.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import procrastinate
import sqlalchemy as sa
from flask import Flask, current_app
from procrastinate import SyncPsycopgConnector
from sqlalchemy.orm import Mapped, mapped_column

from lms_carbon.core.db import BigId, Model, session
from lms_carbon.core.transaction import transaction


class WakeUp(Model):
    """SQLite's queue: a job to look at now. Rows are deleted by whoever runs them."""

    __tablename__ = "wake_up"

    id: Mapped[BigId]
    job: Mapped[str] = mapped_column(sa.String(80))


@dataclass(frozen=True)
class Job:
    """Something the scheduler does: `run` takes no arguments, finds its work in rows and may run twice at once."""

    name: str
    run: Callable[[], None]
    every: timedelta


class Jobs:
    """The jobs of one app, by name."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.by_name: dict[str, Job] = {}
        self.engine = procrastinate.App(connector=SyncPsycopgConnector())

    def add(self, job: Job) -> None:
        """Make a job known to both engines; names are unique."""
        if job.name in self.by_name:
            raise ValueError(f"two jobs are called {job.name}")
        self.by_name[job.name] = job
        self.engine.task(name=job.name)(functools.partial(run_job, self.app, job.name))


_EXTENSION = "lms_carbon.jobs"


def init_jobs(app: Flask, jobs: list[Job]) -> None:
    """Give the app its jobs."""
    known = app.extensions[_EXTENSION] = Jobs(app)
    for job in jobs:
        known.add(job)


def jobs_of(app: Flask) -> Jobs:
    """Return the app's jobs."""
    jobs: Jobs = app.extensions[_EXTENSION]
    return jobs


def run_job(app: Flask, name: str) -> None:
    """Run a job once, in an app context. A job opens its own transactions: many small ones, not one long one."""
    with app.app_context():
        jobs_of(app).by_name[name].run()


def wake(name: str) -> None:
    """Ask for a job to run soon, within the current transaction: rolled back with it, committed with it."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        session.add(WakeUp(job=name))
        session.flush()
        return
    driver = connection.connection.driver_connection
    task = jobs_of(current_app).engine.tasks[name]
    try:
        with connection.begin_nested():  # a duplicate must not undo the work around it
            task.configure(connection=driver, queueing_lock=name).defer()
    except procrastinate.exceptions.AlreadyEnqueued:
        return


def take_wake_ups() -> Mapping[str, int]:
    """Remove and return SQLite's waiting wake-ups: job name → how many."""
    with transaction():
        rows = session.execute(sa.delete(WakeUp).returning(WakeUp.job)).scalars().all()
    return {name: rows.count(name) for name in set(rows)}
