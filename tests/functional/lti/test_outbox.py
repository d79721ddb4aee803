"""The outbox against a gradebook that answers what it is told to; and two schedulers at once."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Role
from lms_carbon.core.jobs import run_job
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.models.scores import LineItem, OutScore, ScoreDelivery
from lms_carbon.lti.services.own_data import erase_own, export_own
from lms_carbon.lti.services.scores import queue_scores, resend_score
from tests.support.platform import AGS, SCORE, FakePlatform, register, start_platform
from tests.support.world import act_as, make_institution, make_person, sign_in, submit

TARGET = {"https://purl.imsglobal.org/spec/lti/claim/custom": {"target": "exam:one"}}


@dataclass
class Gradebook:
    """Tokens and scores; `script` holds (status, headers, body) for the next scores, then all are taken."""

    script: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    token_status: int = 200
    shown: dict[str, float] = field(default_factory=dict)
    """What `/results` says of a user, out of 100."""
    tokens: list[dict[str, str]] = field(default_factory=list)
    scores: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
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
            user = parse_qs(path.partition("?")[2])["user_id"][0]
            found = (
                [{"userId": user, "resultScore": self.shown[user], "resultMaximum": 100}] if user in self.shown else []
            )
            return 200, {}, json.dumps(found).encode()
        with self.lock:
            self.busy += 1
            self.at_once = max(self.at_once, self.busy)
        with self.lock:
            self.scores.append((path, json.loads(body or b"{}"), headers))
            self.busy -= 1
            return self.script.pop(0) if self.script else (204, {}, b"")


@pytest.fixture
def gradebook() -> Iterator[Gradebook]:
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
    yield told
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


@pytest.fixture
def world(app: Flask, gradebook: Gradebook) -> Iterator[World]:
    with start_platform() as platform:
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


def test_what_goes_out(world: World) -> None:
    assert world.queue(8725) == 1
    world.send()
    [(path, body, headers)] = world.gradebook.scores
    assert path == "/items/7/lineitem/scores?type_id=2"
    assert headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    assert headers["User-Agent"].startswith("lms-carbon/")
    assert headers["Authorization"] == "Bearer t2"
    assert (body["userId"], body["scoreGiven"], body["scoreMaximum"]) == ("4", 87.25, 100)
    assert body["https://canvas.instructure.com/lti/submission"]["prioritize_non_tool_grade"] is True
    assert [asked["scope"].rsplit("/", 1)[1] for asked in world.gradebook.tokens] == ["result.readonly", "score"]
    world.queue(9000, 9100)
    world.send()
    assert len(world.gradebook.tokens) == 2  # remembered
    times = [
        datetime.fromisoformat(body["timestamp"]) for _, body, _ in world.gradebook.scores if body["userId"] == "4"
    ]
    assert times[1] - times[0] >= timedelta(seconds=1)


def test_a_token_that_ended_is_renewed_once(world: World) -> None:
    world.gradebook.script = [(401, {}, b"")]
    world.queue(5000)
    world.send()
    assert world.states() == [("sent", None)]
    assert len(world.gradebook.tokens) == 3  # one to look, two to send
    world.gradebook.script = [(401, {}, b"")] * 2
    world.queue(6000)
    world.send()
    assert world.states()[1] == ("waiting", "no-token")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((429, {"Retry-After": "120"}, b""), "busy"),
        ((403, {}, b"403 Forbidden (Rate Limit Exceeded)"), "busy"),
        ((503, {"Retry-After": "120"}, b"<html>"), "platform-fault"),
    ],
)
def test_a_platform_that_is_away_is_left_alone(world: World, answer: Any, reason: str) -> None:
    world.gradebook.script = [answer]
    world.queue(1000, 2000, 3000)
    world.send()
    world.send()
    assert len(world.gradebook.scores) == 1
    assert world.states() == [("waiting", reason), ("waiting", None), ("waiting", None)]
    pause = min(row.next_try_at for row in world.rows()) - now()
    assert pause > timedelta(seconds=100 if answer[1] else 10)
    world.wait_over()
    world.send()
    assert [state for state, _ in world.states()] == ["sent"] * 3
    # Those not tried yet went first, so that a bad one cannot hold up the others.
    assert [body["userId"] for _, body, _ in world.gradebook.scores] == ["4", "5", "6", "4"]


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        (400, "refused", "not-enrolled"),
        (403, "refused", "not-allowed"),
        (404, "refused", "column-gone"),
        (409, "superseded", "newer-there"),
        (422, "refused", "not-enrolled"),
    ],
)
def test_a_refusal_stands_and_does_not_hold_up_others(world: World, status: int, state: str, reason: str) -> None:
    world.gradebook.script = [(status, {}, b"no")]
    world.queue(1000, 2000)
    world.send()
    assert world.states() == [(state, reason), ("sent", None)]


def test_no_token_no_scores(world: World) -> None:
    world.gradebook.token_status = 400
    world.queue(1000)
    world.send()
    assert world.gradebook.scores == []
    assert world.states() == [("waiting", "no-token")]


def test_a_platform_that_does_not_answer_for_days(world: World) -> None:
    world.gradebook.script = [(503, {}, b"")]
    world.queue(1000)
    with world.app.app_context(), transaction():
        session.execute(sa.update(ScoreDelivery).values(created_at=now() - timedelta(days=6)))
    world.send()
    assert world.states() == [("refused", "platform-fault")]


def test_one_fault_does_not_hold_up_the_others_but_three_do(world: World) -> None:
    world.gradebook.script = [(500, {}, b""), (204, {}, b""), (200, {}, b"<!doctype html>Maintenance")]
    world.queue(1000, 2000, 3000)
    world.send()
    assert world.states() == [("waiting", "platform-fault"), ("sent", None), ("waiting", "platform-fault")]
    world.wait_over()
    world.send()
    assert [state for state, _ in world.states()] == ["sent"] * 3
    world.gradebook.script = [(502, {}, b"")] * 9
    world.queue(1100, 2100, 3100)
    world.queue(1200, 2200, 3200)
    world.wait_over()
    world.send()
    world.send()
    assert len(world.gradebook.scores) == 8


def test_a_grade_changed_in_the_platform_stands_until_somebody_decides(world: World) -> None:
    world.queue(5000)
    world.send()
    world.gradebook.shown["4"] = 50
    world.queue(6000)  # a correction of ours
    world.send()
    world.gradebook.shown["4"] = 77  # a teacher's
    world.queue(6500)
    world.send()
    assert world.states() == [("sent", None), ("sent", None), ("superseded", "changed-there")]
    assert world.rows()[-1].found_score == 7700
    assert len(world.gradebook.scores) == 2
    with world.app.app_context():
        officer = make_person(world.institution_id, "王敏", [Role.OFFICER])
    sign_in(world.client, officer)
    page = world.client.get("/lti/scores").text
    assert "changed in the platform" in page
    assert "The gradebook shows 77" in page
    assert submit(world.client, "/lti/scores/resend", {}, page="/lti/scores").status_code == 303  # all, but not this
    world.send()
    assert len(world.gradebook.scores) == 2
    changed = world.rows()[-1].id
    submit(world.client, f"/lti/scores/{changed}/resend", {}, page="/lti/scores")
    world.send()
    assert world.states()[-1] == ("sent", None)
    assert world.gradebook.scores[-1][1]["scoreGiven"] == 65
    assert world.gradebook.scores[-1][1]["https://canvas.instructure.com/lti/submission"] == {
        "new_submission": False,
        "preserve_score": True,
        "prioritize_non_tool_grade": False,
    }


def test_a_score_whose_answer_was_lost_is_not_taken_for_a_teachers(world: World) -> None:
    world.gradebook.script = [(500, {}, b"")]
    world.queue(5000)
    world.send()
    world.gradebook.shown["4"] = 50  # it was taken all the same
    world.queue(6000)
    world.send()
    assert world.states() == [("superseded", "platform-fault"), ("sent", None)]


def test_all_that_was_refused_goes_out_again(world: World) -> None:
    world.gradebook.script = [(404, {}, b""), (403, {}, b""), (503, {}, b"")]
    world.queue(1000, 2000, 3000)
    world.send()
    with world.app.app_context():
        officer = make_person(world.institution_id, "王敏", [Role.OFFICER])
    sign_in(world.client, officer)
    submit(world.client, "/lti/scores/resend", {"target": "exam:none"}, page="/lti/scores")
    world.send()
    assert len(world.gradebook.scores) == 3
    submit(world.client, "/lti/scores/resend", {"target": "exam:one"}, page="/lti/scores")
    world.send()
    assert [state for state, _ in world.states()] == ["refused", "refused", "sent", "sent", "sent"]


def test_scores_out_before_their_column_or_person_was_known(world: World) -> None:
    endpoint = {"scope": [SCORE], "lineitem": f"{world.gradebook.url}/items/8/lineitem"}
    rows = [(person, 4000, "4级 中级 · Level 4") for person in world.people[:2]]
    with world.app.app_context(), transaction():
        assert queue_scores(institution_id=world.institution_id, target="result:c", rows=rows, at=now()) == 0
    custom = {"https://purl.imsglobal.org/spec/lti/claim/custom": {"target": "result:c"}}
    link = {"https://purl.imsglobal.org/spec/lti/claim/resource_link": {"id": "rl-2", "title": "My result"}}
    world.platform.launch(world.app.test_client(), sub="4", **{AGS: endpoint}, **custom, **link)
    for _ in range(2):
        run_job(world.app, "lti.fill_columns")
    world.send()
    assert [(body["userId"], body["comment"]) for _, body, _ in world.gradebook.scores] == [
        ("4", "4级 中级 · Level 4"),
        ("5", "4级 中级 · Level 4"),  # came from the course before
    ]
    # Somebody who comes from the course only now.
    client = world.app.test_client()
    world.platform.launch(client, sub="9", **{AGS: endpoint}, **custom, **link)
    told: Any = client.get("/api/v1/me").json
    with world.app.app_context(), transaction():
        out = OutScore(
            institution_id=world.institution_id,
            target="result:c",
            person_id=told["person"]["id"],
            score=5000,
            updated_at=now(),
        )
        session.add(out)
        session.execute(sa.update(LineItem).values(filled_at=now()))
    run_job(world.app, "lti.fill_columns")
    world.send()
    assert [body["userId"] for _, body, _ in world.gradebook.scores] == ["4", "5", "9"]


def test_two_schedulers_send_each_score_once(world: World) -> None:
    world.queue(1000, 2000, 3000)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: world.send(), range(4)))
    world.send()
    assert sorted(body["userId"] for _, body, _ in world.gradebook.scores) == ["4", "5", "6"]
    assert world.gradebook.at_once == 1


def test_what_rolls_back_is_not_sent(world: World) -> None:
    def queue_and_fail() -> None:
        with world.app.app_context(), transaction():
            rows = [(world.people[0], 1000, None)]
            assert queue_scores(institution_id=world.institution_id, target="exam:one", rows=rows, at=now()) == 1
            raise LookupError

    with pytest.raises(LookupError):
        queue_and_fail()
    world.send()
    assert world.gradebook.scores == []


def test_the_list_and_sending_again(world: World) -> None:
    world.gradebook.script = [(404, {}, b"")]
    world.queue(1000, 2000)
    world.send()
    with world.app.app_context():
        officer = make_person(world.institution_id, "王敏", [Role.OFFICER])
        other = make_person(make_institution("other"), "他人", [Role.OFFICER])
    refused = world.rows()[0].id
    sign_in(world.client, other)
    assert "Person 4" not in world.client.get("/lti/scores").text
    assert world.client.post(f"/lti/scores/{refused}/resend").status_code in (400, 404)
    sign_in(world.client, officer)
    page = world.client.get("/lti/scores?target=exam:one").text
    assert "Person 4" in page
    assert "no longer has this column" in page
    assert "Person 5" in page
    only = world.client.get("/lti/scores?target=exam:one&state=refused").text
    assert "Person 4" in only
    assert "Person 5" not in only
    answer = submit(world.client, f"/lti/scores/{refused}/resend", {"target": "exam:one"}, page="/lti/scores")
    assert answer.status_code == 303
    world.send()
    assert world.states() == [("refused", "column-gone"), ("sent", None), ("sent", None)]
    # An older row is not sent over a newer one.
    with world.app.app_context():
        actor = act_as(officer)
        with pytest.raises(NotFoundError), transaction():
            resend_score(by=actor, delivery_id=refused, at=now())


def test_a_person_may_be_let_go_of(world: World) -> None:
    world.queue(1000)
    person = world.people[0]
    with world.app.app_context(), transaction():
        exported = export_own(person)
        assert exported["score_delivery"][0]["subject"] == "4"
        assert exported["launch"][0]["lti_roles"]
        json.dumps(exported)
        erase_own(person, now())
    world.send()
    assert world.gradebook.scores == []
    assert world.states() == [("refused", "erased")]
    with world.app.app_context(), transaction(write=False):
        assert '"4"' not in json.dumps(export_own(person))
