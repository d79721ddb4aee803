"""The officers' desk over HTTP: planning a cycle, opening it, entering candidates."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Candidacy, CandidacyState, Cycle, CycleState, EntryRule, Instrument, Track
from lms_carbon.cycles.services.candidacies import ask_entry
from lms_carbon.cycles.views import roster
from lms_carbon.framework.queries import get_position_by_code
from lms_carbon.lti.errors import RosterRefusedError
from lms_carbon.lti.services.rosters import RosterMember
from lms_carbon.people.models.records import Message
from tests.support.standard import put_standard
from tests.support.world import World, act_as, make_institution, make_person, sign_in, submit

POLICY = {
    "name": "Example policy",
    "cut_1": "60",
    "cut_2": "75",
    "cut_3": "90",
    "years": "3",
    "rationale": "Decided by the committee.",
}
CYCLE = {"title_zh": "秋季", "title_en": "Autumn", "code": "autumn"}


@pytest.fixture
def officer(app: Flask, client: FlaskClient) -> Iterator[Actor]:
    with app.app_context():
        with transaction():
            put_standard()
        yield sign_in(client, make_person(make_institution("demo"), "王敏", [Role.OFFICER]))


def one(model: type[Any]) -> Any:
    session.rollback()
    session.expire_all()
    return session.scalars(sa.select(model)).one()


def plan(client: FlaskClient, *, entry: str = "refuse", opened: bool = True) -> tuple[int, int]:
    """Plan a cycle by its pages; return the ids of cycle and track."""
    assert submit(client, "/cycles/new", CYCLE).status_code == 303
    cycle_id = one(Cycle).id
    position = get_position_by_code("5.2.1")
    track = {"position_id": str(position.id), "band": "intermediate", "entry": entry}
    assert submit(client, f"/cycles/{cycle_id}/tracks/new", track).status_code == 303
    track_id = one(Track).id
    assert submit(client, f"/results/tracks/{track_id}/policy", POLICY).status_code == 303
    if opened:
        assert submit(client, f"/cycles/{cycle_id}/open", page=f"/cycles/{cycle_id}").status_code == 303
    return cycle_id, track_id


def test_an_officer_plans_a_cycle_and_opens_it(client: FlaskClient, officer: Actor) -> None:
    cycle_id, track_id = plan(client, opened=False)
    for kind, title in (("exam", "Written exam"), ("practical", "Practical assessment"), ("portfolio", "Portfolio")):
        path = f"/cycles/tracks/{track_id}/instruments/new?kind={kind}"
        assert title in client.get(path).text
        values = {"kind": kind, "title_zh": kind, "title_en": title, "weight": "1", "result_rule": "last"}
        assert submit(client, path, values).status_code == 303
    session.rollback()
    assert {each.kind.value: each.dimension for each in session.scalars(sa.select(Instrument))} == {
        "exam": "knowledge",
        "practical": "skill",
        "portfolio": "practice",
    }
    page = client.get(f"/cycles/{cycle_id}/plan").text
    assert page.count("?instrument=") == 3
    submit(client, f"/cycles/{cycle_id}/open", page=f"/cycles/{cycle_id}")
    assert one(Cycle).state is CycleState.OPEN
    assert one(Track).policy_rationale == POLICY["rationale"]
    assert one(Track).policy["cuts"] == {"intermediate": ["60", "75", "90"]}
    assert "result:autumn" in client.get(f"/cycles/{cycle_id}/links").text
    assert "Autumn" in client.get("/cycles").text


def test_forms_with_faults_come_back_with_what_was_entered(client: FlaskClient, officer: Actor) -> None:
    assert "A title in one language at least is needed." in submit(client, "/cycles/new", {"code": "a b"}).text
    past = submit(client, "/cycles/new", {**CYCLE, "closes_at": "2020-01-01T10:00"})
    assert past.status_code == 422
    assert "The end lies in the past." in past.text
    cycle_id, track_id = plan(client)
    taken = submit(client, "/cycles/new", CYCLE)
    assert taken.status_code == 422
    assert "The code autumn belongs to another cycle" in taken.text
    late = submit(client, f"/results/tracks/{track_id}/policy", POLICY, page="/cycles/new")
    assert late.status_code == 422
    assert "The cycle is open, so its policy can no longer be changed." in late.text
    twice = submit(client, f"/cycles/{cycle_id}/open", page="/cycles/new")
    assert twice.status_code == 303
    assert "This assessment cycle is not open now" in client.get(f"/cycles/{cycle_id}").text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cut_2": "59"}, "Each level needs more than the one below it."),
        ({"cut_1": "61"}, "give it a name of its own"),
        ({"cut_1": "60.125"}, "at most two decimals"),
        ({"rationale": ""}, "This is needed."),
        ({"minimum_skill": "101"}, "Write a number from 0 to 100"),
    ],
)
def test_a_policy_that_cannot_be_is_not_confirmed(
    client: FlaskClient, officer: Actor, change: dict[str, str], said: str
) -> None:
    _, track_id = plan(client, opened=False)
    answer = submit(client, f"/results/tracks/{track_id}/policy", {**POLICY, **change})
    assert answer.status_code == 422
    assert said in answer.text
    assert one(Track).policy["cuts"] == {"intermediate": ["60", "75", "90"]}


def test_candidates_are_entered_by_hand_and_told(client: FlaskClient, officer: Actor) -> None:
    cycle_id, track_id = plan(client)
    person = make_person(officer.institution_id, "林晓")
    stranger = make_person(make_institution("other"), "林晓二")
    path = f"/cycles/tracks/{track_id}/candidates"
    assert "林晓" in client.get(f"{path}?q=林").text
    assert "林晓二" not in client.get(f"{path}?q=林").text
    who = {"person": [str(person.person_id), str(stranger.person_id)]}
    submit(client, path, who, page=f"{path}?q=林")
    submit(client, path, who, page=f"{path}?q=林")
    candidacy = one(Candidacy)
    assert (candidacy.person_id, candidacy.state) == (person.person_id, CandidacyState.ENTERED)
    assert one(Message).person_id == person.person_id
    assert "林晓" in client.get(f"/cycles/{cycle_id}/candidates").text
    years = f"/cycles/candidacies/{candidacy.id}"
    assert submit(client, years, {"act": "years", "years": "2.5"}).status_code == 303
    assert one(Candidacy).years == 250
    wrong = submit(client, years, {"act": "years", "years": "many"})
    assert wrong.status_code == 422
    assert 'value="many"' in wrong.text
    assert submit(client, years, {"act": "withdraw"}).status_code == 422
    assert one(Candidacy).state is CandidacyState.ENTERED
    assert submit(client, years, {"act": "withdraw", "reason": "Left."}).status_code == 303
    assert one(Candidacy).state is CandidacyState.WITHDRAWN


@pytest.mark.parametrize(("act", "state"), [("accept", CandidacyState.ENTERED), ("refuse", CandidacyState.WITHDRAWN)])
def test_who_asks_to_be_entered_is_answered(
    client: FlaskClient, officer: Actor, act: str, state: CandidacyState
) -> None:
    cycle_id, track_id = plan(client, entry="ask")
    person = make_person(officer.institution_id, "林晓")
    asker = act_as(person, launch_role=Role.CANDIDATE)
    with transaction():
        ask_entry(track=session.get_one(Track, track_id), by=asker, at=now())
    assert "People ask to be entered" in client.get(f"/cycles/{cycle_id}").text
    path = f"/cycles/candidacies/{one(Candidacy).id}"
    submit(client, path, {"act": act, "reason": "Another course."})
    assert one(Candidacy).state is state
    assert one(Message).person_id == person.person_id


def test_what_is_planned_can_be_changed_until_it_opens(client: FlaskClient, officer: Actor) -> None:
    cycle_id, track_id = plan(client, opened=False)
    new = {"kind": "exam", "title_en": "Exam", "weight": "2", "result_rule": "best"}
    submit(client, f"/cycles/tracks/{track_id}/instruments/new", new)
    path = f"/cycles/instruments/{one(Instrument).id}"
    submit(client, f"/cycles/tracks/{track_id}/delete", page=path)
    assert one(Track).id == track_id  # an instrument is in it
    submit(client, path, {**new, "weight": "3"})
    assert one(Instrument).weight == 3
    submit(client, f"/cycles/tracks/{track_id}/entry", {"entry": "enter"}, page=path)
    assert one(Track).entry is EntryRule.ENTER
    submit(client, f"/cycles/{cycle_id}/open", page=path)
    fixed = submit(client, path, {**new, "weight": "4"})
    assert fixed.status_code == 422
    assert submit(client, path, {**new, "weight": "3", "title_en": "Another"}).status_code == 303
    submit(client, f"{path}/delete", page=path)
    assert one(Instrument).title == {"en": "Another"}
    assert one(Instrument).weight == 3


def test_nobody_else_gets_at_a_cycle(app: Flask, client: FlaskClient, officer: Actor) -> None:
    cycle_id, track_id = plan(client)
    theirs: World = make_person(make_institution("other"), "唐", [Role.OFFICER])
    other = app.test_client()
    sign_in(other, theirs)
    for path in (f"/cycles/{cycle_id}", f"/cycles/tracks/{track_id}/candidates", f"/results/tracks/{track_id}/policy"):
        assert client.get(path).status_code == 200
        with app.app_context():  # what a request remembers of its person stays in the context
            assert other.get(path).status_code == 404


def test_candidates_come_from_the_roster_of_a_course(
    client: FlaskClient, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, track_id = plan(client)
    path = f"/cycles/tracks/{track_id}/candidates"
    people = [make_person(officer.institution_id, name) for name in ("林晓", "何老师", "旧生")]
    listed = [
        RosterMember(
            subject=name, person_id=person.person_id, name=name, email=None, number="S1", roles=(role,), active=active
        )
        for person, name, role, active in zip(
            people, ("林晓", "何老师", "旧生"), ("Learner", "Instructor", "Learner"), (True, True, False), strict=True
        )
    ]
    monkeypatch.setattr(roster, "read_roster", lambda **_: listed)
    page = submit(client, f"/cycles/tracks/{track_id}/roster", {"course": "1"}, page="/cycles/new").text
    ticked = re.findall(r'value="(\d+)" id="p\d+" checked', page)
    assert ticked == [str(people[0].person_id)]
    submit(client, path, {"person": ticked}, page="/cycles/new")
    assert one(Candidacy).person_id == people[0].person_id
    again = submit(client, f"/cycles/tracks/{track_id}/roster", {"course": "1"}, page="/cycles/new").text
    assert re.findall(r'id="p\d+" checked', again) == []


def test_a_roster_that_cannot_be_read_says_so_and_loses_nothing(
    client: FlaskClient, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, track_id = plan(client)
    path = f"/cycles/tracks/{track_id}/candidates"

    def refuse(**_: Any) -> None:
        raise RosterRefusedError

    monkeypatch.setattr(roster, "read_roster", refuse)
    answer = submit(client, f"/cycles/tracks/{track_id}/roster", {"course": "1"}, page="/cycles/new")
    assert answer.status_code == 303
    assert "does not let this tool read who is in the course" in client.get(path).text
    assert submit(client, f"/cycles/tracks/{track_id}/roster", {"course": "x"}, page="/cycles/new").status_code == 303
