"""The end of a cycle: it waits for those who are in an exam, and nothing new begins meanwhile."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.hooks import OpenWork, open_work
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.errors import CycleNotOpenError
from lms_carbon.cycles.jobs import close_due
from lms_carbon.cycles.models import Cycle, CycleState, EntryRule, Track
from lms_carbon.cycles.services.candidacies import begin_candidacy
from lms_carbon.cycles.services.closing import end_cycle, finish_closing
from lms_carbon.cycles.services.planning import add_track, confirm_policy, create_cycle, open_cycle
from lms_carbon.framework.queries import get_position_by_code
from lms_carbon.people.models.records import AuditEntry
from tests.support.standard import put_standard
from tests.support.world import act_as, make_institution, make_person, sign_in, submit


@pytest.fixture
def officer(app: Flask, client: FlaskClient) -> Iterator[Actor]:
    with app.app_context():
        with transaction():
            put_standard()
        yield sign_in(client, make_person(make_institution("demo"), "王敏", [Role.OFFICER]))


def open_track(officer: Actor, *, closes_at: datetime | None = None) -> Track:
    at = now()
    cycle = create_cycle(
        institution_id=officer.institution_id,
        code="c1",
        title={"zh": "一", "en": "One"},
        closes_at=closes_at,
        by=officer,
        at=at,
    )
    position = get_position_by_code("5.2.1")
    track = add_track(cycle=cycle, position=position, band="junior", entry=EntryRule.ENTER, by=officer, at=at)
    confirm_policy(track=track, policy={"name": "example"}, rationale="A test.", by=officer, at=at)
    open_cycle(cycle=cycle, by=officer, at=at)
    return track


class Running:
    """A method in which somebody is at work until told otherwise."""

    def __init__(self, app: Flask) -> None:
        self.until: datetime | None = now() + timedelta(minutes=40)
        self.names: tuple[str, ...] = ("林晓", "陆川")
        open_work.register(app, self.answer)

    def answer(self, _cycle_id: int) -> list[OpenWork]:
        if not self.names:
            return []
        return [
            OpenWork(
                instrument_id=1,
                title="Exams under way",
                names=self.names,
                path="/exams/1/attempts",
                running=True,
                until=self.until,
            )
        ]


@pytest.fixture
def running(app: Flask) -> Iterator[Running]:
    method = Running(app)
    yield method
    app.extensions["lms_carbon.hooks"]["open_work"].remove(method.answer)


def state() -> CycleState:
    session.rollback()
    session.expire_all()
    return session.scalars(sa.select(Cycle.state)).one()


def closings() -> int:
    query = sa.select(sa.func.count()).where(AuditEntry.action == "cycle.close")
    return session.scalars(query).one()


def make_due() -> None:
    """Let the end lie a week back, as after a scheduler was off for so long."""
    with transaction():
        session.execute(sa.update(Cycle).values(closes_at=now() - timedelta(days=7)))


def test_a_cycle_that_is_ended_closes_at_once_where_nobody_is_at_work(client: FlaskClient, officer: Actor) -> None:
    with transaction():
        track = open_track(officer)
        path = f"/cycles/{track.cycle_id}"
    submit(client, f"{path}/close", page=path)
    assert state() is CycleState.CLOSED
    again = submit(client, f"{path}/close", page="/cycles/new")
    assert again.status_code == 303
    assert closings() == 1


def test_it_waits_for_those_who_are_in_it_and_says_who_and_until_when(
    client: FlaskClient, officer: Actor, running: Running
) -> None:
    with transaction():
        track = open_track(officer)
        path = f"/cycles/{track.cycle_id}"
    submit(client, f"{path}/close", page=path)
    assert state() is CycleState.CLOSING
    page = client.get(path).text
    assert "2 candidates are still in something" in page
    assert "林晓, 陆川" in page
    assert "The cycle closes at" in page
    close_due()
    assert state() is CycleState.CLOSING
    running.names = ()
    close_due()
    close_due()
    assert state() is CycleState.CLOSED
    assert closings() == 1


def test_nothing_begins_in_a_cycle_that_is_closing_or_past_its_end(officer: Actor, running: Running) -> None:
    candidate = act_as(make_person(officer.institution_id, "林晓"), launch_role=Role.CANDIDATE)
    with transaction():
        track = open_track(officer)
        candidacy = begin_candidacy(track=track, by=candidate, at=now())
    make_due()
    with pytest.raises(CycleNotOpenError), transaction():
        begin_candidacy(track=session.get_one(Track, candidacy.track_id), by=candidate, at=now())
    with transaction():
        end_cycle(cycle=session.get_one(Cycle, track.cycle_id), by=officer, at=now())
    with pytest.raises(CycleNotOpenError), transaction():
        begin_candidacy(track=session.get_one(Track, candidacy.track_id), by=candidate, at=now())
    assert state() is CycleState.CLOSING


def test_a_scheduler_that_was_off_for_a_week_closes_what_was_due(officer: Actor) -> None:
    with transaction():
        open_track(officer, closes_at=now() + timedelta(hours=1))
    close_due()
    assert state() is CycleState.OPEN
    make_due()
    before = session.scalars(sa.select(Cycle.closes_at)).one()
    close_due()
    assert state() is CycleState.CLOSED
    assert session.scalars(sa.select(Cycle.closes_at)).one() == before


def test_two_schedulers_at_once_close_a_cycle_once(app: Flask, officer: Actor) -> None:
    with transaction():
        open_track(officer)
    make_due()
    ready = Barrier(2)

    def schedule() -> None:
        with app.app_context():
            ready.wait(10)
            close_due()

    both = [Thread(target=schedule) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(30)
    assert state() is CycleState.CLOSED
    assert closings() == 1


def test_ending_waits_for_who_begins_at_the_same_moment(app: Flask, officer: Actor) -> None:
    candidate = act_as(make_person(officer.institution_id, "林晓"), launch_role=Role.CANDIDATE)
    with transaction():
        track = open_track(officer)
        cycle_id, track_id = track.cycle_id, track.id
    begun, ended = Barrier(2), []

    def end() -> None:
        with app.app_context():
            begun.wait(10)
            with transaction():
                end_cycle(cycle=session.get_one(Cycle, cycle_id), by=officer, at=now())
            ended.append(now())

    other = Thread(target=end)
    other.start()
    with transaction():
        begin_candidacy(track=session.get_one(Track, track_id), by=candidate, at=now())
        begun.wait(10)
        other.join(0.5)
        assert ended == []  # the row is shared until this transaction is over
    other.join(30)
    assert len(ended) == 1
    assert state() is CycleState.CLOSED


def test_what_is_closed_is_not_closed_again(officer: Actor) -> None:
    with transaction():
        cycle = open_track(officer).cycle
        assert end_cycle(cycle=cycle, by=officer, at=now()) == []
        assert finish_closing(cycle=cycle, by=officer, at=now()) == []
    assert closings() == 1
