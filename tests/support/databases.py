"""A fresh database for every test that asks, copied from a template that the migrations made once."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
import sqlalchemy as sa

from lms_carbon.app import create_app
from lms_carbon.core.config import Settings, read_settings
from tests.support.postgres import running_postgres

DIALECTS = ("sqlite", "postgresql")
EMPTY = """
    DO $$
    DECLARE
        stray integer; place record;
    BEGIN
        SET LOCAL session_replication_role = replica;
        FOR stray IN SELECT pid FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
        LOOP
            PERFORM pg_terminate_backend(stray, 5000);
        END LOOP;
        FOR place IN SELECT relname FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
                AND pg_relation_size(oid) > 0
        LOOP
            EXECUTE 'DELETE FROM ' || quote_ident(place.relname);
        END LOOP;
        FOR place IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
        LOOP
            PERFORM setval(quote_ident(place.sequencename)::regclass, 1, false);
        END LOOP;
    END $$
"""
"""Ends whoever is in a transaction, deletes all rows without asking references, and starts the identities over."""
USED = """
    SELECT quote_ident(relname) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
        AND pg_relation_size(oid) > 0
"""
"""The tables whose files hold something, if only rows that were deleted: new rows would come to lie between those."""
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


def settings_for(url: str, folder: Path, **changes: str) -> Settings:
    """Return settings of a test app."""
    return read_settings(
        {
            "LMS_CARBON_SECRET_KEY": "s" * 64,
            "LMS_CARBON_KEY_ENCRYPTION_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
            "LMS_CARBON_PUBLIC_URL": "http://127.0.0.1:8000",
            "LMS_CARBON_DATABASE_URL": url,
            "LMS_CARBON_FILES": str(folder / "files"),
            "LMS_CARBON_DEMO": "1",
            **{f"LMS_CARBON_{name.upper()}": value for name, value in changes.items()},
        }
    )


def migrate(url: str, folder: Path) -> None:
    """Bring a database to the newest revision."""
    app = create_app(settings_for(url, folder))
    with app.app_context():
        flask_migrate.upgrade()
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()


@dataclass(frozen=True)
class Templates:
    """Where the migrated templates are: a SQLite file and a PostgreSQL database called `template_lms`."""

    folder: Path
    postgres: str

    @contextmanager
    def copy(self, dialect: str, name: str) -> Iterator[str]:
        """Yield the URL of a copy that is thrown away afterwards."""
        yield self.renew(dialect, name)
        self.remove(dialect, name)

    def renew(self, dialect: str, name: str) -> str:
        """Return the URL of an empty database of this name: a fresh copy, or what this process made before, emptied.

        Copying costs PostgreSQL many times as much as deleting a test's few rows.
        """
        url = self.url(dialect, name)
        if url in _MADE:
            with _MADE[url].connect() as connection:
                connection.exec_driver_sql(EMPTY)
                if used := ", ".join(connection.exec_driver_sql(USED).scalars()):
                    connection.exec_driver_sql(f"VACUUM {used}")
            return url
        self.remove(dialect, name)
        if dialect == "sqlite":
            shutil.copyfile(self.folder / "template.sqlite3", self.folder / f"{name}.sqlite3")
        else:
            with self._administration() as connection:
                connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE template_lms STRATEGY file_copy')
            _MADE[url] = sa.create_engine(url, isolation_level="AUTOCOMMIT", pool_size=1)
        return url

    def url(self, dialect: str, name: str) -> str:
        """Return where a database of this name is, or would be."""
        if dialect == "sqlite":
            return f"sqlite:///{self.folder / name}.sqlite3"
        return self.postgres.replace("/postgres?", f"/{name}?")

    def remove(self, dialect: str, name: str) -> None:
        """Throw a copy away, whoever still looks at it."""
        if dialect == "sqlite":
            for file in self.folder.glob(f"{name}.sqlite3*"):
                file.unlink()
            return
        if (engine := _MADE.pop(self.url(dialect, name), None)) is not None:
            engine.dispose()
        with self._administration() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @contextmanager
    def _administration(self) -> Iterator[sa.Connection]:
        # One connection for the process: making it costs as much as a copy.
        if self.postgres not in _ADMINISTRATIONS:
            engine = sa.create_engine(self.postgres, isolation_level="AUTOCOMMIT", pool_size=1)
            _ADMINISTRATIONS[self.postgres] = engine
        with _ADMINISTRATIONS[self.postgres].connect() as connection:
            yield connection


_ADMINISTRATIONS: dict[str, sa.Engine] = {}
_MADE: dict[str, sa.Engine] = {}
"""The PostgreSQL databases of this process, by URL."""


def close_connections() -> None:
    """Close what this process still holds open."""
    for engine in (*_ADMINISTRATIONS.values(), *_MADE.values()):
        engine.dispose()


@contextmanager
def made_templates(folder: Path) -> Iterator[Templates]:
    """Start PostgreSQL and make both templates; the first worker does it, the others wait for it."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_postgres(folder / "pg") as postgres:
        admin = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE template_lms")
        admin.dispose()
        migrate(postgres.replace("/postgres?", "/template_lms?"), folder)
        sqlite = folder / "template.sqlite3"
        with suppress(FileNotFoundError):
            sqlite.unlink()
        migrate(f"sqlite:///{sqlite}", folder)
        engine = sa.create_engine(f"sqlite:///{sqlite}")
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
        engine.dispose()
        yield Templates(folder=folder, postgres=postgres)


def unique_name(counter: Iterator[int] | None = None) -> str:
    """Return a database name that no other worker uses; without a counter this worker's own."""
    return f"lms_{_WORKER}" if counter is None else f"lms_{_WORKER}_{next(counter)}"
