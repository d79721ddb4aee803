"""The walls around the schema: tenancy, persons, migrations."""

from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from lms_carbon.core.db import Model, db
from lms_carbon.core.hooks import person_data

GLOBAL = {"framework", "direction", "position", "statement", "requirement", "institution", "wake_up"}
"""Tables that belong to no institution: the standard, the institutions themselves, SQLite's queue."""


def _compared(app: Flask) -> list[Any]:
    def ours(item: object, name: str | None, kind: str, reflected: bool, compared: object) -> bool:
        return not (name or "").startswith(("procrastinate_", "alembic_"))

    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": ours})
        return list(compare_metadata(context, Model.metadata))


def test_models_are_what_the_migrations_make(app: Flask) -> None:
    assert _compared(app) == []


def test_every_tenant_table_names_its_institution(app: Flask) -> None:
    tables = Model.metadata.tables
    assert set(tables) >= GLOBAL
    missing = {
        name
        for name, table in tables.items()
        if name not in GLOBAL and ("institution_id" not in table.c or table.c.institution_id.nullable)
    }
    assert missing == set()


def test_every_table_with_a_person_has_somebody_to_export_and_erase_it(app: Flask) -> None:
    with app.app_context():
        handled = [table for data in person_data.ask() for table in data.tables]
    named = {
        name
        for name, table in Model.metadata.tables.items()
        if any(key.column.table.name == "person" for key in table.foreign_keys)
    }
    assert len(handled) == len(set(handled)), "a table has two handlers"
    assert named - set(handled) - {"person"} == set()
    assert set(handled) <= set(Model.metadata.tables)


def test_sqlite_is_durable_and_everything_has_foreign_keys(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        else:
            assert sa.inspect(connection).has_table("procrastinate_jobs")
