"""A platform written by others (Open edX's) signs launches, takes what was picked, and takes scores."""

from collections.abc import Iterator
from secrets import token_hex

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.jobs import run_job
from lms_carbon.core.transaction import transaction
from lms_carbon.lti.services.scores import queue_scores
from tests.support.exams import make_exam
from tests.support.foreign import ForeignPlatform, read_form, start_foreign
from tests.support.world import form_token, make_institution

TARGET = "exam:exam-1"
# What is said between two programs is the same on every database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def running() -> Iterator[ForeignPlatform]:
    with start_foreign() as platform:
        yield platform


def test_it_launches_picks_and_takes_scores(app: Flask, client: FlaskClient, running: ForeignPlatform) -> None:
    world = make_exam(app)
    running.register(app, world.institution_id)
    course = {"context_id": "course-v1:School+CM101+2026", "context_title": "碳管理基础"}

    picked = running.launch(client, user_id="t-1", user_role="staff", name="赵磊", pick=True, **course)
    assert picked.status_code == 303, picked.text
    path = picked.location
    token = form_token(client, path)
    page = client.post(path, data={"csrf_token": token, "target": TARGET, "act": "place", "columns": "1"}).text
    action, fields = read_form(page, "JWT")
    assert requests.post(action, data=fields, timeout=60).status_code == 200
    [item] = running.held()["picked"]
    assert (item["custom"]["target"], item["lineItem"]["scoreMaximum"]) == (TARGET, 100)

    learner = {"user_role": "student", "name": "林晓", "custom_parameters": item["custom"], **course}
    people, subjects = [], [token_hex(4), token_hex(4)]  # the platform outlives this app
    for sub in subjects:
        browser = app.test_client()
        opened = running.launch(browser, user_id=sub, **learner)
        assert (opened.status_code, opened.location) == (303, f"/exams/{world.exam_id}")
        me = browser.get("/api/v1/me").json
        assert (me["roles"], me["context"]["title"]) == (["candidate"], "碳管理基础")
        people.append(me["person"]["id"])

    for points in (7850, 8000):
        rows = [(person, points + number, "4级 中级") for number, person in enumerate(people)]
        with app.app_context(), transaction():
            queue_scores(institution_id=world.institution_id, target=TARGET, rows=rows, at=now())
        for job in ("lti.seek_columns", "lti.fill_columns", "lti.send_scores"):
            run_job(app, job)
        held = running.held()
        assert [column["resource_id"] for column in held["columns"]] == [TARGET]  # made once, then found again
        scores = {score["user_id"]: score for score in held["scores"]}
        assert [scores[sub]["score_given"] for sub in subjects] == [points / 100, (points + 1) / 100]
        assert {(scores[sub]["grading_progress"], scores[sub]["comment"]) for sub in subjects} == {
            ("FullyGraded", "4级 中级")
        }


def test_its_roles(app: Flask, running: ForeignPlatform) -> None:
    with app.app_context():
        institution_id = make_institution("demo")
    running.register(app, institution_id)
    known = {
        "instructor": ["teacher"],
        "global_staff": ["teacher"],
        "Community TA": ["teacher"],
        "guest": ["candidate"],
    }
    for number, (role, ours) in enumerate(known.items()):
        client = app.test_client()
        answer = running.launch(client, user_id=f"p-{number}", user_role=role, context_id="course-1")
        assert answer.status_code == 303, answer.text
        assert client.get("/api/v1/me").json["roles"] == ours, role
