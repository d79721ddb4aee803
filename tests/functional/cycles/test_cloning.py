"""Clones of practicals and portfolio reviews; those of exams are walked where copied courses ask for them."""

from datetime import timedelta

from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.hooks import clone_places, launch_target, make_clone
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import EntryRule, Track
from lms_carbon.cycles.services.planning import add_track, create_cycle
from lms_carbon.framework.models import Position
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
                places = clone_places.first(target, world.institution_id) or []
                assert [(each.track_id, each.beside) for each in places] == [(track.id, 0)]
                clone = make_clone.first(target, track.id, by, at)
                assert clone is not None
                assert clone.target.endswith(f":{found}")
                assert clone.path == f"{launch_target.first(clone.target, world.institution_id)}/desk"
            assert clone_places.first("practical:practical-1", 0) is None
        made = session.query(Practical).order_by(Practical.id.desc()).first()
        assert made is not None
        assert (made.task_id, made.state) == (world.task_id, PracticalState.DRAFT)
        assert made.closes_at > at + timedelta(days=6)
        assert len(made.shares) > 0
        copied = session.query(PortfolioReview).order_by(PortfolioReview.id.desc()).first()
        assert copied is not None
        assert copied.rubric_id == review.rubric_id
