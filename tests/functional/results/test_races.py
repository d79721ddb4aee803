"""Two at once: schedulers that aggregate, officers who publish."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.errors import DomainError
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Instrument
from lms_carbon.people.models.records import Message
from lms_carbon.results.errors import NothingToPublishError
from lms_carbon.results.jobs import aggregate_closed
from lms_carbon.results.models import Aggregation, Publication, Result, Signature
from lms_carbon.results.queries.publications import read_draft
from lms_carbon.results.services.aggregation import aggregate_cycle
from lms_carbon.results.services.publication import Step, sign_publication
from tests.support.results import ResultWorld, fresh_code, make_ended_cycle, rows_of
from tests.support.world import World, act_as, make_person

POINTS = {"knowledge": (10_000, 5_000), "skill": (8_000,), "practice": (6_000, 7_000)}


def at_once(app: Flask, *acts: Callable[[], object]) -> list[object]:
    """Do all at the same moment, each in a thread with a session of its own; return what came of each."""
    barrier = Barrier(len(acts))

    def do(act: Callable[[], object]) -> object:
        with app.app_context():
            barrier.wait()
            try:
                return act()
            except DomainError as problem:
                return type(problem)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


def test_two_schedulers_aggregate_once(app: Flask) -> None:
    with app.app_context():
        make_ended_cycle(points=[POINTS] * 5)
    at_once(app, aggregate_closed, aggregate_closed, aggregate_closed)
    with app.app_context():
        assert [each.number for each in rows_of(Aggregation)] == [1]


def signature(world: ResultWorld, seen: str, actor: Actor, code: str) -> Callable[[], Step]:
    """Return the act of one officer pressing the button."""

    def act() -> Step:
        with transaction():
            return sign_publication(cycle_id=world.cycle_id, seen=seen, code=code, by=actor, at=now()).step

    return act


def ready(person: World) -> tuple[Actor, str]:
    return act_as(person), fresh_code(person)


def test_publishing_twice_at_once_publishes_once(app: Flask) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[POINTS] * 3)
        third = make_person(world.institution_id, "Zhao Qi", [Role.OFFICER])
        with transaction():
            seen = read_draft(aggregate_cycle(cycle_id=world.cycle_id, by=None, at=now())).digest
        first = signature(world, seen, *ready(world.officers[0]))
        assert first() is Step.SIGNED
        seconds = [signature(world, seen, *ready(person)) for person in (world.officers[1], third)]
    came = at_once(app, *seconds)
    assert set(came) == {Step.PUBLISHED, NothingToPublishError}
    with app.app_context():
        assert len(rows_of(Publication)) == 1
        assert len(rows_of(Signature)) == 2
        assert [each.revision for each in rows_of(Result)] == [1, 1, 1]
        assert len(rows_of(Message)) == 3
        assert all(each.released_at is not None for each in rows_of(Instrument))


def test_two_who_sign_first_at_once_are_the_two(app: Flask) -> None:
    with app.app_context():
        world = make_ended_cycle(points=[POINTS])
        with transaction():
            seen = read_draft(aggregate_cycle(cycle_id=world.cycle_id, by=None, at=now())).digest
        acts = [signature(world, seen, *ready(person)) for person in world.officers]
    assert set(at_once(app, *acts)) == {Step.SIGNED, Step.PUBLISHED}
    with app.app_context():
        assert sorted(each.ordinal for each in rows_of(Signature)) == [1, 2]
