"""`make run` for real: everything starts, commands act on it, a launch gets in, Ctrl-C stops all."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from tests.support.demo import Demo, environment, running_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


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
