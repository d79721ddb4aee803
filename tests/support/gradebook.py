"""A gradebook that answers what it is told to, and the tool whose people came from a course with a column in it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.jobs import run_job
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.models.scores import ScoreDelivery
from lms_carbon.lti.services.scores import queue_scores
from tests.support.platform import AGS, SCORE, FakePlatform, register, start_platform
from tests.support.world import make_institution

TARGET = {"https://purl.imsglobal.org/spec/lti/claim/custom": {"target": "exam:one"}}


@dataclass
class Gradebook:
    """Tokens and scores; `script` holds (status, headers, body) for the next scores, then all are taken."""

    script: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    token_status: int = 200
    shown: dict[str, float] = field(default_factory=dict)
    """What `/results` says of a user, out of 100."""
    results_status: int = 200
    looks: list[str] = field(default_factory=list)
    """Where results were asked for."""
    tokens: list[dict[str, str]] = field(default_factory=list)
    scores: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    hang: threading.Event | None = None
    """While it is there and not set, scores get no answer."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    busy: int = 0
    at_once: int = 0
    url: str = ""

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        if path == "/token":
            with self.lock:
                self.tokens.append({name: values[0] for name, values in parse_qs(body.decode()).items()})
            token = {"access_token": f"t{len(self.tokens)}", "expires_in": 3600}
            # As Moodle does, JSON that calls itself HTML.
            return self.token_status, {"Content-Type": "text/html"}, json.dumps(token).encode()
        if "/results?" in path:
            self.looks.append(path)
            asked = parse_qs(path.partition("?")[2]).get("user_id", list(self.shown))
            found = [
                {"userId": user, "resultScore": self.shown[user], "resultMaximum": 100}
                for user in asked
                if user in self.shown
            ]
            return self.results_status, {}, json.dumps(found).encode()
        if self.hang is not None:
            self.hang.wait(5)
            return 500, {}, b""
        with self.lock:
            self.busy += 1
            self.at_once = max(self.at_once, self.busy)
        with self.lock:
            self.scores.append((path, json.loads(body or b"{}"), headers))
            self.busy -= 1
            return self.script.pop(0) if self.script else (204, {}, b"")


@contextmanager
def start_gradebook() -> Iterator[Gradebook]:
    """Serve a gradebook that answers what it is told to."""
    told = Gradebook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            status, headers, body = told.answer(self.path, dict(self.headers), self.rfile.read(length))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 - the base class's names

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class World:
    app: Flask
    client: FlaskClient
    gradebook: Gradebook
    platform: FakePlatform
    institution_id: int
    people: list[int]

    def queue(self, *scores: int) -> int:
        rows = [(person, score, None) for person, score in zip(self.people, scores, strict=False)]
        with self.app.app_context(), transaction():
            return queue_scores(institution_id=self.institution_id, target="exam:one", rows=rows, at=now())

    def send(self) -> None:
        run_job(self.app, "lti.send_scores")

    def rows(self) -> list[ScoreDelivery]:
        with self.app.app_context(), transaction(write=False):
            return list(session.scalars(sa.select(ScoreDelivery).order_by(ScoreDelivery.id)))

    def states(self) -> list[tuple[str, str | None]]:
        return [(row.state.value, row.last_error) for row in self.rows()]

    def wait_over(self) -> None:
        """Let all pauses end."""
        with self.app.app_context(), transaction():
            session.execute(sa.update(ScoreDelivery).values(next_try_at=now() - timedelta(seconds=1)))


@contextmanager
def start_world(app: Flask) -> Iterator[World]:
    """Three learners came from a course."""
    with start_gradebook() as gradebook, start_platform() as platform:
        with app.app_context():
            institution_id = make_institution("demo")
        platform.token_url = f"{gradebook.url}/token"
        register(app, platform, institution_id)
        people = []
        endpoint = {"scope": [SCORE], "lineitem": f"{gradebook.url}/items/7/lineitem?type_id=2"}
        for sub in ("4", "5", "6"):
            client = app.test_client()
            platform.launch(client, sub=sub, name=f"Person {sub}", **{AGS: endpoint}, **TARGET)
            told: Any = client.get("/api/v1/me").json
            people.append(told["person"]["id"])
        yield World(app, app.test_client(), gradebook, platform, institution_id, people)
