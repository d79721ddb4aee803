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
        """Put a fresh copy in the place of whatever is called so, and return its URL, the same for the same name."""
        self.remove(dialect, name)
        if dialect == "sqlite":
            target = self.folder / f"{name}.sqlite3"
            shutil.copyfile(self.folder / "template.sqlite3", target)
            return f"sqlite:///{target}"
        with self._administration() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE template_lms STRATEGY file_copy')
        return self.postgres.replace("/postgres?", f"/{name}?")

    def remove(self, dialect: str, name: str) -> None:
        """Throw a copy away, whoever still looks at it."""
        if dialect == "sqlite":
            for file in self.folder.glob(f"{name}.sqlite3*"):
                file.unlink()
            return
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
