"""Durable databases of both kinds, and the exam on them that processes of their own will serve."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask

from lms_carbon.app import create_app
from tests.conftest import PublicClient
from tests.support.databases import DIALECTS, migrate, settings_for
from tests.support.postgres import running_postgres


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder on a disk that PostgreSQL's own user may look into."""
    with TemporaryDirectory(prefix="faults-", dir="/var/tmp", ignore_cleanup_errors=True) as name:
        place = Path(name)
        place.chmod(0o755)
        yield place


@pytest.fixture(params=DIALECTS)
def url(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Yield the URL of a migrated database that keeps what it has acknowledged, as in production."""
    if request.param == "sqlite":
        made = f"sqlite:///{folder / 'faults.sqlite3'}"
        migrate(made, folder)
        yield made
        return
    with running_postgres(folder / "pg", durable=True) as postgres:
        migrate(postgres, folder)
        yield postgres


@pytest.fixture
def app(url: str, folder: Path) -> Iterator[Flask]:
    """Yield an app of this process on the same database, to prepare and to look."""
    app = create_app(settings_for(url, folder))
    app.test_client_class = PublicClient
    yield app
    with app.app_context():
        app.extensions["sqlalchemy"].session.remove()
        app.extensions["sqlalchemy"].engine.dispose()
