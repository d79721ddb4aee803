"""Placed activities by what platforms say of them: copies wait for an officer, reviews show what is out to who may."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Instrument
from lms_carbon.cycles.services.release import release_instrument
from lms_carbon.exams.rules.states import SubmittedBy
from lms_carbon.exams.services.attempts import start_attempt
from lms_carbon.exams.services.submission import submit_attempt
from lms_carbon.lti.models.launches import ResourceLink
from lms_carbon.lti.models.scores import LineItem
from lms_carbon.people.models.persons import Identity
from lms_carbon.people.models.records import Message
from tests.support.exams import ExamWorld, make_exam
from tests.support.platform import AGS, CLAIM, GONE, INSTRUCTOR, LEARNER, SCORE, FakePlatform, register, start_platform
from tests.support.world import World, act_as, actor_of, form_token, list_acts, make_session, sign_in

TARGET = "exam:exam-1"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"


@pytest.fixture
def world(app: Flask) -> ExamWorld:
    return make_exam(app)


@pytest.fixture
def platform(app: Flask, world: ExamWorld) -> Iterator[FakePlatform]:
    with start_platform() as running:
        yield register(app, running, world.institution_id)


def place(
    platform: FakePlatform, client: FlaskClient, link: str, course: str, custom: dict[str, str], **claims: Any
) -> TestResponse:
    line_items = {"scope": [SCORE], "lineitem": f"{platform.issuer}/items/{link}"}
    return platform.launch(
        client,
        resource_link={"id": link, "title": "Written exam"},
        context={"id": course, "title": f"Course {course}"},
        **{CLAIM + "custom": {"target": TARGET, **custom}, AGS: line_items, **claims},
    )


@pytest.mark.parametrize(
    "history", [{"context_history": "c-0,c-1"}, {"rl_history": "rl-1", "context_history": "$Context.id.history"}]
)
def test_a_copied_activity_waits_for_an_officer(
    app: Flask, client: FlaskClient, world: ExamWorld, platform: FakePlatform, history: dict[str, str]
) -> None:
    opened = f"/exams/{world.exam_id}"
    unexpanded = {"context_history": "$Context.id.history"}
    assert place(platform, client, "rl-1", "c-1", unexpanded).location == opened
    for _ in range(2):
        assert place(platform, client, "rl-2", "c-2", history, roles=[INSTRUCTOR]).location == "/lti/copies/waiting"
    told = client.get("/lti/copies/waiting").text
    assert "Course c-1" in told
    with app.app_context(), transaction(write=False):
        assert session.scalar(sa.select(ResourceLink.target).where(ResourceLink.resource_link_id == "rl-2")) is None
        assert len(session.scalars(sa.select(LineItem)).all()) == 1
        [message] = session.scalars(sa.select(Message).where(Message.person_id == world.officer.person_id))
        assert (message.path, message.params["link"]) == ("/lti/copies", "Written exam")

    officer = app.test_client()
    sign_in(officer, world.officer)
    token = form_token(officer, "/lti/copies")
    [number] = [part.split('"')[0] for part in officer.get("/lti/copies").text.split("/lti/copies/")[1:]]
    path = f"/lti/copies/{number}"
    other = {"csrf_token": token, "choice": "other"}
    assert officer.post(path, data={"csrf_token": token, "target": TARGET}).status_code == 422
    assert officer.post(path, data={**other, "target": "exam:nowhere"}).status_code == 422
    assert officer.post(path, data={**other, "target": TARGET}).status_code == 303
    assert officer.post(path, data={**other, "target": TARGET}).status_code == 404
    assert list_acts(app)[-1] == "activity.decide"
    assert client.get("/lti/copies/waiting").location == opened
    assert place(platform, client, "rl-2", "c-2", history).location == opened
    with app.app_context(), transaction(write=False):
        assert len(session.scalars(sa.select(LineItem)).all()) == 2


def review(platform: FakePlatform, client: FlaskClient, asker: str, about: str, **claims: Any) -> TestResponse:
    """Ask for somebody's work from the gradebook and return the page that it leads to."""
    answer = place(
        platform,
        client,
        "rl-1",
        "c-1",
        {},
        sub=asker,
        message_type="LtiSubmissionReviewRequest",
        **{CLAIM + "for_user": {"user_id": about}, **claims},
    )
    assert answer.status_code == 303, answer.text
    return client.get(answer.location)


def hand_in(world: ExamWorld, subject: str) -> None:
    with world.app.app_context():
        person_id = session.scalars(sa.select(Identity.person_id).where(Identity.subject == subject)).one()
        person = World(person_id, world.institution_id, "Lin Xiao", "en")
        by = actor_of(make_session(person, strong=False, launch_role=Role.CANDIDATE))
        with transaction():
            attempt, _ = start_attempt(exam_id=world.exam_id, language="en", by=by, at=now())
        with transaction():
            submit_attempt(attempt_id=attempt.id, by=SubmittedBy.CANDIDATE, at=now())


