"""Open edX's platform (`lti-consumer-xblock`) in a process and an environment of its own, and ways through it."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms_carbon.core.clock import now
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.services.registrations import add_registration
from tests.support.platform import LAUNCH_URL
from tests.support.servers import ROOT, free_port

PYTHON = ROOT / ".venv" / "foreign" / "bin" / "python"
PROGRAM = ROOT / "tests" / "conformance" / "foreign" / "openedx.py"


class _Forms(HTMLParser):
    """The addresses and fields of a page's forms."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((told.get("action", ""), {}))
        elif tag == "input" and told.get("name") and self.found:
            self.found[-1][1][told["name"]] = told.get("value", "")


def read_form(page: str, field_name: str) -> tuple[str, dict[str, str]]:
    """Return where the form with this field is sent, and its fields."""
    forms = _Forms()
    forms.feed(page)
    [form] = [each for each in forms.found if field_name in each[1]]
    return form


@dataclass
class ForeignPlatform:
    """The running platform; `keyset` is what it is told the tool's keyset is."""

    told: dict[str, str] = field(default_factory=dict)
    keyset: bytes = b""

    def register(self, app: Flask, institution_id: int) -> None:
        """Make it known to the tool, and the tool's keys to it."""
        with app.app_context(), transaction():
            add_registration(
                by=None,
                institution_id=institution_id,
                name="Open edX",
                issuer=self.told["issuer"],
                client_id=self.told["client_id"],
                auth_login_url=self.told["oidc_callback"],
                auth_token_url=self.told["token_url"],
                key_set_url=self.told["keyset_url"],
                deployment_ids=[self.told["deployment_id"]],
                at=now(),
            )
        self.keyset = app.test_client().get("/lti/keys").data

    def launch(self, client: FlaskClient, **data: Any) -> TestResponse:
        """Begin at the platform, go where it and the tool send the browser, and return what the launch ends in."""
        began = requests.post(f"{self.told['issuer']}/start", json=data, timeout=60).json()
        parts = urlsplit(began["url"])
        answer = client.get(f"{parts.path}?{parts.query}")
        assert answer.status_code == 302, answer.text
        page = requests.get(answer.location, timeout=60)
        assert page.status_code == 200, page.text
        action, fields = read_form(page.text, "id_token")
        assert action == LAUNCH_URL
        return client.post("/lti/launch", data=fields, headers={"Origin": "null"})

    def held(self) -> dict[str, Any]:
        """What the platform has of the tool's: `columns`, `scores`, `picked`."""
        found: dict[str, Any] = requests.get(f"{self.told['issuer']}/held", timeout=60).json()
        return found


@contextmanager
def start_foreign() -> Iterator[ForeignPlatform]:
    """Run the platform; a missing environment is a failure, never a reason to leave the tests out."""
    if not PYTHON.exists():
        pytest.fail("Make the environment of the foreign platform first: make .venv/.foreign")
    platform = ForeignPlatform()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(platform.keyset)))
            self.end_headers()
            self.wfile.write(platform.keyset)

        def log_message(self, *args: Any) -> None:
            pass

    keys = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=keys.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    login = LAUNCH_URL.replace("launch", "login")
    command = [str(PYTHON), str(PROGRAM), str(free_port()), login, LAUNCH_URL, f"http://127.0.0.1:{keys.server_port}/"]
    with TemporaryFile() as errors, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline()
            if not told:
                errors.seek(0)
                pytest.fail(f"The foreign platform did not start: {errors.read().decode()[-4000:]}")
            platform.told = json.loads(told)
            yield platform
        finally:
            process.kill()
            keys.shutdown()
            thread.join()
            keys.server_close()
