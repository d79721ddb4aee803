"""`lms-carbon scheduler` and, for more machines on PostgreSQL, `lms-carbon worker`."""

import signal
import threading
from typing import Any

import click
from flask import Flask
from procrastinate import PsycopgConnector

from lms_carbon.core.cli import app_of
from lms_carbon.core.jobs import jobs_of, take_wake_ups
from lms_carbon.scheduler.clockwork import THREADS, make_timetable, run_safely


def work(app: Flask, *, wait: bool = True) -> None:
    """Run Procrastinate's worker until the process is told to stop; with `wait=False` only until nothing waits."""
    url = app.extensions["lms_carbon.settings"].database_url.replace("+psycopg", "", 1)
    engine = jobs_of(app).engine.with_connector(PsycopgConnector(conninfo=url))
    with engine.open():
        engine.run_worker(
            concurrency=THREADS,
            delete_jobs="always",
            fetch_job_polling_interval=1.0,
            wait=wait,
            install_signal_handlers=wait,
        )


def work_off(app: Flask) -> None:
    """Run what was asked for and return when nothing waits any more."""
    if app.extensions["lms_carbon.settings"].is_sqlite:
        with app.app_context():
            names = take_wake_ups()
        for name in names:
            run_safely(app, name)
    else:
        work(app, wait=False)


@click.command("scheduler")
@click.pass_context
def scheduler_command(context: click.Context) -> None:
    """Run what the clock says: submit overdue attempts, send scores and mail. Several may run."""
    app = app_of(context)
    timetable = make_timetable(app)
    timetable.start()
    click.echo("scheduler: " + ", ".join(sorted(jobs_of(app).by_name)), err=True)
    try:
        if app.extensions["lms_carbon.settings"].is_sqlite:
            _wait_for_the_end()
        else:
            work(app)
    finally:
        timetable.shutdown(wait=True)


@click.command("worker")
@click.option("--once", is_flag=True, help="Run what waits and end; works on SQLite too.")
@click.pass_context
def worker_command(context: click.Context, *, once: bool) -> None:
    """Run jobs that schedulers defer; PostgreSQL only, where a scheduler alone is not enough."""
    app = app_of(context)
    if once:
        work_off(app)
        return
    if app.extensions["lms_carbon.settings"].is_sqlite:
        raise click.UsageError("on SQLite the scheduler itself runs the jobs; start `lms-carbon scheduler`")
    work(app)


def _wait_for_the_end() -> None:
    ended = threading.Event()

    def end(*_: Any) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    ended.wait()
