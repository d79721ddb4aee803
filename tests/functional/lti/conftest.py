"""The tool over real HTTP beside a sandbox LMS that knows it, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest
import requests
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.jobs import run_job
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.services.registrations import add_registration
from lms_carbon.lti.services.scores import queue_scores
from lms_carbon.sandbox.config import load_config
from lms_carbon.sandbox.rules import RULES
from tests.support.apps import change_settings
from tests.support.gradebook import World, start_world
from tests.support.sandbox import RunningSandbox, serve_app, start_sandbox
from tests.support.world import make_institution

COURSE = "carbon-2026"


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action, self.fields = "", dict[str, str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form" and not self.action:
            self.action = found.get("action") or ""
        elif tag == "input" and found.get("name"):
            self.fields[found["name"] or ""] = found.get("value") or ""


def read_form(page: str) -> tuple[str, dict[str, str]]:
    """Return where the page's form goes and what it holds."""
    form = _Form()
    form.feed(page)
    return form.action, form.fields


def loosen(browser: requests.Session) -> None:
    """Let secure cookies come back to a loopback address over plain http, as browsers do."""
    for cookie in browser.cookies:
        cookie.secure = False


@dataclass
class Both:
    """The tool and the platform, running."""

    app: Flask
    url: str
    sandbox: RunningSandbox
    institution_id: int
    registration_id: int = 0

    def open(self, link: str, sub: str, *, language: str = "en") -> tuple[requests.Session, requests.Response]:
        """Open an activity as a browser without scripts would; returns the browser and the page it ends on."""
        return self.open_at(f"/launch/{link}", sub, language=language)

    def open_at(self, path: str, sub: str, *, language: str = "en") -> tuple[requests.Session, requests.Response]:
        """Begin a launch at an address of the platform."""
        browser = requests.Session()
        browser.cookies.set("sandbox_person", sub, domain="localhost.local")
        browser.cookies.set("sandbox_language", language, domain="localhost.local")
        page = browser.get(f"{self.sandbox}{path}")
        assert page.status_code == 200, page.text
        loosen(browser)
        action, fields = read_form(page.text)
        if "login_hint" in fields:  # as Moodle sends them to the login
            page = browser.post(action, data=fields)
            loosen(browser)
            action, fields = read_form(page.text)
        answer = browser.post(action, data=fields, headers={"Origin": str(self.sandbox)}, allow_redirects=False)
        loosen(browser)
        return browser, answer

    def me(self, browser: requests.Session) -> dict[str, Any]:
        answer = browser.get(f"{self.url}/api/v1/me")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def queue(self, rows: list[tuple[int, int, str | None]], target: str = "exam:demo-exam") -> int:
        with self.app.app_context(), transaction():
            return queue_scores(institution_id=self.institution_id, target=target, rows=rows, at=now())

    def send(self) -> None:
        run_job(self.app, "lti.send_scores")

    def change_grade(self, sub: str, score: str) -> None:
        """Let a teacher change the grade of the written exam in the platform."""
        columns = requests.get(f"{self.sandbox}/courses/{COURSE}/grades.json").json()
        [column] = [column for column in columns if column["resourceLinkId"] == "rl-exam"]
        number = column["id"].partition("?")[0].rsplit("/", 1)[1]
        url = f"{self.sandbox}/courses/{COURSE}/grades/{number}/{sub}"
        assert requests.post(url, data={"score": score}, cookies={"sandbox_person": "u-zhao"}).status_code == 200

    def columns(self, link: str) -> list[dict[str, Any]]:
        """Return the columns of the gradebook that belong to an activity."""
        columns = requests.get(f"{self.sandbox}/courses/{COURSE}/grades.json").json()
        return [column for column in columns if column.get("resourceLinkId") == link]

    def grades(self) -> dict[str, Any]:
        columns = requests.get(f"{self.sandbox}/courses/{COURSE}/grades.json").json()
        [column] = [column for column in columns if column["resourceLinkId"] == "rl-exam"]
        grades: dict[str, Any] = column["grades"]
        # Canvas' rules count submissions, and our scores make none.
        assert all(each.pop("submissions", 0) == 0 for each in grades.values() if each)
        return grades


@contextmanager
def serve_tool(app: Flask) -> Iterator[str]:
    """Serve the tool on a port of its own, which it knows; yields its address."""

    def at(address: str) -> Flask:
        change_settings(app, public_url=address)
        return app

    with serve_app(at, host="127.0.0.1") as (url, _):
        yield url


@pytest.fixture
def rules() -> str:
    """Which kind of platform the sandbox plays; `on_every_platform` names others."""
    return "plain"


on_every_platform = pytest.mark.parametrize("rules", ["moodle", "canvas"])


@pytest.fixture
def both(app: Flask, rules: str) -> Iterator[Both]:
    config = replace(load_config(), rules=RULES[rules])
    with serve_tool(app) as url, start_sandbox(url, config=config) as sandbox:
        with app.app_context():
            running = Both(app, url, sandbox, make_institution("demo"))
            with transaction():
                running.registration_id = add_registration(
                    by=None,
                    institution_id=running.institution_id,
                    name="Sandbox",
                    issuer=sandbox.sandbox.issuer,
                    client_id="lms-carbon-demo",
                    auth_login_url=f"{sandbox}/auth",
                    auth_token_url=f"{sandbox}/token",
                    key_set_url=f"{sandbox}/jwks.json",
                    deployment_ids=["1"],
                    at=now(),
                ).id
        yield running


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    """The tool beside a gradebook that answers what it is told to."""
    with start_world(app) as running:
        yield running
