"""Rubrics: taken in once, frozen for a position, works handed over once."""

import pytest
import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Instrument
from lms_carbon.marking.errors import NoRequirementLeftError, PlanFrozenError, RubricDocumentError, UnknownTagError
from lms_carbon.marking.models import CriterionShare, Rubric, Work
from lms_carbon.marking.queries import count_works, list_rubrics
from lms_carbon.marking.services.rubrics import freeze_rubric, import_rubrics
from lms_carbon.marking.services.works import hand_over
from tests.support.marking import RUBRIC, MarkingWorld, add_practical, add_work, make_marking, texts
from tests.support.world import act_as, make_institution, make_person


@pytest.fixture
def world(app: Flask) -> MarkingWorld:
    with app.app_context():
        return make_marking(app)


def take_in(world: MarkingWorld, **changes: object) -> int:
    with transaction():
        [rubric_id] = import_rubrics(
            institution_id=world.institution_id,
            documents=[{**RUBRIC, **changes}],
            sample=True,
            by=None,
            at=now(),
        )
    return rubric_id


def test_the_same_version_twice_changes_nothing(app: Flask, world: MarkingWorld) -> None:
    with app.app_context():
        assert take_in(world, title=texts("别的", "Another")) == world.rubric_id
        assert [rubric.title["en"] for rubric in list_rubrics(world.institution_id)] == ["Accounting report"]
        newer = take_in(world, version=2)
        assert [rubric.id for rubric in list_rubrics(world.institution_id)] == [newer]


def test_a_document_that_is_no_rubric_is_named(app: Flask, world: MarkingWorld) -> None:
    with app.app_context():
        with pytest.raises(RubricDocumentError, match=r"criteria\[0\]\.points"):
            take_in(world, code="x", criteria=[{**RUBRIC["criteria"][0], "points": "0"}])
        with pytest.raises(UnknownTagError, match="names 9"):
            take_in(world, code="x", criteria=[{**RUBRIC["criteria"][0], "tags": ["9.9.9-b-1"]}])


def test_points_split_over_the_positions_requirements(app: Flask, world: MarkingWorld) -> None:
    with app.app_context(), transaction(write=False):
        shares = session.scalars(
            sa.select(CriterionShare.possible)
            .where(CriterionShare.criterion_id == world.criteria[0])
            .order_by(CriterionShare.ordinal)
        ).all()
        assert shares == [3334, 3333, 3333]


def test_only_a_rubric_that_fits_is_frozen_and_only_one(app: Flask, world: MarkingWorld) -> None:
    with app.app_context():
        other = take_in(world, version=2)
        foreign = take_in(world, code="foreign", criteria=[{**RUBRIC["criteria"][0], "tags": ["5.1.1-c-1"]}])
        by = act_as(world.officer)
        with transaction():
            instrument = session.get_one(Instrument, world.instrument_id)
            again = freeze_rubric(instrument=instrument, rubric_id=world.rubric_id, by=by, at=now())
            assert again.rubric_id == world.rubric_id
        with pytest.raises(PlanFrozenError), transaction():
            freeze_rubric(instrument=instrument, rubric_id=other, by=by, at=now())
        fresh = add_practical(session.get_one(Instrument, world.instrument_id).track, world.officer)
        with pytest.raises(NoRequirementLeftError), transaction():
            freeze_rubric(instrument=fresh, rubric_id=foreign, by=by, at=now())


def test_a_rubric_of_another_institution_is_not_there(app: Flask, world: MarkingWorld) -> None:
    with app.app_context():
        elsewhere = make_institution("elsewhere")
        with transaction():
            [theirs] = import_rubrics(institution_id=elsewhere, documents=[RUBRIC], sample=True, by=None, at=now())
            assert session.get_one(Rubric, theirs).institution_id == elsewhere
        fresh = add_practical(session.get_one(Instrument, world.instrument_id).track, world.officer)
        with pytest.raises(NotFoundError), transaction():
            freeze_rubric(instrument=fresh, rubric_id=theirs, by=None, at=now())


def test_handing_over_twice_is_one_work(app: Flask, world: MarkingWorld) -> None:
    with app.app_context(), transaction():
        again = hand_over(
            instrument_id=world.instrument_id,
            candidacy_id=world.candidacies[0],
            attempt=1,
            source="test:1",
            scored=(),
            by=None,
            at=now(),
        )
        assert again.id == world.works[0]
        assert count_works([world.instrument_id]) == {world.instrument_id: (1, 0)}


def test_a_taken_code_is_not_given_twice(app: Flask, world: MarkingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter([world.codes[0], "Z9-0001"])
    monkeypatch.setattr("lms_carbon.marking.services.works.make_code", lambda: next(codes))
    with app.app_context():
        work: Work = add_work(world, make_person(world.institution_id, "Second"))
        assert work.code == "Z9-0001"
