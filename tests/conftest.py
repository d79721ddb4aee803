"""Fixtures of all tests: databases of both kinds, an app on each, a client.

With xdist the first process makes the templates and hands their place to the workers (`pytest_configure_node`).
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.apps import KeptApps
from tests.support.compiled import keep_builders, keep_templates
from tests.support.databases import DIALECTS, Templates, close_connections, made_templates, unique_name
from tests.support.keys import deal_anew, deal_keys
from tests.support.walls import build_walls

build_walls()
deal_keys()
keep_builders()
# How long an example takes says more about the machine than about the product; bench/ measures.
hypothesis.settings.register_profile("steady", deadline=None)
hypothesis.settings.load_profile("steady")


LONG = ("test_whole_way", "test_main_journey", "test_routes", "test_aggregation", "test_leaks")
"""Modules of which a single test takes as long as hundreds of others."""


class TemplateMaker:
    """Makes the templates once a run, in the process that pytest was started in."""

    def __init__(self) -> None:
        self.place: tuple[str, str] | None = None
        self._open: object | None = None

    def make(self) -> tuple[str, str]:
        """Return (folder, PostgreSQL URL), made at first need."""
        if self.place is None:
            self._folder = tempfile.TemporaryDirectory(prefix="lms-tests-", ignore_cleanup_errors=True)
            Path(self._folder.name).chmod(0o755)
            self._open = made_templates(Path(self._folder.name))
            templates = self._open.__enter__()  # type: ignore[attr-defined]
            self.place = (str(templates.folder), templates.postgres)
        return self.place

    def pytest_configure_node(self, node: object) -> None:
        """Tell an xdist worker where the templates are."""
        node.workerinput["templates"] = self.make()  # type: ignore[attr-defined]

    def pytest_unconfigure(self) -> None:
        """Stop PostgreSQL and remove everything."""
        if self._open is not None:
            self._open.__exit__(None, None, None)  # type: ignore[attr-defined]
            self._folder.cleanup()


def pytest_configure(config: pytest.Config) -> None:
    """Register the maker in the controlling process only."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(TemplateMaker(), "templates")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the modules out to the workers, each beginning with its share of the long journeys.

    xdist gives every worker one run of neighbours, and lets who is done steal from the end of others' runs. In the
    order of the alphabet one worker has all the browser tests, and the longest of them begin last.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    modules: dict[str, list[pytest.Item]] = {}
    for item in items:
        # Such a test is as long as a module, so its cases may go to two workers; but starting a demo costs more.
        apart = item.path.stem in LONG and "browser" not in item.path.parts
        modules.setdefault(item.nodeid if apart else str(item.path), []).append(item)
    dealt = sorted(modules, key=lambda name: not any(f"/{stem}.py" in name for stem in LONG))
    items[:] = [item for worker in range(workers) for name in dealt[worker::workers] for item in modules[name]]


def pytest_runtest_setup() -> None:
    """Let every test begin with the first of the kept key pairs."""
    deal_anew()


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Where fixtures are given, a test that skips for want of them is a failure."""
    skipped = call.excinfo is not None and call.excinfo.errisinstance(pytest.skip.Exception)
    if skipped and os.environ.get("LMS_CARBON_FIXTURES") and "fixtures" in str(call.excinfo.value):  # type: ignore[union-attr]
        pytest.fail(f"{item.nodeid} skipped although LMS_CARBON_FIXTURES is set", pytrace=False)


@pytest.fixture(scope="session")
def templates(pytestconfig: pytest.Config) -> Iterator[Templates]:
    """Yield the migrated templates of both databases."""
    if hasattr(pytestconfig, "workerinput"):
        folder, postgres = pytestconfig.workerinput["templates"]
    else:
        folder, postgres = pytestconfig.pluginmanager.get_plugin("templates").make()  # type: ignore[union-attr]
    keep_templates(Path(folder) / "jinja")
    yield Templates(folder=Path(folder), postgres=postgres)
    close_connections()


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest, templates: Templates) -> str:
    """Return the URL of an empty, migrated database; every test that uses it runs on both kinds.

    A worker's databases keep their names, so that its apps can be kept too.
    """
    return templates.renew(request.param, f"{unique_name()}_{request.param}")


class PublicClient(FlaskClient):
    """A client that calls the tool by its public address, so that the cookies of that host come back."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; addresses without a host are the tool's."""
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", "http://127.0.0.1:8000")
        return super().open(*args, **kwargs)


@pytest.fixture(scope="session")
def kept_apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeptApps]:
    """Yield this worker's apps: making one costs more than most tests."""
    apps = KeptApps(tmp_path_factory.mktemp("apps"))
    yield apps
    apps.forget_all()


@pytest.fixture
def app(
    request: pytest.FixtureRequest,
    database_url: str,
    kept_apps: KeptApps,
) -> Iterator[Flask]:
    """Yield an app on an empty database, as new; one of the test's own where it is marked `own_app`."""
    if request.node.get_closest_marker("own_app"):
        kept_apps.forget(database_url)
    app = kept_apps.take(database_url)
    app.testing = False
    app.test_client_class = PublicClient
    yield app
    kept_apps.give_back(database_url)
    if request.node.get_closest_marker("own_app"):
        kept_apps.forget(database_url)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return an anonymous client."""
    return app.test_client()


@pytest.fixture(scope="session")
def fixtures_folder() -> Path:
    """Return the folder of sample data by others; tests that need it skip where it is not given."""
    given = os.environ.get("LMS_CARBON_FIXTURES")
    if not given:
        pytest.skip("no fixtures: LMS_CARBON_FIXTURES is not set")
    return Path(given)
