"""Bad input: each with a clear sentence beside its field, and nothing that was entered is lost."""

from typing import Any

import pytest
import sqlalchemy as sa

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.files.models import StoredFile
from lms_carbon.framework.models import Requirement
from lms_carbon.portfolio import rules
from lms_carbon.portfolio.models import Evidence, EvidenceKind, Portfolio
from lms_carbon.portfolio.rules import PortfolioState
from lms_carbon.portfolio.services import evidence as service
from lms_carbon.portfolio.services.evidence import EvidenceDraft, add_evidence
from tests.support.portfolios import CODES, Author, end_review
from tests.support.world import act_as

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def count(author: Author, table: type[Any]) -> int:
    with author.world.app.app_context(), transaction(write=False):
        return session.scalars(sa.select(sa.func.count()).select_from(table)).one()


@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        ("file", {"file": (b"", "")}, "Choose a file."),
        ("file", {"file": (PNG, "report.pdf")}, "report.pdf is really a PNG file and was not taken."),
        ("file", {"file": (b"MZ", "tool.exe")}, "tool.exe is of a type that is not taken here."),
        ("file", {"file": (b"", "empty.txt")}, "empty.txt is empty and was not taken."),
        ("link", {"url": "javascript:alert(1)"}, "Write an address that begins with https://"),
        ("link", {"url": ""}, "Write an address that begins with https://"),
        ("text", {"text": "  "}, "Write the text of the evidence."),
        ("text", {"title": ""}, "Give it a short title."),
        ("text", {"statement": ""}, "Say what it shows and what you yourself did."),
        ("text", {"statement": "x" * 4001}, "This is too long."),
        ("text", {"requirement_id": "x"}, "Write a whole number."),
        ("text", {"requirement_id": ""}, "Choose one of the requirements of this portfolio."),
    ],
)
def test_each_with_its_sentence(author: Author, kind: str, fields: dict[str, Any], sentence: str) -> None:
    before = count(author, StoredFile)
    answer = author.add(kind, **{"title": "Kept title", **fields})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Kept title" in answer.text or fields.get("title") == ""
    assert count(author, Evidence) == 0
    assert count(author, StoredFile) == before


def test_a_file_too_large(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "FILES", rules.Limits(1000, ["TXT"]))
    answer = author.add("file", file=(b"x" * 1001, "big.txt"))
    assert answer.status_code == 413
    assert "big.txt is larger than the 1 kB that are taken here." in answer.text
    assert "I drew the plan up myself." in answer.text
    assert "Choose big.txt again" in answer.text
    assert count(author, Evidence) == 0


def test_a_requirement_of_another_position_or_dimension(author: Author) -> None:
    with author.world.app.app_context(), transaction(write=False):
        others = session.scalars(
            sa.select(Requirement.id).where(Requirement.code.in_(("5.1.1-c-1", "5.2.1-b-1")))
        ).all()
    assert len(others) == 2
    for requirement_id in others:
        answer = author.add("text", requirement_id=str(requirement_id))
        assert answer.status_code == 422
        assert "Choose one of the requirements of this portfolio." in answer.text


def test_no_more_than_anybody_looks_at(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_EVIDENCE", 1)
    assert author.add("text").status_code == 303
    answer = author.add("text", title="One more")
    assert answer.status_code == 409
    assert "at most 1 pieces" in answer.text
    assert "One more" in answer.text


def test_after_the_end_nothing_is_lost_and_nothing_changes(author: Author) -> None:
    author.add("text", CODES[0])
    author.add("text", CODES[1])
    end_review(author.world)
    answer = author.add("text", statement="Long words", text="More words")
    assert answer.status_code == 409
    assert "The time to hand in is over. Nothing was changed" in answer.text
    assert "Long words" in answer.text
    assert "More words" in answer.text
    assert author.hand_in().status_code == 303
    shown = author.get().text
    assert "this portfolio was not handed in. It counts as none." in shown
    assert shown.count("I drew the plan up myself.") == 2
    assert author.portfolio().state is PortfolioState.OPEN
    assert count(author, Evidence) == 2


def test_more_time_lets_go_on(author: Author) -> None:
    author.add("text", CODES[0])
    end_review(author.world)
    assert author.get("/hand-in").status_code == 302
    end_review(author.world, closes_at=now().replace(year=now().year + 1))
    assert author.hand_in(CODES[1]).status_code == 303


def test_who_has_no_portfolio_adds_nothing(author: Author) -> None:
    officer = author.world.officer
    with author.world.app.app_context():
        by = act_as(officer, launch_role=Role.CANDIDATE)
        draft = EvidenceDraft(requirement_id=None, title="x", statement="x", text="x")
        with pytest.raises(NotFoundError), transaction():
            add_evidence(review_id=author.world.review_id, kind=EvidenceKind.TEXT, draft=draft, by=by, at=now())
    assert count(author, Portfolio) == 1
