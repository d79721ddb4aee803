"""A sandbox LMS on a port of its own, in a thread, for tests that need a platform over real HTTP."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from lms_carbon.sandbox.config import SandboxConfig, load_config
from lms_carbon.sandbox.keys import sign
from lms_carbon.sandbox.place import EXTENSION, Sandbox
from lms_carbon.sandbox.server import create_sandbox


class RunningSandbox(str):
    """The sandbox's address, which is also its LTI issuer; and the app behind it."""

    __slots__ = ("app",)
    app: Flask

    @property
    def sandbox(self) -> Sandbox:
        """Its configuration, key and state file."""
        return cast("Sandbox", self.app.extensions[EXTENSION])

    def sign(self, claims: Mapping[str, Any], header: Mapping[str, Any] | None = None) -> str:
        """Any claims as the platform would sign them, for launches that no platform should send."""
        return sign(self.sandbox.key, claims, header)


class _QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing: a failing test shows the answers."""


@contextmanager
def serve_app(
    make_app: Callable[[str], Flask], *, port: int = 0, host: str = "localhost"
) -> Iterator[tuple[str, Flask]]:
    """Serve what `make_app(address)` makes, in threads; yields the address and the app.

    Without a port a free one is taken *before* the app is made, so that the app can know its own address.
    """
    server = make_server("127.0.0.1", port, _not_yet, threaded=True, request_handler=_QuietHandler)
    address = f"http://{host}:{server.port}"
    server.app = app = make_app(address)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield address, app
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _not_yet(_environ: Any, _start_response: Any) -> list[bytes]:
    raise RuntimeError("the server was asked before its app was made")


@contextmanager
def start_sandbox(
    tool_url: str,
    *,
    port: int = 0,
    config: SandboxConfig | None = None,
    state_path: Path | None = None,
    clock: Callable[[], float] = time.time,
) -> Iterator[RunningSandbox]:
    """A sandbox for the tool at `tool_url` (which need not be up yet); yields its address `http://localhost:PORT`."""
    with TemporaryDirectory(prefix="sandbox-") as folder:
        path = state_path or Path(folder) / "sandbox.db"

        def make(address: str) -> Flask:
            return create_sandbox(config or load_config(), path, tool_url, address, clock=clock)

        with serve_app(make, port=port) as (address, app):
            running = RunningSandbox(address)
            running.app = app
            yield running
