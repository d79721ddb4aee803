"""The real programs as processes of their own: the web server, the scheduler. For benches, faults and browsers."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment_for(url: str, folder: Path, *, port: int) -> dict[str, str]:
    """Return the environment of a process on this database, with the secrets of `settings_for`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LMS_CARBON_")}
    return kept | {
        "LMS_CARBON_SECRET_KEY": "s" * 64,
        "LMS_CARBON_KEY_ENCRYPTION_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "LMS_CARBON_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LMS_CARBON_DATABASE_URL": url,
        "LMS_CARBON_FILES": str(folder / "files"),
        "LMS_CARBON_DEMO": "1",
    }


class Program:
    """A program that can be started, killed with -9 together with its children, and started again."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.arguments, self.environment, self.log = arguments, environment, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a process group of its own."""
        with self.log.open("ab") as out:
            self.process = self._run(out)

    def _run(self, out: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *self.arguments],
            env=self.environment,
            stdout=out,
            stderr=out,
            cwd=ROOT,
            start_new_session=True,
        )

    def kill(self) -> None:
        """End it and its children at once, without a chance to tidy up."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


class WebServer(Program):
    """The tool's web server at `address`."""

    def __init__(self, url: str, folder: Path, *, arguments: list[str] | None = None) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        super().__init__(
            arguments or ["-m", "lms_carbon", "serve", "--port", str(self.port)],
            environment_for(url, folder, port=self.port),
            folder / "web.log",
        )

    def answers(self) -> bool:
        """Tell whether it answers."""
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=2):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def wait(self, seconds: float = 30) -> None:
        """Return when it answers; raises `TimeoutError` with the end of its log."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.answers():
                return
            time.sleep(0.05)
        raise TimeoutError(self.log.read_text()[-4000:])


class Scheduler(Program):
    """The scheduler."""

    def __init__(self, url: str, folder: Path, *, name: str = "scheduler") -> None:
        super().__init__(
            ["-m", "lms_carbon", "scheduler"], environment_for(url, folder, port=8000), folder / f"{name}.log"
        )


@contextmanager
def running(*programs: Program) -> Iterator[None]:
    """Start programs, and end them all whatever happens."""
    try:
        for program in programs:
            program.start()
        for program in programs:
            if isinstance(program, WebServer):
                program.wait()
        yield
    finally:
        for program in programs:
            program.kill()
