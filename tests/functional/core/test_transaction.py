"""Commits that need not wait for the disk, and that nobody else is affected by them."""

import pytest
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.db import db
from lms_carbon.core.transaction import independent

SETTING = {"sqlite": "PRAGMA synchronous", "postgresql": "SHOW synchronous_commit"}


def asked(connection: sa.Connection) -> str:
    return str(connection.exec_driver_sql(SETTING[connection.dialect.name]).scalar())


def test_only_the_transaction_that_says_so_is_not_durable(app: Flask) -> None:
    with app.app_context():
        with independent() as connection:
            usual = asked(connection)
        with independent(durable=False) as connection:
            assert asked(connection) == {"sqlite": "1", "postgresql": "off"}[connection.dialect.name]
            connection.exec_driver_sql("INSERT INTO wake_up (job) VALUES ('x')")
        for _ in range(3):
            with db.engine.connect() as connection:
                assert asked(connection) == usual
                assert connection.exec_driver_sql("SELECT count(*) FROM wake_up").scalar() == 1


def fail_halfway() -> None:
    with independent(durable=False) as connection:
        connection.exec_driver_sql("INSERT INTO wake_up (job) VALUES ('x')")
        connection.exec_driver_sql("INSERT INTO wake_up (job) VALUES (NULL)")


def test_a_failed_one_leaves_no_trace(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(sa.exc.DatabaseError):
            fail_halfway()
        with independent() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM wake_up").scalar() == 0
            if connection.dialect.name == "sqlite":
                assert asked(connection) == "2"
