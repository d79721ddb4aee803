"""Two people of the course at one browser, one after the other: nobody goes on with what the other began."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.exam_seats import Candidate, change, held_answers
from tests.support.exams import ExamWorld, make_exam
from tests.support.platform import FakePlatform, register, start_platform
from tests.support.world import World


@pytest.fixture
def world(app: Flask) -> ExamWorld:
    return make_exam(app)


@pytest.fixture
def platform(world: ExamWorld) -> Iterator[FakePlatform]:
    with start_platform() as running:
        yield register(world.app, running, world.institution_id)


def come(world: ExamWorld, platform: FakePlatform, frame: FlaskClient, sub: str) -> Candidate:
    """Launch in the browser's frame."""
    assert platform.launch(frame, sub=sub, name=f"Candidate {sub}").status_code == 303
    me: Any = frame.get("/api/v1/me").json
    return Candidate(frame, World(me["person"]["id"], world.institution_id, me["person"]["name"], "en"), "")


def begin(world: ExamWorld, candidate: Candidate) -> Candidate:
    """Begin the exam and go on in a window of its own, which has another cookie jar than the frame."""
    started = candidate.start(world.exam_id)
    assert started.status_code == 201, started.text
    window = Candidate(world.app.test_client(), candidate.person, "", candidate.attempt_id)
    assert window.client.get(started.get_json()["path"]).status_code == 303
    assert window.open_window().status_code == 200
    assert window.put(change(1, 1, "a")).status_code == 200
    return window


def test_the_next_person_cannot_go_on_with_the_first_ones_attempt(world: ExamWorld, platform: FakePlatform) -> None:
    frame = world.app.test_client()
    first = begin(world, come(world, platform, frame, "4"))
    held = held_answers(world, first.attempt_id)

    second = come(world, platform, frame, "5")
    assert second.person != first.person
    second.attempt_id, second.epoch = first.attempt_id, first.epoch
    assert second.put(change(1, 2, "b")).status_code == 404
    assert second.open_window().status_code == 404
    assert second.submit(change(1, 2, "b")).status_code == 404
    for page in (f"/attempts/{first.attempt_id}", f"/api/v1/attempts/{first.attempt_id}"):
        assert frame.get(page).status_code == 404
    # The window that the first one left open is nobody's now.
    assert first.put(change(1, 2, "b")).status_code == 401
    assert first.submit().status_code == 401
    assert held_answers(world, first.attempt_id) == held

    own = begin(world, second)
    assert own.attempt_id != first.attempt_id
    assert held_answers(world, first.attempt_id) == held

    back = come(world, platform, world.app.test_client(), "4")
    assert back.start(world.exam_id).status_code == 200
    assert back.attempt_id == first.attempt_id
    opened = back.open_window()
    assert opened.get_json()["state"] == "running"
    assert back.put(change(1, 3, "c")).status_code == 200


def test_the_same_person_may_open_the_activity_again(world: ExamWorld, platform: FakePlatform) -> None:
    frame = world.app.test_client()
    window = begin(world, come(world, platform, frame, "4"))
    come(world, platform, frame, "4")
    assert window.put(change(1, 2, "b")).status_code == 200
