"""The two commits, and SQLite's manners."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.db import database_now, db
from lms_carbon.core.jobs import WakeUp
from lms_carbon.core.transaction import independent, transaction


def names() -> list[str]:
    return list(db.session.scalars(sa.select(WakeUp.job).order_by(WakeUp.id)))


def test_returning_commits_and_raising_rolls_back(app: Flask) -> None:
    with app.app_context():
        with transaction():
            db.session.add(WakeUp(job="kept"))
        with pytest.raises(ValueError, match="no"), transaction():
            db.session.add(WakeUp(job="dropped"))
            db.session.flush()
            raise ValueError("no")
        assert names() == ["kept"]


def test_independent_survives_a_rollback_around_it(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ValueError, match="no"), transaction(write=False):
            assert names() == []
            with independent() as connection:
                connection.execute(sa.insert(WakeUp).values(job="survives"))
            raise ValueError("no")
        assert names() == ["survives"]


def test_writers_wait_for_each_other_instead_of_failing(app: Flask) -> None:
    """Each reads before it writes, which fails at once on SQLite when transactions begin deferred."""
    problems: list[Exception] = []

    def write(n: int) -> None:
        try:
            with app.app_context(), transaction():
                names()
                db.session.add(WakeUp(job=f"writer-{n}"))
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with app.app_context():
        assert sorted(names()) == sorted(f"writer-{n}" for n in range(8))


def test_the_databases_clock_is_utc_and_compares_with_instants(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        now = connection.scalar(sa.select(database_now()))
        assert now is not None
        assert now.tzinfo is UTC
        assert abs(now - datetime.now(UTC)) < timedelta(seconds=30)
        earlier = sa.literal(now - timedelta(seconds=1), type_=database_now().type)
        assert connection.scalar(sa.select(earlier < database_now())) in (True, 1)
