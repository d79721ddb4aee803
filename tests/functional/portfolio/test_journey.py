"""A candidate's way: begin, gather evidence, change it, hand in, receipt."""

import sqlalchemy as sa
from flask import Flask

from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import EntryRule
from lms_carbon.marking.models import Work
from lms_carbon.portfolio.models import Evidence
from lms_carbon.portfolio.rules import PortfolioState, receipt_text
from tests.support.portfolios import CODES, Author, PortfolioWorld, make_author, make_review


def pieces(author: Author) -> list[Evidence]:
    """Return the evidence as it stands now, removed ones too."""
    with author.world.app.app_context(), transaction(write=False):
        return list(session.scalars(sa.select(Evidence).order_by(Evidence.id)))


def test_from_begin_to_receipt(world: PortfolioWorld) -> None:
    author = make_author(world)
    assert "What evidence is asked for" in author.get().text
    assert author.begin().status_code == 303
    assert author.begin().status_code == 303  # twice is once
    for kind in ("file", "link", "text"):
        assert author.add(kind, CODES[0]).status_code == 303
    assert "1 of 2 requirements have evidence" in author.get().text
    author.add("text", CODES[1])
    assert author.hand_in().status_code == 303
    page, portfolio = author.get().text, author.portfolio()
    assert portfolio.state is PortfolioState.SUBMITTED
    assert portfolio.declared_at is not None
    assert portfolio.digest is not None
    assert portfolio.digest in page
    assert receipt_text(portfolio.digest) in page
    with world.app.app_context(), transaction(write=False):
        work = session.scalars(sa.select(Work)).one()
    assert (work.source, work.attempt, work.scored) == (f"portfolio:{portfolio.id}", 1, [])


def test_handing_in_twice_gives_the_same_receipt_and_one_work(author: Author) -> None:
    author.add("text")
    assert author.hand_in(CODES[1]).status_code == 303
    first = author.portfolio().digest
    assert author.hand_in().status_code == 303
    assert author.portfolio().digest == first
    with author.world.app.app_context(), transaction(write=False):
        assert session.scalar(sa.select(sa.func.count()).select_from(Work)) == 1


def test_what_is_missing_is_named_and_can_be_confirmed(author: Author) -> None:
    assert "There is nothing in your portfolio yet" in author.hand_in().text
    author.add("text", CODES[0])
    refused = author.hand_in()
    assert refused.status_code == 422
    assert "There is no evidence for 5.2.1-c-2 yet" in refused.text
    undeclared = author.hand_in(CODES[1], declared=False)
    assert undeclared.status_code == 422
    assert "Declare that the evidence is your own work" in undeclared.text
    assert f'value="{author.world.requirements[CODES[1]]}" id="w' in undeclared.text
    assert author.portfolio().state is PortfolioState.OPEN
    assert author.hand_in(CODES[1]).status_code == 303
    assert "You confirmed that you have none." in author.get().text


def test_evidence_is_changed_taken_out_and_put_back(author: Author) -> None:
    author.add("file")
    [evidence] = pieces(author)
    path = f"/evidence/{evidence.id}"
    assert "report.txt" in author.get(path).text
    changed = {"requirement_id": str(author.world.requirements[CODES[1]]), "title": "Plan", "statement": "Mine."}
    assert author.send(path, changed, page=path).status_code == 303
    [after] = pieces(author)
    assert (after.title, after.requirement_id) == ("Plan", author.world.requirements[CODES[1]])
    assert after.file_id == evidence.file_id  # no file was sent, so the one that is there stays
    author.send(f"{path}/remove")
    assert "Taken out: 1 piece" in author.get().text
    assert pieces(author)[0].removed_at is not None
    author.send(f"{path}/restore")
    assert pieces(author)[0].removed_at is None


def test_what_was_handed_in_stays_as_it_is(author: Author) -> None:
    author.add("text")
    [evidence] = pieces(author)
    path = f"/evidence/{evidence.id}"
    author.hand_in(CODES[1])
    digest = author.portfolio().digest
    for address in (path, "/evidence/new"):  # windows that were open before
        answer = author.send(address, {"title": "Other", "statement": "Other"})
        assert answer.status_code == 409
        assert "stays as it is" in answer.text
    assert author.send(f"{path}/remove").status_code == 303
    assert author.get(path).status_code == 302
    assert author.portfolio().digest == digest
    assert [(each.title, each.removed_at) for each in pieces(author)] == [("A text", None)]


def test_somebody_elses_evidence_is_not_there(author: Author) -> None:
    author.add("text")
    [evidence] = pieces(author)
    other = make_author(author.world, "陈晨")
    assert other.get(f"/evidence/{evidence.id}").status_code == 404
    other.begin()
    assert other.get(f"/evidence/{evidence.id}").status_code == 404
    assert other.send(f"/evidence/{evidence.id}/remove", page="/evidence/new").status_code == 404
    assert pieces(author)[0].removed_at is None


def test_who_is_not_entered_is_told_how(app: Flask) -> None:
    with app.app_context():
        world = make_review(app, entry=EntryRule.ASK)
    author = make_author(world)
    assert "Ask to be entered" in author.get().text
    assert author.send("/entry").status_code == 303
    assert "Your entry waits for an officer" in author.get().text
    assert author.begin().status_code == 403


def test_a_draft_shows_nothing(app: Flask) -> None:
    with app.app_context():
        world = make_review(app, opened=False)
    assert make_author(world).get().status_code == 409
