"""A tool that listens, a browser, somebody who looks at it. Helpers are in `tests.support.browser`."""

import itertools
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from lms_carbon.app import create_app
from tests.support.browser import CHROMIUM, FLAGS, Site, Visitor
from tests.support.databases import Templates, settings_for, unique_name

_counter = itertools.count(100_000)


class SilentHandler(WSGIRequestHandler):
    """Serves without a line for each request; the app's own log has them."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, so that `-m "not browser"` leaves it out.

    What fails here is tried once more, and the summary names it: the browser's driver now and then asks the page that
    is just being replaced, while a fault of the product fails twice.
    """
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")
            if item.get_closest_marker("journey") is None:  # what it did before would stand in its own way
                item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Yield the system's Chromium."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is missing; install the package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    """Fail a test that hangs: a script asked of a frame that is lost has no timeout of its own."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise TimeoutError("the test takes longer than 5 minutes")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(300)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def live_dialect() -> str:
    """Return the database behind the site; `@pytest.mark.parametrize("live_dialect", DIALECTS)` tries both."""
    return "sqlite"


@pytest.fixture
def site(templates: Templates, live_dialect: str, tmp_path: Path) -> Iterator[Site]:
    """Yield a tool on an ephemeral port and an empty database."""
    with (
        socket.socket() as listener,
        templates.copy(live_dialect, unique_name(_counter)) as database,
    ):
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        app = create_app(settings_for(database, tmp_path, public_url=url))
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=SilentHandler, fd=listener.fileno())
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Site(url, app)
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            app.extensions["sqlalchemy"].session.remove()
            for engine in app.extensions["sqlalchemy"].engines.values():
                engine.dispose()


@pytest.fixture
def visitor(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """Yield somebody at a browser; whatever their console complained of fails the test."""
    somebody = Visitor(chromium, site)
    yield somebody
    somebody.close()
    assert not somebody.problems, "\n".join(somebody.problems)
