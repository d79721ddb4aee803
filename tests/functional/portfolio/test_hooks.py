"""What portfolios tell the rest of the house, and what they never tell."""

from typing import Any

import pytest
import sqlalchemy as sa

from lms_carbon.core import hooks
from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Instrument, Track
from lms_carbon.cycles.rules import MarkRow
from lms_carbon.cycles.services.ledger import book_marks
from lms_carbon.cycles.services.release import release_instrument
from lms_carbon.files.models import StoredFile
from lms_carbon.marking.models import Assignment, Work
from lms_carbon.people.services.privacy import erase_person
from lms_carbon.portfolio.models import Evidence
from lms_carbon.portfolio.services import hooks as answers
from tests.support.portfolios import CODES, Author, PortfolioWorld, end_review, make_author
from tests.support.world import World, act_as, make_person, sign_in


@pytest.fixture
def done(author: Author) -> Author:
    """Return a candidate who has handed a file and a link in."""
    author.add("file", CODES[0])
    author.add("link", CODES[1])
    assert author.hand_in().status_code == 303
    return author


def cycle_of(world: PortfolioWorld) -> int:
    return session.get_one(Track, world.track_id).cycle_id


def assign(world: PortfolioWorld, person: World) -> None:
    """Let an assessor have the work."""
    with transaction():
        work = session.scalars(sa.select(Work)).one()
        session.add(
            Assignment(
                institution_id=world.institution_id, work_id=work.id, person_id=person.person_id, part=1, taken_at=now()
            )
        )


def test_links_find_the_review(world: PortfolioWorld) -> None:
    with world.app.app_context(), transaction(write=False):
        assert hooks.launch_target.first("portfolio:portfolio-1", world.institution_id) == world.path
        for target in ("portfolio:nothing", "portfolio:", "exam:portfolio-1"):
            assert answers.find_launch_target(target, world.institution_id) is None
        assert answers.find_launch_target("portfolio:portfolio-1", world.institution_id + 1) is None


def test_a_cycle_waits_for_who_can_still_hand_in(world: PortfolioWorld, author: Author) -> None:
    other = make_author(world, "陈晨")
    other.begin()
    with world.app.app_context(), transaction(write=False):
        [found] = answers.list_open_work(cycle_of(world))
    assert sorted(found.names) == ["林晓", "陈晨"]
    assert found.running
    assert found.until is not None
    author.add("text")
    author.hand_in(CODES[1])
    with world.app.app_context(), transaction(write=False):
        assert [each.names for each in answers.list_open_work(cycle_of(world))] == [("陈晨",)]
    end_review(world)
    with world.app.app_context(), transaction(write=False):
        assert answers.list_open_work(cycle_of(world)) == []


def test_the_board_gets_the_numbers(world: PortfolioWorld, done: Author) -> None:
    make_author(world, "陈晨").begin()
    with world.app.app_context(), transaction(write=False):
        [facts] = answers.list_facts(world.track_id)
    assert (facts.target, facts.path, facts.ready) == ("portfolio:portfolio-1", f"{world.path}/desk", True)
    assert (facts.running, facts.submitted, facts.marked) == (1, 1, 0)


def test_the_start_page_shows_a_card(world: PortfolioWorld, author: Author) -> None:
    def card() -> hooks.OwnWork:
        with world.app.app_context():
            [found] = answers.list_own_work(act_as(author.person, launch_role=Role.CANDIDATE))
        return found

    assert card().about == "Go on gathering evidence, then hand it in."
    assert card().until is not None
    end_review(world)
    assert (card().about, card().done) == ("The time to hand in is over.", True)
    with world.app.app_context():
        assert answers.list_own_work(act_as(world.officer)) == []
        stranger = make_person(world.institution_id, "路人")
        assert answers.list_own_work(act_as(stranger, launch_role=Role.CANDIDATE)) == []


