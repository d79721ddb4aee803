"""Two persons who are one human: merged by an officer, and parted again."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role, Scope
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Candidacy, CandidacyState, Track
from lms_carbon.cycles.services.candidacies import enter_candidate
from lms_carbon.lti.models.scores import LineItem, ScoreDelivery
from lms_carbon.lti.services.scores import queue_scores
from lms_carbon.people.models.persons import RoleGrant
from lms_carbon.people.services.audit import record_act
from lms_carbon.people.services.grants import grant_role
from lms_carbon.question_bank.desk_models import SavedView
from lms_carbon.question_bank.models import Question
from tests.support.exam_seats import Candidate
from tests.support.exams import ExamWorld, make_exam, make_practice, plan_next
from tests.support.platform import AGS, CLAIM, SCORE, FakePlatform, register, start_platform
from tests.support.world import World, act_as, make_institution, make_person, make_session, submit, use_token


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
    page = desk.client.get("/people/merge?q=Wang，lin.xiao@,nobody").text
    assert page.count('name="kept"') == 3
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


def test_merges_are_undone_the_last_one_first(world: ExamWorld, platforms: tuple[FakePlatform, FakePlatform]) -> None:
    one, two = platforms
    accounts = ((one, "4"), (two, "4"), (one, "9"))
    persons = [come(world, *account)[1] for account in accounts]
    desk = Desk(world)
    assert desk.merge(persons[1], persons[0]) == 303
    first = desk.entry()
    assert desk.merge(persons[2], persons[1]) == 303
    assert desk.undo(first) == 409
    page = desk.client.get("/people/merge").text
    assert "undo the later merge first" in page
    assert page.count('name="entry"') == 1
    assert desk.undo(desk.entry()) == 303
    assert desk.entry() == first
    assert desk.undo(first) == 303
    assert [come(world, *account)[1] for account in accounts] == persons


def _elsewhere(world: ExamWorld) -> int:
    with world.app.app_context():
        return make_institution("elsewhere")


def enter(world: ExamWorld, track_id: int, person_id: int) -> None:
    with world.app.app_context(), transaction():
        track, by = session.get_one(Track, track_id), act_as(world.officer)
        enter_candidate(track=track, person_id=person_id, by=by, at=now())


def states(world: ExamWorld, person_id: int) -> dict[int, CandidacyState]:
    """Return track → how the person stands in it."""
    with world.app.app_context(), transaction(write=False):
        mine = sa.select(Candidacy.track_id, Candidacy.state).where(Candidacy.person_id == person_id)
        return {row.track_id: row.state for row in session.execute(mine)}


def test_work_on_both_sides_becomes_one_persons_and_two_again(
    world: ExamWorld, platforms: tuple[FakePlatform, FakePlatform]
) -> None:
    one, two = platforms
    (_, kept), (second, gone) = come(world, one), come(world, two)
    track_id = plan_next(world)
    working = Candidate(second, World(gone, world.institution_id, ""), "")
    assert working.start(world.exam_id).status_code == 201
    enter(world, track_id, kept)
    enter(world, track_id, gone)
    desk = Desk(world)
    assert desk.merge(kept, gone) == 303  # in the second track neither has work
    entered, withdrawn = CandidacyState.ENTERED, CandidacyState.WITHDRAWN
    assert states(world, kept) == {world.track_id: entered, track_id: entered}
    assert states(world, gone) == {track_id: withdrawn}
    both = come(world, two)[0]
    assert both.get(f"/api/v1/attempts/{working.attempt_id}").status_code == 200
    practice = make_practice(world)
    assert Candidate(both, World(kept, world.institution_id, ""), "").start(practice).status_code == 201

    assert desk.undo(desk.entry()) == 303
    assert states(world, kept) == {track_id: entered}
    assert states(world, gone) == {world.track_id: entered, track_id: entered}
    apart = come(world, two)[0]
    assert apart.get(f"/api/v1/attempts/{working.attempt_id}").status_code == 200


def test_two_with_work_in_one_track_stay_two(world: ExamWorld, platforms: tuple[FakePlatform, FakePlatform]) -> None:
    (_, kept), (second, gone) = (come(world, platform) for platform in platforms)
    desk = Desk(world)
    enter(world, world.track_id, kept)
    assert Candidate(second, World(gone, world.institution_id, ""), "").start(world.exam_id).status_code == 201
    assert desk.merge(kept, gone) == 409
    assert desk.merge(gone, kept) == 303  # the other has none
    assert desk.undo(desk.entry()) == 303
    assert (
        Candidate(come(world, platforms[0])[0], World(kept, world.institution_id, ""), "")
        .start(world.exam_id)
        .status_code
        == 201
    )
    assert desk.merge(gone, kept) == 409


def test_a_score_goes_to_the_account_that_is_in_the_course(
    world: ExamWorld, platforms: tuple[FakePlatform, FakePlatform]
) -> None:
    platform = platforms[0]
    subjects = ("4", "9")
    people = {}
    for number, subject in enumerate(subjects, start=1):
        client = world.app.test_client()
        place = {"resource_link": {"id": f"rl-{number}"}, "context": {"id": f"c-{number}", "title": "Course"}}
        column = {"scope": [SCORE], "lineitem": f"{platform.issuer}/items/{number}"}
        custom = {CLAIM + "custom": {"target": "result:2026-1"}, AGS: column}
        assert platform.launch(client, sub=subject, **place, **custom).status_code == 303
        me: Any = client.get("/api/v1/me").json
        people[subject] = me["person"]["id"]
    assert Desk(world).merge(people["9"], people["4"]) == 303
    with world.app.app_context(), transaction():
        rows = [(people["9"], 90_00, None)]
        queue_scores(institution_id=world.institution_id, target="result:2026-1", rows=rows, at=now())
    with world.app.app_context(), transaction(write=False):
        sent = sa.select(LineItem.url, ScoreDelivery.subject).join(LineItem, LineItem.id == ScoreDelivery.line_item_id)
        found = {row.url.rpartition("/")[2]: row.subject for row in session.execute(sent)}
        assert found == {"1": "4", "2": "9"}


def test_roles_change_hands_by_an_administrator_alone(
    world: ExamWorld, platforms: tuple[FakePlatform, FakePlatform]
) -> None:
    (_, kept), (_, gone) = (come(world, platform) for platform in platforms)
    officer, administrator = Desk(world), Desk(world, Role.ADMINISTRATOR)
    with world.app.app_context():
        give(world, kept, Role.REVIEWER)
        give(world, gone, Role.AUTHOR)
        with transaction():
            view = {"institution_id": world.institution_id, "name": "Drafts", "filters": {}, "saved_at": now()}
            session.add(SavedView(person_id=gone, **view))  # which is nothing that anybody signed
    assert officer.merge(kept, gone) == 403
    assert administrator.merge(kept, gone) == 303
    assert roles_of(world) == {kept: {Role.REVIEWER}}
    assert officer.undo(administrator.entry()) == 403
    assert administrator.undo(administrator.entry()) == 303
    assert roles_of(world) == {kept: {Role.REVIEWER}, gone: {Role.AUTHOR}}

    with world.app.app_context(), transaction():
        question = session.scalars(sa.select(Question)).first()
        assert question is not None
        question.created_by = gone
        record_act(by=None, institution_id=world.institution_id, action="t", object_type="t", object_id=1, at=now())
    assert administrator.merge(kept, gone) == 409  # their name stands under it


def give(world: ExamWorld, person_id: int, role: Role) -> None:
    with transaction():
        grant_role(
            by=None,
            institution_id=world.institution_id,
            person_id=person_id,
            role=role,
            scope=Scope.INSTITUTION,
            scope_id=None,
            at=now(),
        )


def roles_of(world: ExamWorld) -> dict[int, set[Role]]:
    """Return person → roles in force, of authors and reviewers."""
    with world.app.app_context(), transaction(write=False):
        wanted = RoleGrant.ended_at.is_(None) & RoleGrant.role.in_((Role.AUTHOR, Role.REVIEWER))
        rows = session.execute(sa.select(RoleGrant.person_id, RoleGrant.role).where(wanted)).all()
    return {row.person_id: {each.role for each in rows if each.person_id == row.person_id} for row in rows}


def test_what_stands_in_the_way(world: ExamWorld, platforms: tuple[FakePlatform, FakePlatform]) -> None:
    one, two = platforms
    (_, kept), (_, gone) = come(world, one), come(world, two)
    desk = Desk(world)
    with world.app.app_context():
        stranger = make_person(make_institution("elsewhere"), "Gao").person_id
    assert desk.merge(kept, kept) == 422
    assert desk.merge(desk.person_id, gone) == 403
    assert desk.merge(kept, stranger) == desk.merge(stranger, gone) == 404
    assert desk.merge(kept, 2**40) == 404
    assert submit(desk.client, "/people/merge", {"kept": "x"}, page="/profile").status_code == 422
    assert desk.undo(2**40) == 404
    assert come(world, two)[1] == gone
