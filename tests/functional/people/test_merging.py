"""Two persons who are one human: merged by an officer, and parted again."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.identity import Role
from tests.support.exam_seats import Candidate
from tests.support.exams import ExamWorld, make_exam
from tests.support.platform import FakePlatform, register, start_platform
from tests.support.world import World, make_institution, make_person, make_session, submit, use_token


@pytest.fixture
def world(app: Flask) -> ExamWorld:
    return make_exam(app)


@pytest.fixture
def platforms(world: ExamWorld) -> Iterator[tuple[FakePlatform, FakePlatform]]:
    with start_platform() as one, start_platform(client_id="tool-2", deployment_id="dep-2") as two:
        yield register(world.app, one, world.institution_id), register(world.app, two, world.institution_id)


class Desk:
    """An officer at the page."""

    def __init__(self, world: ExamWorld, *roles: Role, institution_id: int = 0) -> None:
        self.client = world.app.test_client()
        with world.app.app_context():
            who = make_person(institution_id or world.institution_id, "Wang", list(roles or (Role.OFFICER,)))
            use_token(self.client, make_session(who))
            self.person_id = who.person_id

    def merge(self, kept: int, gone: int) -> int:
        return submit(self.client, "/people/merge", {"kept": kept, "gone": gone}, page="/profile").status_code

    def undo(self, entry: Any) -> int:
        return submit(self.client, "/people/merge/undo", {"entry": entry}, page="/profile").status_code

    def entry(self) -> str:
        """Return the newest merge that can be undone, as the page has it."""
        page = self.client.get("/people/merge?q=Lin").text
        return page.partition('name="entry" value="')[2].partition('"')[0]


def come(world: ExamWorld, platform: FakePlatform, sub: str = "4") -> tuple[FlaskClient, int]:
    """Launch in a browser of one's own; returns it and whom it is signed in as."""
    client = world.app.test_client()
    assert platform.launch(client, sub=sub).status_code == 303
    me: Any = client.get("/api/v1/me").json
    return client, me["person"]["id"]


def test_two_accounts_become_one_person_and_two_again(
    world: ExamWorld, platforms: tuple[FakePlatform, FakePlatform]
) -> None:
    one, two = platforms
    first, kept = come(world, one)
    candidate = Candidate(first, World(kept, world.institution_id, ""), "")
    assert candidate.start(world.exam_id).status_code == 201
    second, gone = come(world, two)
    assert kept != gone
    desk = Desk(world)
    assert desk.merge(gone, kept) == 409  # who has work does not go over
    assert desk.merge(kept, gone) == 303
    assert second.get("/api/v1/me").status_code == 401
    again, who = come(world, two)
    assert who == kept
    assert again.get(f"/api/v1/attempts/{candidate.attempt_id}").status_code == 200

    entry = desk.entry()
    assert Desk(world, institution_id=_elsewhere(world)).undo(entry) == 404
    assert desk.undo(entry) == 303
    assert again.get("/api/v1/me").status_code == 401
    assert come(world, two)[1] == gone
    assert come(world, one)[1] == kept
    assert desk.undo(entry) == 409
    assert desk.entry() == ""
    assert desk.merge(kept, gone) == 303  # and it may have been right after all
    audit = desk.client.get("/people/audit").text
    assert audit.count("person.merge") >= 2
    assert "person.unmerge" in audit


def _elsewhere(world: ExamWorld) -> int:
    with world.app.app_context():
        return make_institution("elsewhere")


def test_what_stands_in_the_way(world: ExamWorld, platforms: tuple[FakePlatform, FakePlatform]) -> None:
    one, two = platforms
    (_, kept), (_, gone), (_, twin) = come(world, one), come(world, two), come(world, one, "5")
    desk = Desk(world)
    with world.app.app_context():
        author = make_person(world.institution_id, "Zhou", [Role.AUTHOR]).person_id
        stranger = make_person(make_institution("elsewhere"), "Gao").person_id
    assert desk.merge(kept, kept) == 422
    assert desk.merge(kept, twin) == 409  # one platform
    assert desk.merge(author, gone) == 409  # an account would come by a role
    assert desk.merge(kept, author) == 409
    assert desk.merge(desk.person_id, gone) == 403
    assert desk.merge(kept, stranger) == desk.merge(stranger, gone) == 404
    assert desk.merge(kept, 2**40) == 404
    assert submit(desk.client, "/people/merge", {"kept": "x"}, page="/profile").status_code == 422
    assert desk.undo(2**40) == 404
    assert come(world, two)[1] == gone
