"""The wall around every route: who gets in, by a table written by hand and compared with what really happens.

Each address is asked by everybody: the anonymous, each role of its institution, each role of another institution.
To get in is to get anything but 401, 403 and 404; an empty form may be refused for what it lacks.
"""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask

from lms_carbon.core import http
from lms_carbon.core.extensions import csrf
from lms_carbon.core.identity import Role
from tests.support.route_table import CANDIDATE, TABLE
from tests.support.route_world import Objects, make_objects, make_people
from tests.support.world import World, make_session, use_token


def declared(app: Flask) -> set[str]:
    """Return `METHOD /address` of every route but static files."""
    return {
        f"{method} {re.sub('<int[(].*?[)]:', '<int:', rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.endpoint.endswith("static")
    }


def test_every_route_stands_in_the_table(app: Flask) -> None:
    assert declared(app) == set(TABLE)


class Crowd:
    """Everybody, with a client each."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context():
            self.ours, self.theirs = make_people()
            self.objects: Objects = make_objects(self.ours[Role.CANDIDATE])
            self.tokens: dict[int, str] = {}

    def ask(self, address: str, body: Mapping[str, Any], who: World | None, role: str, *, gets_in: bool) -> int:
        """Return the status that somebody gets; who gets in may end their session by it, so has one of their own."""
        method, rule = address.split()
        client = self.app.test_client()
        if who is not None:
            if gets_in:
                self.tokens.pop(who.person_id, None)
            use_token(client, self.start(who, role) if gets_in else self.token_of(who, role))
        options: dict[str, Any] = {"json" if rule.startswith("/api/") else "data": body} if method != "GET" else {}
        with client.open(self.objects.fill(rule), method=method, **options) as answer:
            return answer.status_code

    def token_of(self, who: World, role: str) -> str:
        """Return a person's session, begun once for all that they are refused."""
        if who.person_id not in self.tokens:
            self.tokens[who.person_id] = self.start(who, role)
        return self.tokens[who.person_id]

    def start(self, who: World, role: str) -> str:
        """Begin a session; candidates and teachers come by launch."""
        by_launch = {"launch_role": role} if role in (Role.CANDIDATE, Role.TEACHER) else {}
        with self.app.app_context():
            return make_session(who, **by_launch)


@pytest.fixture
def crowd(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Crowd:
    monkeypatch.setattr(csrf, "protect", lambda: None)
    # Only the status counts here; drawing thousands of pages of refusal would take most of the time.
    monkeypatch.setattr(http, "render_template", lambda *_, **__: "refused")
    return Crowd(app)


def wrong(got: int, wanted: str) -> bool:
    if wanted == "in":
        return got in (401, 403, 404) or got >= 500
    if wanted == "out":
        return got not in (403, 404)
    return got != int(wanted)


def test_only_who_may_gets_in(crowd: Crowd) -> None:
    surprises = []
    for address, rule in TABLE.items():
        cases: list[tuple[str, World | None, str]] = []
        if "anonymous" not in rule.may:
            cases.append(("anonymous", None, "401"))
        for role, person in crowd.ours.items():
            owner = rule.whose == "candidate" and role in rule.also | CANDIDATE
            if role not in rule.may:
                wanted = "403"
            elif rule.whose == "gone" or (rule.whose == "candidate" and not owner):
                wanted = "out"
            else:
                wanted = "403" if rule.state_refuses else "in"
            cases.append((role, person, "skip" if rule.whose == "gone" and "anonymous" in rule.may else wanted))
        if rule.whose in ("institution", "candidate"):
            cases += [(role, person, "404" if role in rule.may else "out") for role, person in crowd.theirs.items()]
        cases.sort(key=lambda case: case[2] == "in")  # those who get in may change something, so they come last
        for role, person, wanted in cases:
            if wanted != "skip" and wrong(
                got := crowd.ask(address, rule.body, person, role, gets_in=wanted == "in"), wanted
            ):
                where = "elsewhere" if person in crowd.theirs.values() else "here"
                surprises.append(f"{address} as {role} {where}: {got}, not {wanted}")
    assert not surprises, "\n".join(surprises)
