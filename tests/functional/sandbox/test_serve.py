"""The command: refuses outside the demo, serves inside it, stops when it is told to."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

COMMAND = (sys.executable, "-m", "lms_carbon.sandbox", "serve")


def run(*arguments: str, demo: str | None) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if key != "LMS_CARBON_DEMO"}
    if demo is not None:
        env["LMS_CARBON_DEMO"] = demo
    return subprocess.run([*COMMAND, *arguments], env=env, capture_output=True, text=True, timeout=30, check=False)


def test_refuses_outside_the_demo(tmp_path: Path) -> None:
    for demo in (None, "0"):
        ended = run("--state", str(tmp_path / "s.db"), demo=demo)
        assert ended.returncode == 2
        assert "LMS_CARBON_DEMO=1" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_names_what_is_wrong_with_a_seed(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text("people: []\n", encoding="utf-8")
    ended = run("--state", str(tmp_path / "s.db"), "--config", str(seed), demo="1")
    assert ended.returncode == 2
    assert "lacks 'tools'" in ended.stderr


def test_serves_until_interrupted(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ("--port", str(port), "--state", str(tmp_path / "new" / "s.db"), "--rules", "canvas")
    env = {**os.environ, "LMS_CARBON_DEMO": "1"}
    with subprocess.Popen(
        [*COMMAND, *arguments], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            told = wait_for(f"http://localhost:{port}/openid-configuration")
            assert told["issuer"] == "https://canvas.sandbox.example"
            assert told["token_endpoint"] == f"http://localhost:{port}/token"
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(timeout=15)
    assert (tmp_path / "new" / "s.db").exists()


def wait_for(url: str) -> dict[str, str]:
    """The JSON at `url`, once it answers."""
    deadline = time.monotonic() + 20
    while True:
        try:
            answer: dict[str, str] = requests.get(url, timeout=2).json()
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return answer
