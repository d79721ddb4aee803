"""The officers' desk over HTTP: setting a task, opening, closing, moving the deadline, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import EntryRule, InstrumentKind, Track
from lms_carbon.cycles.services.planning import add_instrument, add_track, create_cycle
from lms_carbon.framework.queries import get_position_by_code
from lms_carbon.marking.models import MarkingPlan
from lms_carbon.practicals.errors import NothingShownError
from lms_carbon.practicals.models import CheckpointShare, Practical, PracticalState
from lms_carbon.practicals.services.practicals import create_practical
from lms_carbon.practicals.services.tasks import import_tasks
from tests.support.marking import add_practical
from tests.support.practicals import TASK, PracticalWorld, end_practical, make_practical, make_worker
from tests.support.world import act_as, make_institution, make_session, submit, use_token

HOUR = "%Y-%m-%dT%H:%M"


@pytest.fixture
def world(app: Flask) -> PracticalWorld:
    with app.app_context():
        return make_practical(app, opened=False)


@pytest.fixture
def desk(world: PracticalWorld) -> FlaskClient:
    client = world.app.test_client()
    with world.app.app_context():
        use_token(client, make_session(world.officer))
    return client


def state(world: PracticalWorld) -> PracticalState:
    with world.app.app_context(), transaction(write=False):
        return session.get_one(Practical, world.practical_id).state


def more(world: PracticalWorld) -> int:
    """Add another practical instrument to the track and return its id."""
    with world.app.app_context(), transaction():
        return add_instrument(
            track=session.get_one(Track, world.track_id),
            kind=InstrumentKind.PRACTICAL,
            dimension="skill",
            title={"zh": "第二项", "en": "The second"},
            by=act_as(world.officer),
            at=now(),
        ).id


def settings(world: PracticalWorld, instrument_id: int, **change: Any) -> dict[str, Any]:
    return {
        "instrument_id": instrument_id,
        "task_id": world.task_id,
        "code": "practical-2",
        "closes_at": f"{now() + timedelta(days=3):{HOUR}}",
        **change,
    }


def test_setting_a_task_freezes_checkpoints_and_rubric(world: PracticalWorld, desk: FlaskClient) -> None:
    instrument_id = more(world)
    page = desk.get(f"/practicals/new?instrument={instrument_id}").text
    assert f'value="{instrument_id}" selected' in page
    answer = submit(desk, "/practicals/new", settings(world, instrument_id))
    assert answer.status_code == 303, answer.text
    assert "Open the practical" in desk.get(answer.headers["Location"]).text
    with world.app.app_context(), transaction(write=False):
        practical = session.scalars(sa.select(Practical).where(Practical.code == "practical-2")).one()
        possible = session.scalar(
            sa.select(sa.func.sum(CheckpointShare.possible)).where(CheckpointShare.practical_id == practical.id)
        )
        plan = session.get(MarkingPlan, instrument_id)
    assert possible == sum(each.points for each in TASK.checkpoints)
    assert plan is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "practical-1"}, "belongs to another practical"),
        ({"code": "with blanks in it"}, "Latin letters, digits, dots and hyphens"),
        ({"closes_at": "2020-01-01T10:00"}, "The deadline lies in the past."),
        ({"closes_at": ""}, "This is needed."),
        ({"opens_at": "2099-01-01T10:00"}, "The deadline comes after the opening."),
    ],
)
def test_what_does_not_go_together_is_named_and_kept(
    world: PracticalWorld, desk: FlaskClient, change: dict[str, str], words: str
) -> None:
    answer = submit(desk, "/practicals/new", settings(world, more(world), **change))
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{change.get("code", "practical-2")}"' in answer.text


def test_one_practical_an_instrument(world: PracticalWorld, desk: FlaskClient) -> None:
    more(world)  # so that the form is there
    answer = submit(desk, "/practicals/new", settings(world, world.instrument_id))
    assert answer.status_code == 422
    assert "has a practical already" in answer.text


def test_opening_closing_and_opening_again(world: PracticalWorld, desk: FlaskClient) -> None:
    for step, found in (("open", "open"), ("close", "closed"), ("open", "open")):
        assert submit(desk, f"{world.path}/{step}", page=f"{world.path}/desk").status_code == 303
        assert state(world) == found
    submit(desk, f"{world.path}/open", page=f"{world.path}/desk")
    assert "not in a state that allows this" in desk.get(f"{world.path}/desk").text


def test_what_is_over_does_not_open(world: PracticalWorld, desk: FlaskClient) -> None:
    end_practical(world)
    submit(desk, f"{world.path}/open", page="/profile")
    assert state(world) is PracticalState.DRAFT
    assert "Move it before you open" in desk.get(f"{world.path}/desk").text


def test_the_deadline_moves_for_everybody(world: PracticalWorld, desk: FlaskClient) -> None:
    submit(desk, f"{world.path}/open", page=f"{world.path}/desk")
    worker = make_worker(world)
    worker.begin()
    end_practical(world)
    assert worker.save(note="too late").status_code == 409
    page = f"{world.path}/desk"
    past = submit(desk, f"{world.path}/deadline", {"closes_at": "2020-01-01T10:00"}, page=page)
    assert past.status_code == 422
    later = f"{now() + timedelta(days=2):{HOUR}}"
    assert submit(desk, f"{world.path}/deadline", {"closes_at": later}, page=page).status_code == 303
    assert worker.save(note="in time again").status_code == 303
    assert worker.row().note == "in time again"


def test_the_desk_shows_who_works_and_no_score(world: PracticalWorld, desk: FlaskClient) -> None:
    submit(desk, f"{world.path}/open", page=f"{world.path}/desk")
    worker = make_worker(world)
    worker.begin()
    worker.hand_in(declared="1")
    page = desk.get(f"{world.path}/desk").text
    assert "林晓" in page
    assert "points" not in page


def test_a_task_that_shows_nothing_of_the_position_is_not_set(world: PracticalWorld) -> None:
    with world.app.app_context():
        officer = act_as(world.officer)
        with transaction():
            cycle = create_cycle(
                institution_id=world.institution_id, code="2026-2", title={"zh": "二", "en": "2"}, by=officer, at=now()
            )
            position = get_position_by_code("5.5.1")
            track = add_track(
                cycle=cycle, position=position, band="junior", entry=EntryRule.ENTER, by=officer, at=now()
            )
        instrument_id = add_practical(track, world.officer).id
        with pytest.raises(NothingShownError), transaction():
            create_practical(**chosen(instrument_id, world.task_id), by=officer, at=now())


def test_another_institutions_task_is_not_there(world: PracticalWorld) -> None:
    instrument_id = more(world)
    with world.app.app_context():
        elsewhere = make_institution("elsewhere")
        with transaction():
            theirs = import_tasks(institution_id=elsewhere, by=None, at=now())[0]
        with pytest.raises(NotFoundError), transaction():
            create_practical(**chosen(instrument_id, theirs), by=act_as(world.officer), at=now())


def chosen(instrument_id: int, task_id: int) -> dict[str, Any]:
    return {
        "code": "another",
        "instrument_id": instrument_id,
        "task_id": task_id,
        "opens_at": None,
        "closes_at": now() + timedelta(days=1),
    }
