"""The officers' side: setting a review up, its times, opening and closing, who has handed in."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import InstrumentKind, Track
from lms_carbon.cycles.services.planning import add_instrument
from lms_carbon.portfolio.models import PortfolioReview
from lms_carbon.portfolio.rules import ReviewState
from lms_carbon.portfolio.services.samples import import_sample_rubrics
from tests.support.portfolios import CODES, PortfolioWorld, make_author
from tests.support.world import act_as, sign_in, submit


@pytest.fixture
def officer(world: PortfolioWorld, client: FlaskClient) -> FlaskClient:
    sign_in(client, world.officer)
    return client


def instrument(world: PortfolioWorld, kind: InstrumentKind = InstrumentKind.PORTFOLIO) -> int:
    with world.app.app_context():
        by = act_as(world.officer)
        with transaction():
            track = session.get_one(Track, world.track_id)
            title = {"zh": "第二项", "en": "Second"}
            return add_instrument(track=track, kind=kind, dimension="practice", title=title, by=by, at=now()).id


def review_of(world: PortfolioWorld) -> PortfolioReview:
    with world.app.app_context(), transaction(write=False):
        return session.get_one(PortfolioReview, world.review_id, populate_existing=True)


def settings(world: PortfolioWorld, **more: object) -> dict[str, object]:
    return {"code": "second", "rubric_id": world.rubric_id, "closes_at": "2099-01-01T12:00", **more}


def test_a_review_is_made_for_the_instrument_of_the_address(world: PortfolioWorld, officer: FlaskClient) -> None:
    wanted = instrument(world)
    page = officer.get(f"/portfolios/new?instrument={wanted}").text
    assert f'<option value="{wanted}" selected>' in page
    answer = submit(officer, "/portfolios/new", settings(world, instrument_id=wanted))
    assert answer.status_code == 303
    desk = officer.get(answer.location).text
    assert "portfolio:second" in desk
    assert "Open the portfolio review" in desk
    assert submit(officer, answer.location.replace("/desk", "/open"), page=answer.location).status_code == 303
    assert "It ends by itself then." in officer.get(answer.location).text


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"code": "portfolio-1"}, "belongs to another portfolio review"),
        ({"code": "with space"}, "A code has 1 to 64 Latin letters"),
        ({"closes_at": ""}, "This is needed."),
        ({"closes_at": "soon"}, "This is not a day and time."),
        ({"opens_at": "2099-01-02T12:00"}, "The end comes after the opening."),
        ({"rubric_id": "999"}, "Choose one of those offered."),
        ({"instrument_id": "999"}, "Choose one of those offered."),
    ],
)
def test_what_is_not_right_is_said(
    world: PortfolioWorld, officer: FlaskClient, more: dict[str, object], sentence: str
) -> None:
    answer = submit(officer, "/portfolios/new", settings(world, **{"instrument_id": instrument(world), **more}))
    assert answer.status_code == 422
    assert sentence in answer.text


def test_one_review_an_instrument_and_only_of_its_kind(world: PortfolioWorld, officer: FlaskClient) -> None:
    free = instrument(world)
    again = submit(officer, "/portfolios/new", settings(world, instrument_id=world.instrument_id))
    assert "This instrument has a portfolio review already." in again.text
    exam = instrument(world, InstrumentKind.EXAM)
    assert submit(officer, "/portfolios/new", settings(world, instrument_id=exam)).status_code == 422
    assert f'value="{free}"' in officer.get("/portfolios/new").text
    assert f'value="{exam}"' not in officer.get("/portfolios/new").text


def test_the_desk_shows_who_is_how_far(world: PortfolioWorld, officer: FlaskClient) -> None:
    done, under_way = make_author(world, "林晓"), make_author(world, "陈晨")
    for author in (done, under_way):
        author.begin()
        author.add("text", CODES[0])
    done.hand_in(CODES[1])
    desk = officer.get(f"{world.path}/desk").text
    assert "林晓" in desk
    assert "has handed in" in desk
    assert "working on it" in desk
    assert "1 of 2" in desk
    assert "I drew the plan up myself." not in desk
    assert "1 portfolio is not handed in yet and would count as none." in desk
    submit(officer, f"{world.path}/close", page=f"{world.path}/desk")
    assert review_of(world).state is ReviewState.CLOSED
    assert "not handed in" in officer.get(f"{world.path}/desk").text
    assert "It counts as none." in under_way.get().text
    submit(officer, f"{world.path}/open", page=f"{world.path}/desk")
    assert under_way.hand_in(CODES[1]).status_code == 303


def test_the_times_change(world: PortfolioWorld, officer: FlaskClient) -> None:
    page = officer.get(f"{world.path}/edit").text
    assert f"{review_of(world).closes_at:%Y-%m}" in page
    answer = submit(officer, f"{world.path}/edit", {"opens_at": "2099-01-01T12:00", "closes_at": "2099-01-02T12:00"})
    assert answer.status_code == 303
    assert review_of(world).closes_at.year == 2099
    assert "You can begin from" in make_author(world).get().text
    wrong = submit(officer, f"{world.path}/edit", {"opens_at": "2099-01-01T12:00", "closes_at": "2098-01-02T12:00"})
    assert wrong.status_code == 422


def test_the_samples_come_once(app: Flask, world: PortfolioWorld) -> None:
    with app.app_context():
        with transaction():
            first = import_sample_rubrics(institution_id=world.institution_id, by=None, at=now())
        with transaction():
            assert import_sample_rubrics(institution_id=world.institution_id, by=None, at=now()) == first
    assert first[0] == world.rubric_id
