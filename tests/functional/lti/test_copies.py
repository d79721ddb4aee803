"""What is decided about an activity that names an assessment of another course: shared, another one, or a clone."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Instrument
from lms_carbon.exams.models.exams import Exam
from lms_carbon.exams.rules.states import ExamState
from lms_carbon.lti.models.placing import LinkCopy
from lms_carbon.people.services.audit import record_act
from lms_carbon.question_bank.models import QuestionVersion
from lms_carbon.question_bank.rules.states import VersionState
from tests.support.exams import ExamWorld, make_exam, make_practice, plan_next
from tests.support.platform import CLAIM, INSTRUCTOR, FakePlatform, register, start_platform
from tests.support.world import act_as, form_token, list_acts, sign_in

TARGET = "exam:exam-1"
WAITING = "/lti/copies/waiting"


@pytest.fixture
def world(app: Flask) -> ExamWorld:
    return make_exam(app)


@pytest.fixture
def platform(app: Flask, world: ExamWorld) -> Iterator[FakePlatform]:
    with start_platform() as running:
        yield register(app, running, world.institution_id)


@pytest.fixture
def officer(app: Flask, world: ExamWorld) -> FlaskClient:
    client = app.test_client()
    sign_in(client, world.officer)
    return client


def open_by_hand(platform: FakePlatform, client: FlaskClient, number: int, target: str = TARGET) -> str | None:
    """Open an activity that somebody made by hand in a course of its own: no pick, no history."""
    place = {"resource_link": {"id": f"rl-{number}"}, "context": {"id": f"c-{number}", "title": f"Course {number}"}}
    custom = {CLAIM + "custom": {"target": target}}
    return platform.launch(client, sub="9", name="Zhao Lei", roles=[INSTRUCTOR], **place, **custom).location


def decide(client: FlaskClient, **choice: object) -> TestResponse:
    """Decide about the only copy that this person sees."""
    page = client.get("/lti/copies").text
    [number] = [part.split('"')[0] for part in page.split('action="/lti/copies/')[1:]]
    token = form_token(client, "/lti/copies")
    return client.post(f"/lti/copies/{number}", data={"csrf_token": token, **choice})


def test_a_teacher_decides_for_their_course_but_clones_nothing(
    app: Flask, client: FlaskClient, world: ExamWorld, platform: FakePlatform, officer: FlaskClient
) -> None:
    track_id = plan_next(world)
    assert open_by_hand(platform, client, 1) == f"/exams/{world.exam_id}"
    assert open_by_hand(platform, client, 1) == f"/exams/{world.exam_id}"
    other = app.test_client()
    assert open_by_hand(platform, other, 2) == WAITING
    assert "Course 1" in other.get(WAITING).text
    assert 'action="/lti/copies/' not in client.get("/lti/copies").text  # another's course
    assert decide(other, choice="clone", track=track_id).status_code == 403
    assert decide(officer, choice="clone", track=world.track_id).status_code == 404  # its own track
    assert decide(other, choice="same").status_code == 303
    assert other.get(WAITING).location == f"/exams/{world.exam_id}"
    assert open_by_hand(platform, other, 2) == f"/exams/{world.exam_id}"
    assert "Nothing waits" in officer.get("/lti/copies").text


def test_what_counts_nowhere_may_stand_in_any_course(
    client: FlaskClient, world: ExamWorld, platform: FakePlatform
) -> None:
    practice = make_practice(world)
    for number in (1, 2):
        assert open_by_hand(platform, client, number, "practice:practice-1") == f"/exams/{practice}"
        assert open_by_hand(platform, client, number + 2, "result:2026-1") != WAITING


def test_a_clone_has_the_papers_and_nobodys_work(
    app: Flask, client: FlaskClient, world: ExamWorld, platform: FakePlatform, officer: FlaskClient
) -> None:
    open_by_hand(platform, client, 1)
    assert open_by_hand(platform, client, 2) == WAITING
    assert 'value="clone"' not in officer.get("/lti/copies").text  # nowhere to count yet
    track_id = plan_next(world)
    answer = decide(officer, choice="clone", track=track_id)
    assert answer.status_code == 303
    assert list_acts(app)[-1] == "activity.decide"
    with app.app_context(), transaction(write=False):
        exam, clone = session.scalars(sa.select(Exam).order_by(Exam.id))
        assert answer.location == f"/exams/{clone.id}/desk"
        assert (clone.code, clone.state, clone.minutes) == ("exam-2", ExamState.DRAFT, 90)
        assert clone.instrument is not None
        assert (clone.instrument.track_id, clone.instrument.dimension) == (track_id, "knowledge")
        [form] = clone.forms
        assert form.digest == exam.forms[0].digest is not None
        clone_id = clone.id
    assert open_by_hand(platform, client, 2) == f"/exams/{clone_id}"
    assert open_by_hand(platform, client, 1) == f"/exams/{world.exam_id}"


def test_a_clone_without_an_approved_question_stays_open(
    app: Flask, client: FlaskClient, world: ExamWorld, platform: FakePlatform, officer: FlaskClient
) -> None:
    track_id = plan_next(world)
    open_by_hand(platform, client, 1)
    open_by_hand(platform, client, 2)
    with app.app_context(), transaction():
        by, at = act_as(world.officer), now()
        planned = session.get_one(Instrument, world.instrument_id)
        empty = Instrument(
            institution_id=world.institution_id,
            track_id=track_id,
            kind=planned.kind,
            dimension=planned.dimension,
            title={"zh": "笔试二", "en": "Exam 2"},
        )
        session.add(empty)
        retired = session.scalars(sa.select(QuestionVersion).order_by(QuestionVersion.id)).first()
        assert retired is not None
        retired.state = VersionState.RETIRED
        session.flush()
        record_act(by=by, institution_id=world.institution_id, action="t", object_type="t", object_id=empty.id, at=at)
        empty_id = empty.id
    assert decide(officer, choice="clone", track=track_id).status_code == 303
    with app.app_context(), transaction(write=False):
        clone = session.scalars(sa.select(Exam).order_by(Exam.id.desc())).first()
        assert clone is not None
        assert clone.instrument_id == empty_id  # what was planned and empty is filled
        assert [(form.frozen_at, len(form.items)) for form in clone.forms] == [(None, 3)]
        assert session.scalars(sa.select(LinkCopy.decided_at)).one() is not None
