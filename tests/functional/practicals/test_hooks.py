"""What practicals tell others: assessors without a name, officers what holds a cycle up, candidates their cards."""

import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Track
from lms_carbon.cycles.rules import MarkRow
from lms_carbon.cycles.services.ledger import book_marks
from lms_carbon.marking.models import Assignment, Work
from lms_carbon.people.services.audit import record_act
from lms_carbon.practicals.models import SheetState
from lms_carbon.practicals.services.hooks import (
    find_launch_target,
    find_shown_work,
    is_file_kept,
    list_instrument_facts,
    list_open_work,
    list_own_work,
    may_read_file,
    send_scores_out,
)
from tests.support.practicals import NOTE, PracticalWorld, Worker, make_practical, make_worker, workbook
from tests.support.world import World, act_as, make_person, make_session, use_token


@pytest.fixture
def world(app: Flask) -> PracticalWorld:
    with app.app_context():
        return make_practical(app)


def work_on(world: PracticalWorld, *, done: bool) -> Worker:
    worker = make_worker(world)
    worker.begin()
    worker.save(**worker.answers(), note=NOTE, workbook=(io.BytesIO(workbook()), "林晓的工作簿.xlsx"))
    if done:
        worker.hand_in(declared="1")
        assert worker.row().state is SheetState.SUBMITTED
    return worker


def take(world: PracticalWorld, assessor: World, *, part: int = 1) -> None:
    """Give the assessor the only work there is."""
    with transaction():
        work = session.scalars(sa.select(Work)).one()
        assignment = Assignment(
            institution_id=world.institution_id,
            work_id=work.id,
            person_id=assessor.person_id,
            part=part,
            taken_at=now(),
        )
        session.add(assignment)
        session.flush()
        record_act(
            by=None,
            institution_id=world.institution_id,
            action="assignment.take",
            object_type="assignment",
            object_id=assignment.id,
            at=now(),
        )


def test_a_link_finds_its_practical_in_its_own_institution(world: PracticalWorld) -> None:
    with world.app.app_context(), transaction(write=False):
        assert find_launch_target("practical:practical-1", world.institution_id) == world.path
        assert find_launch_target("practical:practical-1", world.institution_id + 1) is None
        assert find_launch_target("practical:other", world.institution_id) is None
        assert find_launch_target("exam:practical-1", world.institution_id) is None


def test_assessors_see_a_work_without_a_name(world: PracticalWorld) -> None:
    worker = work_on(world, done=True)
    with world.app.test_request_context(), transaction(write=False):
        shown = find_shown_work(f"sheet:{worker.sheet_id}")
        assert shown is not None
        page = world.app.jinja_env.get_template(shown.template).render(**shown.values)
        assert find_shown_work("portfolio:1") is None
        assert find_shown_work("sheet:99999") is None
    assert NOTE in page
    assert worker.answers()["v-gas-emission"] in page
    for word in ("林晓", "Correct value", "of 8 points"):
        assert word not in page


def test_only_who_has_the_work_gets_the_workbook_and_no_name_with_it(world: PracticalWorld) -> None:
    worker = work_on(world, done=True)
    with world.app.app_context():
        has, other = (
            make_person(world.institution_id, name, [(Role.ASSESSOR, world.instrument_id)]) for name in ("甲", "乙")
        )
        take(world, has)
    for person, status in ((has, 200), (other, 404), (world.officer, 404)):
        client = world.app.test_client()
        with world.app.app_context():
            use_token(client, make_session(person))
        with client.get(f"{worker.path}/workbook") as answer:
            assert answer.status_code == status, person.name
            if status == 200:
                name = answer.headers["Content-Disposition"]
                assert re.search(r"filename=workbook-\d+\.xlsx", name)
                assert answer.data[:2] == b"PK"


def test_officers_may_read_a_workbook_once_it_is_handed_in(world: PracticalWorld) -> None:
    worker = work_on(world, done=False)
    file_id = worker.row().file_id or 0
    with world.app.app_context():
        officer = act_as(world.officer)
        with transaction(write=False):
            assert not may_read_file(officer, file_id)
            assert not is_file_kept(file_id)
    worker.hand_in(declared="1")
    with world.app.app_context():
        assessor = act_as(make_person(world.institution_id, "甲", [(Role.ASSESSOR, world.instrument_id)]))
        with transaction(write=False):
            assert may_read_file(officer, file_id)
            assert not may_read_file(assessor, file_id)
            assert is_file_kept(file_id)


def test_a_cycle_waits_for_who_is_at_work_and_names_them(world: PracticalWorld) -> None:
    worker = work_on(world, done=False)
    with world.app.app_context(), transaction(write=False):
        cycle_id = session.get_one(Track, world.track_id).cycle_id
        (found,) = list_open_work(cycle_id)
        (facts,) = list_instrument_facts(world.track_id)
    assert (found.names, found.running, found.instrument_id) == (("林晓",), True, world.instrument_id)
    assert (facts.target, facts.ready, facts.running, facts.submitted) == ("practical:practical-1", True, 1, 0)
    worker.hand_in(declared="1")
    with world.app.app_context(), transaction(write=False):
        assert list_open_work(cycle_id) == []
        (facts,) = list_instrument_facts(world.track_id)
    assert (facts.running, facts.submitted, facts.marked) == (0, 1, 0)


def test_a_draft_says_what_is_to_be_done(app: Flask) -> None:
    with app.app_context():
        world = make_practical(app, opened=False)
        with transaction(write=False):
            (facts,) = list_instrument_facts(world.track_id)
    assert (facts.ready, facts.todo) == (False, "Open the practical")


def test_candidates_have_a_card_for_it(world: PracticalWorld) -> None:
    worker = work_on(world, done=False)
    with world.app.app_context():
        actor = act_as(worker.person, launch_role=Role.CANDIDATE)
        with transaction(write=False):
            (card,) = list_own_work(actor)
    assert (card.path, card.done) == (world.path, False)
    worker.hand_in(declared="1")
    with world.app.app_context(), transaction(write=False):
        (card,) = list_own_work(actor)
        assert list_own_work(act_as(world.officer)) == []
    assert card.done


def test_scores_go_out_under_the_practicals_own_name(world: PracticalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = work_on(world, done=True)
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr("lms_carbon.practicals.services.hooks.queue_scores", lambda **given: sent.append(given))
    with world.app.app_context(), transaction():
        work = session.scalars(sa.select(Work)).one()
        book_marks(
            institution_id=world.institution_id,
            instrument_id=world.instrument_id,
            candidacy_id=work.candidacy_id,
            source=work.source,
            attempt=work.attempt,
            rows=[MarkRow(**row) for row in work.scored],
            by=None,
            at=now(),
        )
        send_scores_out([world.instrument_id], now())
    (given,) = sent
    assert given["target"] == "practical:practical-1"
    assert given["rows"] == [(worker.person.person_id, 100_00, "实验考核 / Practical: 100.00 / 100")]