def test_a_review_shows_what_is_out_to_who_may_see_it(
    app: Flask, client: FlaskClient, world: ExamWorld, platform: FakePlatform
) -> None:
    place(platform, client, "rl-1", "c-1", {})
    teacher, other = app.test_client(), app.test_client()
    as_teacher = {"roles": [INSTRUCTOR], "name": "Zhao Lei"}
    assert review(platform, teacher, "9", "4", **as_teacher).status_code == 404  # nothing handed in
    hand_in(world, "4")

    before = review(platform, teacher, "9", "4", **as_teacher)
    assert before.status_code == 200
    assert "Lin Xiao" in before.text
    assert "not out yet" in before.text
    assert "/ 100" not in before.text
    assert review(platform, other, "5", "4", name="Lu Chuan").status_code == 403
    assert review(platform, client, "4", "4").location == f"/exams/{world.exam_id}"
    assert review(platform, teacher, "9", "nobody", **as_teacher).status_code == 404

    with app.app_context(), transaction():
        instrument = session.get_one(Instrument, world.instrument_id)
        release_instrument(instrument=instrument, by=act_as(world.officer), at=now())
    assert "0.00 / 100" in review(platform, teacher, "9", "4", **as_teacher).text
    assert review(platform, other, "5", "4", name="Lu Chuan").status_code == 403
    refused = place(platform, teacher, "rl-1", "c-1", {}, message_type="LtiSubmissionReviewRequest", **as_teacher)
    assert refused.status_code == 400  # whose work?


def ask(platform: FakePlatform, client: FlaskClient, *, role: str = INSTRUCTOR, **settings: Any) -> TestResponse:
    """Send a deep linking request as a teacher of the course c-1."""
    asked = {
        "deep_link_return_url": f"{platform.issuer}/answer?id=7",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe", "window"],
        **settings,
    }
    return platform.launch(
        client,
        sub="9",
        roles=[role],
        message_type="LtiDeepLinkingRequest",
        resource_link=GONE,
        **{DL + "deep_linking_settings": {name: value for name, value in asked.items() if value is not GONE}},
    )


def answered(client: FlaskClient, path: str, **fields: Any) -> dict[str, Any]:
    """Answer and return the claims of what is posted to the platform; the sandbox's tests check the signature."""
    page = client.post(path, data={"csrf_token": form_token(client, path), **fields}).text
    body = page.split('name="JWT" value="')[1].split('"')[0].split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return {name.removeprefix(DL): value for name, value in claims.items()}


def test_the_answer_keeps_to_what_was_asked(client: FlaskClient, platform: FakePlatform) -> None:
    several = {"target": [TARGET, "result:2026-1"], "act": "place", "columns": "1"}

    plain = answered(client, ask(platform, client).location, **several)
    [item] = plain["content_items"]  # several only where the platform says so
    assert "data" not in plain
    assert (plain["iss"], plain["aud"]) == (platform.client_id, platform.issuer)
    assert plain["exp"] - plain["iat"] <= 300
    assert item["custom"]["target"] == item["lineItem"]["resourceId"] == TARGET
    assert (item["lineItem"]["scoreMaximum"], item["window"]) == (100, {"targetName": "_blank"})
    assert all(isinstance(value, str) for value in item["custom"].values())

    narrow = {"accept_multiple": True, "accept_lineitem": False, "data": "", "accept_types": "ltiResourceLink,file"}
    kept = answered(client, ask(platform, client, **narrow).location, **several)
    assert [("lineItem" in each, each["url"].endswith("/lti/launch")) for each in kept["content_items"]] == [
        (False, True),
        (False, True),
    ]
    assert kept["data"] == ""  # sent back as it came, not left out

    assert answered(client, ask(platform, client).location, act="none")["content_items"] == []
    files = answered(client, ask(platform, client, accept_types=["file"]).location, **several)
    assert files["content_items"] == []


@pytest.mark.parametrize("name", ["deep_link_return_url", "accept_types", "accept_presentation_document_targets"])
def test_a_request_without_what_is_required_is_refused(client: FlaskClient, platform: FakePlatform, name: str) -> None:
    assert ask(platform, client, **{name: GONE}).status_code == 400


def test_a_learner_picks_nothing_and_nobody_answers_for_another(
    app: Flask, client: FlaskClient, platform: FakePlatform
) -> None:
    path = ask(platform, client).location
    other = app.test_client()
    assert other.get(ask(platform, other, role=LEARNER).location).status_code == 403
    ask(platform, other)
    assert other.get(path).status_code == 404


def test_a_second_link_from_one_pick_is_a_copy(client: FlaskClient, world: ExamWorld, platform: FakePlatform) -> None:
    [item] = answered(client, ask(platform, client).location, target=TARGET, act="place")["content_items"]
    for _ in range(2):
        assert place(platform, client, "rl-1", "c-1", item["custom"]).location == f"/exams/{world.exam_id}"
    assert place(platform, client, "rl-2", "c-1", item["custom"]).location == "/lti/copies/waiting"
    again = answered(client, ask(platform, client).location, target=TARGET, act="place")["content_items"]
    assert place(platform, client, "rl-3", "c-1", again[0]["custom"]).location == f"/exams/{world.exam_id}"
    # A pick of a course that was copied before anybody opened it there.
    assert place(platform, client, "rl-4", "c-9", again[0]["custom"]).location == "/lti/copies/waiting"