def test_assessors_see_all_but_the_name(world: PortfolioWorld, done: Author) -> None:
    source = f"portfolio:{done.portfolio().id}"
    with world.app.test_request_context("/"):
        shown = hooks.shown_work.first(source)
        assert shown is not None
        page = world.app.jinja_env.get_template(shown.template).render(**shown.values)
    assert "I drew the plan up myself." in page
    assert "https://example.org/report" in page
    assert 'rel="noopener noreferrer nofollow"' in page
    for hidden in ("林晓", "report.txt"):
        assert hidden not in page
    with world.app.app_context(), transaction(write=False):
        assert answers.show_work("portfolio:999") is None
        assert answers.show_work("sheet:1") is None
        assert answers.show_work("portfolio:x") is None


def test_an_open_portfolio_is_shown_to_nobody(world: PortfolioWorld, author: Author) -> None:
    author.add("text")
    with world.app.app_context(), transaction(write=False):
        assert answers.show_work(f"portfolio:{author.portfolio().id}") is None


def test_only_who_marks_it_reads_the_file_and_not_its_name(world: PortfolioWorld, done: Author) -> None:
    with world.app.app_context():
        marker = make_person(world.institution_id, "评委", [(Role.ASSESSOR, world.instrument_id)])
        other = make_person(world.institution_id, "另一评委", [(Role.ASSESSOR, world.instrument_id)])
        assign(world, marker)
        with transaction(write=False):
            evidence = session.scalars(sa.select(Evidence).where(Evidence.file_id.is_not(None))).one()
    paths = (f"{world.path}/evidence/{evidence.id}/file", f"/files/{evidence.file_id}")
    for person, wanted in (
        (marker, [200, 404]),
        (other, [404, 404]),
        (world.officer, [404, 404]),
        (done.person, [200, 200]),
    ):
        client = world.app.test_client()
        sign_in(client, person)
        got = []
        for path in paths:
            with client.get(path) as answer:
                got.append(answer.status_code)
                assert person is done.person or "report" not in answer.headers.get("Content-Disposition", "")
        assert got == wanted, person.name


def test_before_release_marks_change_nothing(world: PortfolioWorld, done: Author) -> None:
    done.get()  # what was saved is told once
    before = done.get().data
    with world.app.app_context():
        by = act_as(world.officer)
        book(world, done)
    assert done.get().data == before
    assert b"67.00" not in before
    with world.app.app_context(), transaction():
        release_instrument(instrument=session.get_one(Instrument, world.instrument_id), by=by, at=now())
    assert "<b>67.00</b>" in done.get().text


def book(world: PortfolioWorld, author: Author) -> None:
    portfolio = author.portfolio()
    row: dict[str, Any] = {"item_kind": "criterion", "item_id": 1, "title": {"zh": "计划", "en": "Plan"}}
    with transaction():
        book_marks(
            institution_id=world.institution_id,
            instrument_id=world.instrument_id,
            candidacy_id=portfolio.candidacy_id,
            source=f"portfolio:{portfolio.id}",
            attempt=1,
            rows=[MarkRow(**row, requirement_id=world.requirements[CODES[0]], earned=67, possible=100)],
            by=None,
            at=now(),
        )


def test_scores_go_out_under_the_reviews_target(
    world: PortfolioWorld, done: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(answers, "queue_scores", lambda **given: sent.append(given))
    with world.app.app_context():
        book(world, done)
        with transaction():
            list(hooks.scores_out.ask([world.instrument_id, 999], now()))
    [given] = sent
    assert given["target"] == "portfolio:portfolio-1"
    assert given["rows"] == [(done.person.person_id, 6700, "成果评价 / Portfolio review: 67.00 / 100")]


def test_erasure_keeps_what_was_handed_in_and_lets_go_of_the_rest(world: PortfolioWorld, done: Author) -> None:
    other = make_author(world, "陈晨")
    other.begin()
    other.add("file")
    with world.app.app_context():
        for author in (done, other):
            with transaction():
                erase_person(by=None, institution_id=world.institution_id, person_id=author.person.person_id, at=now())
        with transaction(write=False):
            kept = session.execute(sa.select(Evidence.kind, StoredFile.name).outerjoin(Evidence.file)).all()
            names = session.scalars(sa.select(StoredFile.name)).all()
    assert [kind.value for kind, _ in kept] == ["file", "link"]
    assert len(names) == 1
    assert names[0] != "report.txt"
