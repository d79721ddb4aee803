"""`make run` for real: everything starts, commands act on it, a launch gets in, Ctrl-C stops all."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

ROOT = Path(__file__).parents[2]
SECONDS = 90


class Demo(NamedTuple):
    """A running demo."""

    folder: Path
    tool: str
    sandbox: str
    process: subprocess.Popen[str]


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


def environment() -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LMS_CARBON_")}
    return {**clean, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    port, sandbox = free_ports()
    words = [sys.executable, "-m", "demo", "run", "--port", str(port), "--sandbox-port", str(sandbox)]
    process = subprocess.Popen(words, cwd=folder, env=environment(), text=True, stdout=subprocess.PIPE)
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
    process.kill()
    process.wait()
    process.stdout.close()


def command(demo: Demo, *words: str) -> str:
    words = (sys.executable, "-m", "lms_carbon", *words)
    done = subprocess.run(words, cwd=demo.folder, env=environment(), text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_both_sites_answer(demo: Demo) -> None:
    assert requests.get(f"{demo.tool}/readyz", timeout=10).json()["status"] == "ok"
    page = requests.get(f"{demo.sandbox}/", timeout=10)
    assert page.status_code == 200
    assert "沙盒教学平台" in page.text


def test_commands_run_beside_it_act_on_it(demo: Demo) -> None:
    link = command(demo, "invite", "--institution", "demo", "--role", "officer").strip().splitlines()[-1]
    assert link.startswith(f"{demo.tool}/invite/")
    assert requests.get(link, timeout=10).status_code == 200
    assert "lms-carbon-demo" in command(demo, "platform", "list")


def test_a_candidate_gets_from_the_course_to_the_exam(demo: Demo) -> None:
    browser = requests.Session()
    browser.cookies.set("sandbox_person", "u-lin", domain="localhost.local")
    browser.cookies.set("sandbox_language", "en", domain="localhost.local")
    login = browser.get(f"{demo.sandbox}/launch/rl-exam?target=window", timeout=10)
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', login.text))
    assert set(form) >= {"id_token", "state"}, login.text[:500]
    # The binding cookie is secure and http, so it is handed over by hand as a browser on a loopback address would.
    cookies = "; ".join(f"{c.name}={c.value}" for c in browser.cookies if c.domain.startswith("127."))
    launched = requests.post(
        f"{demo.tool}/lti/launch", data=form, headers={"Cookie": cookies}, allow_redirects=False, timeout=10
    )
    assert launched.status_code == 303, launched.text[:500]
    assert re.search(r"/exams/\d+$", launched.headers["Location"])
    session = launched.headers["Set-Cookie"].split(";")[0]
    me = requests.get(f"{demo.tool}/api/v1/me", headers={"Cookie": session}, timeout=10).json()
    assert me["person"]["name"] == "Lin Xiao"
    assert me["roles"] == ["candidate"]
    assert me["context"]["id"] == "carbon-2026"


def test_ctrl_c_stops_everything_and_the_data_stays(demo: Demo) -> None:
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(30) == 0
    for url in (demo.tool, demo.sandbox):
        with pytest.raises(requests.ConnectionError):
            requests.get(url, timeout=2)
    assert (demo.folder / ".demo" / "lms_carbon.sqlite3").is_file()
    assert (demo.folder / ".demo" / "settings.env").stat().st_mode & 0o077 == 0
    command_words = [sys.executable, "-m", "demo", "reset"]
    subprocess.run(command_words, cwd=demo.folder, env=environment(), check=True, capture_output=True)
    assert not (demo.folder / ".demo").exists()
