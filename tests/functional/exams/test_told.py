"""What exams tell the board of a cycle, the start page and gradebooks."""

import re

import pytest
import sqlalchemy as sa

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Cycle, CycleState
from lms_carbon.cycles.services.closing import end_cycle
from lms_carbon.exams.queries.told import list_facts, list_open_work, list_own_work
from lms_carbon.exams.services import release
from tests.support.exam_seats import Candidate, change, make_candidate, seated
from tests.support.exams import RIGHT, ExamWorld
from tests.support.world import act_as, make_institution, make_person, sign_in


def own_links_aside(page: str) -> str:
    """Return a page without the numbers in its links, which are each person's own."""
    return re.sub(r'href="/(\w+)/\d+"', r'href="/\1"', page)


def cycle_id() -> int:
    return session.scalars(sa.select(Cycle.id)).one()


def test_the_board_hears_who_is_in_an_exam_and_until_when(world: ExamWorld, candidate: Candidate) -> None:
    seated(world, "陆川")
    with world.app.app_context(), transaction(write=False):
        work = list_open_work(cycle_id())
        facts = list_facts(world.track_id)
    assert [(each.names, each.running, each.instrument_id) for each in work] == [
        (("林晓", "陆川"), True, world.instrument_id)
    ]
    assert work[0].until is not None
    assert work[0].until > now()
    assert [(each.target, each.ready, each.running, each.marked) for each in facts] == [("exam:exam-1", True, 2, 0)]
    candidate.submit()
    with world.app.app_context(), transaction(write=False):
        assert list_open_work(cycle_id())[0].names == ("陆川",)
        facts = list_facts(world.track_id)
        assert list_open_work(cycle_id() + 1) == []
    assert [(each.running, each.submitted, each.marked) for each in facts] == [(1, 1, 1)]


def test_a_cycle_that_is_ended_waits_for_the_exam_and_lets_nobody_in(world: ExamWorld, candidate: Candidate) -> None:
    other = make_candidate(world, "陆川")
    with world.app.app_context(), transaction():
        officer = act_as(world.officer)
        waiting = end_cycle(cycle=session.get_one(Cycle, cycle_id()), by=officer, at=now())
    assert [work.names for work in waiting] == [("林晓",)]
    assert other.start(world.exam_id).status_code == 409
    assert "not open" in other.client.get(f"/exams/{world.exam_id}").text
    assert candidate.put(change(1, 1, "b")).status_code == 200
    assert candidate.submit().status_code == 200
    with world.app.app_context():
        assert session.get_one(Cycle, cycle_id()).state is CycleState.CLOSING


def test_the_start_page_shows_a_candidate_their_exams_and_nothing_of_marks(
    world: ExamWorld, candidate: Candidate
) -> None:
    page = candidate.client.get("/").text
    assert "Written exam" in page
    assert "You are in it now" in page
    candidate.submit(*(change(slot, slot, value) for slot, value in RIGHT.items()))
    good = candidate.client.get("/").text
    assert "Handed in." in good
    weak = seated(world, "陆川")
    weak.submit()
    assert own_links_aside(weak.client.get("/").text.replace("陆川", "林晓")) == own_links_aside(good)
    with world.app.app_context():
        stranger = act_as(make_person(make_institution("elsewhere"), "外校"), launch_role=Role.CANDIDATE)
        nobody = act_as(make_person(world.institution_id, "未列入"), launch_role=Role.CANDIDATE)
        assert list_own_work(stranger) == []
        assert list_own_work(nobody) == []
        assert list_own_work(act_as(world.officer)) == []


def test_scores_go_out_once_they_are_released_and_not_before(
    world: ExamWorld, candidate: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate.submit(*(change(slot, slot, value) for slot, value in RIGHT.items()))
    sent: list[tuple[str, list[tuple[int, int, str]]]] = []
    monkeypatch.setattr(release, "queue_scores", lambda **what: sent.append((what["target"], what["rows"])))
    with world.app.app_context():
        officer = act_as(world.officer)
        with transaction():
            release.send_scores([world.instrument_id], now())
        assert sent == []
        with transaction():
            assert release.release_scores(exam_id=world.exam_id, by=officer, at=now()) == 1
            release.send_scores([world.instrument_id, 10**6], now())
    row = (candidate.person.person_id, 100_00, "笔试 / Written exam: 100.00 / 100")
    assert sent == [("exam:exam-1", [row]), ("exam:exam-1", [row])]


def test_a_new_exam_knows_the_instrument_it_was_asked_for(world: ExamWorld) -> None:
    client = world.app.test_client()
    sign_in(client, world.officer)
    page = client.get(f"/exams/new?instrument={world.instrument_id}").text
    assert " selected" not in page.split("f-instrument_id")[1].split("</select>")[0]  # it has its exam
    assert client.get("/exams/new?instrument=x").status_code == 200
