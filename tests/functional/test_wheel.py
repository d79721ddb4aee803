"""The wheel in an empty environment, far from the checkout: migrations, pages and commands are all in it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path, env: dict[str, str]) -> str:
    done = subprocess.run([str(c) for c in command], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of what is in the checkout and install it; return the new environment's bin/."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in ("lms_carbon", "migrations"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, source)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("LMS_CARBON_")}
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run(*pip, "wheel", "--no-deps", "--wheel-dir", folder, source, cwd=folder, env=clean)
    venv.create(folder / "env")
    python = folder / "env" / "bin" / "python"
    (wheel,) = folder.glob("*.whl")
    # The environment is empty but for what the wheel asks for; pip works from outside, and compiles nothing ahead.
    run(*pip, "--python", python, "install", "--no-compile", wheel, cwd=folder, env=clean)
    return python.parent


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "LMS_CARBON_SECRET_KEY": "w" * 40,
        "LMS_CARBON_KEY_ENCRYPTION_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "LMS_CARBON_PUBLIC_URL": "http://127.0.0.1:8000",
        "LMS_CARBON_DATABASE_URL": f"sqlite:///{tmp_path}/w.sqlite3",
    }


@pytest.fixture
def served(installed: Path, environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """Upgrade and serve from the wheel; yield the address."""
    run(installed / "lms-carbon", "db", "upgrade", cwd=tmp_path, env=environment)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve = [str(installed / "lms-carbon"), "serve", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(serve, cwd=tmp_path, env=environment)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def answer_of(url: str) -> requests.Response:
    """Ask until the server is up, for at most 30 seconds."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise


def test_wheel_upgrades_and_serves_outside_the_checkout(served: str) -> None:
    assert answer_of(f"{served}/readyz").json()["status"] == "ok"
    page = requests.get(f"{served}/style", timeout=10)
    assert page.status_code == 200
    for asset in ("/static/web/tokens.css", "/bootstrap/static/css/bootstrap.min.css"):
        assert requests.get(served + asset, timeout=10).status_code == 200


def test_commands_without_settings_say_what_is_missing(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [installed / "lms-carbon", "serve"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    for name in ("SECRET_KEY", "KEY_ENCRYPTION_KEY", "PUBLIC_URL"):
        assert f"LMS_CARBON_{name} is not set" in done.stderr
