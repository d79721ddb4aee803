"""Starting, watching and stopping what the demo consists of."""

import base64
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import flask_migrate
import requests

from demo.content import fill_demo
from demo.history import fill_history
from lms_carbon.app import create_app
from lms_carbon.core.config import read_settings
from lms_carbon.core.transaction import transaction

START_SECONDS: Final = 60
STOP_SECONDS: Final = 15


class PortTakenError(Exception):
    """Somebody else listens where the demo wants to."""


@dataclass(frozen=True)
class Place:
    """Where the demo keeps its data and listens. Tool and platform are two sites to a browser, as in real life."""

    folder: Path
    port: int
    sandbox_port: int

    @property
    def tool(self) -> str:
        """Return the tool's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox(self) -> str:
        """Return the sandbox LMS's address."""
        return f"http://localhost:{self.sandbox_port}"

    @property
    def settings_file(self) -> Path:
        """Return the file that commands run in the checkout read while no other settings are given."""
        return self.folder / "settings.env"


def write_settings(place: Place) -> dict[str, str]:
    """Make the demo's secrets at the first start, and return its settings."""
    if not place.settings_file.is_file():
        place.folder.mkdir(parents=True, exist_ok=True)
        made = {
            "LMS_CARBON_SECRET_KEY": secrets.token_hex(32),
            "LMS_CARBON_KEY_ENCRYPTION_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "LMS_CARBON_PUBLIC_URL": place.tool,
            "LMS_CARBON_DATABASE_URL": f"sqlite:///{place.folder}/lms_carbon.sqlite3",
            "LMS_CARBON_FILES": str(place.folder / "files"),
            "LMS_CARBON_DEMO": "1",
        }
        place.settings_file.write_text("".join(f"{name}={value}\n" for name, value in made.items()))
        place.settings_file.chmod(0o600)
    lines = place.settings_file.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line)


def prepare(place: Place, settings: dict[str, str]) -> None:
    """Bring the schema up to date and fill in what is missing; safe to repeat."""
    app = create_app(read_settings(settings))
    with app.app_context():
        flask_migrate.upgrade()
        with transaction():
            fill_demo(sandbox=place.sandbox)
        with transaction():
            fill_history()


def start(place: Place, settings: dict[str, str]) -> list[subprocess.Popen[bytes]]:
    """Start the three programs, each in a group of its own so that Ctrl-C reaches us first."""
    command = [sys.executable, "-m", "lms_carbon"]
    environment = {**os.environ, **settings}
    logs = place.folder / "logs"
    logs.mkdir(exist_ok=True)
    serve = [*command, "serve", "--port", str(place.port), "--workers", "1"]
    sandbox = [*command, "sandbox", "serve", "--port", str(place.sandbox_port), "--tool", place.tool]
    programs = {
        "web": serve,
        "scheduler": [*command, "scheduler"],
        "sandbox": [*sandbox, "--state", str(place.folder / "sandbox.sqlite3")],
    }
    started = []
    for name, words in programs.items():
        with (logs / f"{name}.log").open("ab") as log:
            started.append(
                subprocess.Popen(  # noqa: S603 - our own commands
                    words, env=environment, stdout=log, stderr=log, start_new_session=True
                )
            )
    return started


def wait_until_up(place: Place, started: list[subprocess.Popen[bytes]]) -> None:
    """Return when both sites answer; raises `RuntimeError` when a program ends before that."""
    deadline = time.monotonic() + START_SECONDS
    waiting = [f"{place.tool}/readyz", f"{place.sandbox}/"]
    while waiting:
        if any(process.poll() is not None for process in started) or time.monotonic() > deadline:
            raise RuntimeError(f"the demo did not start; its logs are in {place.folder / 'logs'}")
        with suppress(requests.RequestException):
            if requests.get(waiting[0], timeout=2).ok:
                waiting.pop(0)
                continue
        time.sleep(0.1)


def stop(started: list[subprocess.Popen[bytes]]) -> None:
    """End everything that was started, gently first."""
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
    for process in started:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def check_port(port: int) -> None:
    """Raise `PortTakenError` where somebody listens already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortTakenError(port) from None


def run_demo(place: Place) -> None:
    """Set up, start, print one address, and stop everything at Ctrl-C or when a program ends."""
    for port in (place.port, place.sandbox_port):
        check_port(port)
    click.echo("Setting up the demo …")
    settings = write_settings(place)
    prepare(place, settings)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = start(place, settings)
    try:
        wait_until_up(place, started)
        click.echo(f"\n    {place.sandbox}/\n\nOpen it in a browser. Ctrl-C stops everything.")
        while all(process.poll() is None for process in started):
            time.sleep(0.5)
        click.echo(f"One of the programs ended; its log is in {place.folder / 'logs'}.", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("\nStopping …")
    finally:
        stop(started)
