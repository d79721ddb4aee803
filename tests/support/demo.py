"""The demo as a newcomer starts it: three programs on free ports, ended with the test."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SECONDS = 90
STOP_SECONDS = 30


class Demo(NamedTuple):
    """A running demo."""

    folder: Path
    tool: str
    sandbox: str
    process: subprocess.Popen[str]


def free_ports() -> tuple[int, int]:
    """Return two ports that nobody listens on."""
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


def environment() -> dict[str, str]:
    """Return our environment without the settings of other tools."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LMS_CARBON_")}
    return {**clean, "PYTHONPATH": str(ROOT)}


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """Start the demo in a folder and wait until it prints its address; stop it at the end."""
    port, sandbox = free_ports()
    # Where the tests run in the background, a shell has them ignore SIGINT, and so would the demo.
    words = ["env", "--default-signal=INT", sys.executable, "-m", "demo", "run"]
    words += ["--port", str(port), "--sandbox-port", str(sandbox)]
    process = subprocess.Popen(words, cwd=folder, env=environment(), text=True, stdout=subprocess.PIPE)
    try:
        started = time.monotonic()
        lines = []
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        assert f"http://localhost:{sandbox}/" in "".join(lines), lines
        assert time.monotonic() - started < SECONDS
        yield Demo(folder, f"http://127.0.0.1:{port}", f"http://localhost:{sandbox}", process)
    finally:
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    """End the demo as a service manager does, so that the programs it started end with it; by force if need be."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()
