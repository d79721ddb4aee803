"""A tool with one registered platform, on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from tests.support.platform import FakePlatform, register, start_platform
from tests.support.world import make_institution


@pytest.fixture
def platform(app: Flask) -> Iterator[FakePlatform]:
    with start_platform() as running:
        with app.app_context():
            institution_id = make_institution("demo")
        yield register(app, running, institution_id)


@dataclass
class Door:
    """What the tests watch: the answer, the named check in the log, and whether anybody got in."""

    app: Flask
    client: FlaskClient
    platform: FakePlatform

    def count(self, table: str) -> int:
        with self.app.app_context(), transaction(write=False):
            return int(session.scalar(sa.text(f"SELECT count(*) FROM {table}")))

    def refused(self, answer: TestResponse, logs: list[Any], check: str) -> None:
        """Assert a readable refusal under this name, and nobody signed in."""
        checks = [entry["check"] for entry in logs if entry["event"] == "launch refused"]
        assert checks == [check]
        assert 400 <= answer.status_code < 500
        assert answer.mimetype == "text/html"
        assert answer.headers["X-Request-Id"] in answer.text
        assert "lc_session" not in "".join(answer.headers.getlist("Set-Cookie"))
        assert self.count("auth_session") == 0
        assert self.count("launch") == 0
        assert self.client.get("/api/v1/me").status_code == 401

    def me(self) -> dict[str, Any]:
        answer = self.client.get("/api/v1/me")
        assert answer.status_code == 200, answer.text
        told: Any = answer.json
        return dict(told)


@pytest.fixture
def door(app: Flask, platform: FakePlatform) -> Door:
    return Door(app, app.test_client(), platform)


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with capture_logs() as captured:
        yield captured
