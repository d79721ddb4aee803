"""What went before: a cycle that is over, its results out, so that a newcomer can look at some at once.

The cycle under way has works of others waiting to be marked.
"""

import random
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import pyotp
import sqlalchemy as sa

from demo.content import EXAM_CODE, LASTS, PORTFOLIO_CODE, PRACTICAL_CODE, SLUG, plan_track
from demo.exams import make_exam
from demo.methods import make_portfolio, make_practical
from demo.people import Place
from demo.works import acting_as, build_portfolio, do_practical, mark_everything, take_exam
from lms_carbon.core import clock
from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor, Role
from lms_carbon.cycles.models import Cycle, Track
from lms_carbon.cycles.services.candidacies import enter_candidate
from lms_carbon.cycles.services.closing import end_cycle
from lms_carbon.cycles.services.planning import open_cycle
from lms_carbon.exams.models.exams import Exam
from lms_carbon.people.models.persons import Identity, Institution
from lms_carbon.people.services.persons import create_person
from lms_carbon.portfolio.models import PortfolioReview
from lms_carbon.practicals.models import Practical
from lms_carbon.results.queries.publications import read_draft
from lms_carbon.results.services.aggregation import aggregate_cycle
from lms_carbon.results.services.publication import Step, sign_publication
from lms_carbon.sandbox.config import load_config

PAST_CODE: Final = "2026-spring"
PAST_TITLE: Final = {"zh": "2026 年春季评价", "en": "Spring 2026 cycle"}
ABILITIES: Final[Mapping[str, float]] = {
 "方远": 0.93, "高洁": 0.86, "罗晨": 0.8, "谢雨": 0.74, "孟凡": 0.68, "丁一": 0.55, "苏禾": 0.35,
}  # fmt: skip
"""Invented people without an account in the sandbox, and how often each is right."""
OWN_ABILITY: Final = 0.82
WAITING: Final = ("方远", "高洁", "罗晨")
"""Who has handed in work in the cycle under way, to be marked by whoever plays an assessor."""


def fill_history() -> None:
    """Fill in what went before; where it is there already, nothing changes."""
    institution_id = session.scalars(sa.select(Institution.id).where(Institution.slug == SLUG)).one()
    past = sa.select(Cycle.id).where(Cycle.institution_id == institution_id, Cycle.code == PAST_CODE)
    if session.scalar(past) is not None:
        return
    at = clock.now()
    people = dict(
        session.execute(
            sa.select(Identity.subject, Identity.person_id).where(Identity.institution_id == institution_id)
        ).all()
    )
    officer = acting_as(people["u-wang"], institution_id, Role.OFFICER)
    place = Place(institution_id=institution_id, people=people, officer=officer)
    others = {
        name: create_person(institution_id=institution_id, name=name, email=None, language="zh", at=at)
        for name in ABILITIES
    }
    track = play_past_cycle(place, others, at)
    publish(track, place, at)
    leave_works_to_mark(place, others, at)


def play_past_cycle(place: Place, others: Mapping[str, int], at: datetime) -> Track:
    """Run a whole cycle at the junior band, up to its end."""
    track = plan_track(place, "junior", at, code=PAST_CODE, title=PAST_TITLE)
    open_cycle(cycle=track.cycle, by=place.officer, at=at)
    title = {"zh": "碳减排工程师 · 初级 · 笔试", "en": "Carbon reduction engineer · junior · written exam"}
    exam = make_exam(place, track, at, code="spring-exam", title=title)
    practical = make_practical(place, track, at, code="spring-practical", ends=at + LASTS)
    review = make_portfolio(place, track, at, code="spring-portfolio", ends=at + LASTS)
    chance = random.Random(2026)  # noqa: S311 - the same history every time
    for person_id, ability in [(place.people["u-lin"], OWN_ABILITY), *((others[n], a) for n, a in ABILITIES.items())]:
        enter_candidate(track=track, person_id=person_id, by=place.officer, at=at)
        by = acting_as(person_id, place.institution_id, Role.CANDIDATE)
        take_exam(exam.id, by=by, ability=ability, chance=chance, at=at)
        do_practical(practical, by=by, ability=ability, chance=chance, at=at)
        build_portfolio(review, by=by, chance=chance, at=at)
    for instrument_id in (practical.instrument_id, review.instrument_id):
        mark_everything(
            instrument_id,
            assessors=[acting_as(place.people[sub], place.institution_id, Role.ASSESSOR) for sub in ("u-chen", "u-he")],
            moderator=acting_as(place.people["u-liang"], place.institution_id, Role.MODERATOR),
            chance=chance,
            at=at,
        )
    end_cycle(cycle=track.cycle, by=place.officer, at=at)
    return track


def publish(track: Track, place: Place, at: datetime) -> None:
    """Publish the past cycle by the codes of both officers."""
    aggregation = aggregate_cycle(cycle_id=track.cycle_id, by=None, at=at)
    seen = read_draft(aggregation).digest
    seed = load_config()
    for sub in ("u-wang", "u-sun"):
        person = seed.person(sub)
        if person is None or person.totp_secret is None:
            raise RuntimeError(f"{sub} has no authenticator in the sandbox's seed")
        by = acting_as(place.people[sub], place.institution_id, Role.OFFICER)
        code = pyotp.TOTP(person.totp_secret).at(at)
        signing = sign_publication(cycle_id=track.cycle_id, seen=seen, code=code, by=by, at=at)
        if signing.step not in (Step.SIGNED, Step.PUBLISHED):
            raise RuntimeError(f"{sub} could not sign: {signing}")


def leave_works_to_mark(place: Place, others: Mapping[str, int], at: datetime) -> None:
    """Let some people hand in their work in the cycle under way."""
    mine = place.institution_id
    exam = session.scalars(sa.select(Exam).where(Exam.institution_id == mine, Exam.code == EXAM_CODE)).one()
    practical = session.scalars(
        sa.select(Practical).where(Practical.institution_id == mine, Practical.code == PRACTICAL_CODE)
    ).one()
    review = session.scalars(
        sa.select(PortfolioReview).where(PortfolioReview.institution_id == mine, PortfolioReview.code == PORTFOLIO_CODE)
    ).one()
    chance = random.Random(11)  # noqa: S311 - the same works every time
    for name in WAITING:
        by: Actor = acting_as(others[name], mine, Role.CANDIDATE)
        take_exam(exam.id, by=by, ability=ABILITIES[name], chance=chance, at=at)
        do_practical(practical, by=by, ability=ABILITIES[name], chance=chance, at=at)
        build_portfolio(review, by=by, chance=chance, at=at)
