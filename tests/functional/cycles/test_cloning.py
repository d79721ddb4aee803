"""Clones of practicals and portfolio reviews; those of exams are walked where copied courses ask for them."""

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.hooks import clone_places, launch_target, make_clone
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import EntryRule, Track
from lms_carbon.cycles.services.planning import add_track, create_cycle
from lms_carbon.framework.models import Position
from lms_carbon.lti.models.placing import LinkCopy
from lms_carbon.lti.services.copies import places_of_clones
from lms_carbon.portfolio.models import PortfolioReview
from lms_carbon.practicals.models import Practical, PracticalState
from tests.support.portfolios import review_in
from tests.support.practicals import make_practical
from tests.support.world import act_as


def test_a_practical_and_a_portfolio_are_cloned_into_another_round(app: Flask) -> None:
    with app.app_context():
        world = make_practical(app)
        by, at = act_as(world.officer), now()
        with transaction():
            review = review_in(session.get_one(Track, world.track_id), by)
            place = {"institution_id": world.institution_id, "title": {"zh": "第二期", "en": "Round 2"}}
            cycle = create_cycle(code="2026-2", **place, by=by, at=at)
            position = session.get_one(Position, session.get_one(Track, world.track_id).position_id)
            track = add_track(cycle=cycle, position=position, band="senior", entry=EntryRule.ASK, by=by, at=at)
        with transaction():
            for target, found in (("practical:practical-1", "practical-2"), ("portfolio:portfolio-1", "portfolio-2")):
                [places] = [
                    answer[target] for answer in clone_places.ask([target], world.institution_id) if target in answer
                ]
                assert [(each.track_id, each.beside) for each in places] == [(track.id, 0)]
                clone = make_clone.first(target, track.id, by, at)
                assert clone is not None
                assert clone.target.endswith(f":{found}")
                assert clone.path == f"{launch_target.first(clone.target, world.institution_id)}/desk"
            assert not any(clone_places.ask(["practical:practical-1"], 0))
        made = session.query(Practical).order_by(Practical.id.desc()).first()
        assert made is not None
        assert (made.task_id, made.state) == (world.task_id, PracticalState.DRAFT)
        assert made.closes_at > at + timedelta(days=6)
        assert len(made.shares) > 0
        copied = session.query(PortfolioReview).order_by(PortfolioReview.id.desc()).first()
        assert copied is not None
        assert copied.rubric_id == review.rubric_id


def test_places_for_clones_take_as_many_queries_however_many_copies_wait(app: Flask) -> None:
    with app.app_context():
        world = make_practical(app)
        by = act_as(world.officer)
        with transaction():
            review_in(session.get_one(Track, world.track_id), by)
        sent: list[str] = []

        def count(numbers: Iterable[int]) -> int:
            copies = [
                LinkCopy(institution_id=world.institution_id, target=f"{kind}-{number}")
                for kind in ("exam:exam", "practical:practical", "portfolio:portfolio")
                for number in numbers
            ]
            sent.clear()
            assert set(places_of_clones(copies)) == {copy.target for copy in copies}
            return len(sent)

        engine = app.extensions["sqlalchemy"].engine
        sa.event.listen(engine, "before_cursor_execute", note := lambda *told: sent.append(told[2]))
        try:
            count([1])  # the first begins the transaction
            assert count([1]) == count(range(1, 9)) > 0
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)
