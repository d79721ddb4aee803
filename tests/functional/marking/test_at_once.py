"""Many at one queue: who takes at once, who finishes at once, and pages that do not ask more because there is more."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Mark, MarkBatch
from lms_carbon.marking.errors import NothingToTakeError
from lms_carbon.marking.models import Assignment, Work, WorkState
from lms_carbon.marking.policy import may_see_work
from lms_carbon.marking.services.assignments import take_work
from lms_carbon.marking.services.marks import GivenMark, finish_marks, save_marks
from tests.functional.marking.conftest import Desk
from tests.support.marking import MarkingWorld, add_work, make_marking
from tests.support.world import World, act_as, make_person


def at_once(app: Flask, acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do everything at the same time, each in a transaction of its own."""

    def run(act: Callable[[], Any]) -> Any:
        with app.app_context():
            try:
                with transaction():
                    return act()
            except NothingToTakeError as refused:
                return refused

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def actors(app: Flask, people: Sequence[World]) -> list[Actor]:
    with app.app_context():
        return [act_as(person) for person in people]


def test_of_many_who_take_at_once_two_get_the_work(app: Flask) -> None:
    with app.app_context():
        world = make_marking(app, assessors=5)
    takers = actors(app, world.assessors)
    got = at_once(
        app,
        [lambda by=by: take_work(instrument_id=world.instrument_id, by=by, at=now()).part for by in takers],  # type: ignore[misc]
    )
    assert sorted(part for part in got if isinstance(part, int)) == [1, 2]
    assert sum(isinstance(each, NothingToTakeError) for each in got) == 3


def test_two_who_finish_at_once_settle_once(app: Flask, world: MarkingWorld) -> None:
    pair = actors(app, world.assessors[:2])
    given = [GivenMark(criterion_id=each, points="8") for each in world.criteria]
    with app.app_context(), transaction():
        for by in pair:
            take_work(instrument_id=world.instrument_id, by=by, at=now())
            save_marks(work_id=world.works[0], given=given, by=by, at=now())
    at_once(app, [lambda by=by: finish_marks(work_id=world.works[0], by=by, at=now()).id for by in pair])  # type: ignore[misc]
    with app.app_context(), transaction(write=False):
        assert session.scalars(sa.select(Work.state)).one() is WorkState.SETTLED
        assert session.scalars(sa.select(MarkBatch.source)).all() == ["test:1"]
        assert session.scalar(sa.select(sa.func.count()).select_from(Mark)) == 4


def test_no_page_asks_more_often_because_there_is_more(app: Flask, world: MarkingWorld, desk: Desk) -> None:
    assessor, officer = desk(world.assessors[0]), desk(world.officer)
    taker = actors(app, world.assessors[:1])[0]
    with app.app_context(), transaction():
        take_work(instrument_id=world.instrument_id, by=taker, at=now())
    pages = [
        (assessor, "/marking"),
        (assessor, f"/marking/works/{world.works[0]}"),
        (officer, "/marking"),
        (officer, f"/marking/instruments/{world.instrument_id}"),
    ]
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    def counts() -> list[int]:
        found = []
        for client, page in pages:
            sent.clear()
            assert client.get(page).status_code == 200
            found.append(len(sent))
        return found

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        counts()  # the first visits may fill caches
        before = counts()
        with app.app_context():
            for number in range(6):
                add_work(world, make_person(world.institution_id, f"More {number}"))
            with transaction():
                for _ in range(3):
                    take_work(instrument_id=world.instrument_id, by=taker, at=now())
        assert counts() == before
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_only_who_has_a_work_may_see_it(app: Flask, world: MarkingWorld) -> None:
    holder, other, officer = actors(app, [*world.assessors[:2], world.officer])
    with app.app_context():
        with transaction():
            assert not may_see_work(holder, "test:1")
            take_work(instrument_id=world.instrument_id, by=holder, at=now())
            assert may_see_work(holder, "test:1")
            assert not may_see_work(other, "test:1")
            assert not may_see_work(officer, "test:1")
            assert not may_see_work(holder, "test:2")
        with transaction():
            # whose role has ended sees nothing any more, whatever they once had
            ended = Actor(
                person_id=holder.person_id,
                institution_id=holder.institution_id,
                name=holder.name,
                language="en",
                held=(),
                session_id=holder.session_id,
            )
            assert not may_see_work(ended, "test:1")
            assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 1


def test_another_institutions_assessors_reach_nothing(app: Flask, world: MarkingWorld, desk: Desk) -> None:
    with app.app_context():
        elsewhere = make_marking(app, slug="elsewhere", works=0)
    stranger = desk(elsewhere.assessors[0])
    assert world.codes[0] not in stranger.get("/marking").text
    assert stranger.get(f"/marking/works/{world.works[0]}").status_code == 404
    assert stranger.get(f"/marking/rubrics/{world.rubric_id}").status_code == 404
    assert desk(elsewhere.officer).get(f"/marking/instruments/{world.instrument_id}").status_code == 404
    [actor] = actors(app, elsewhere.assessors[:1])
    outcome = at_once(app, [lambda: take_work(instrument_id=world.instrument_id, by=actor, at=now())])
    assert isinstance(outcome[0], NothingToTakeError)
