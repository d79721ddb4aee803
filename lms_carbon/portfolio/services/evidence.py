"""A candidate's portfolio: beginning it, and the evidence in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

import sqlalchemy as sa

from lms_carbon.core.db import insert_into, read_clock, session
from lms_carbon.core.errors import DomainError
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.services.candidacies import begin_candidacy
from lms_carbon.files.models import StoredFile
from lms_carbon.files.services.storage import store_file
from lms_carbon.people.services.audit import record_act
from lms_carbon.portfolio.errors import (
    EvidenceError,
    PortfolioHandedInError,
    ReviewNotBegunError,
    ReviewNotOpenError,
    ReviewOverError,
    TooMuchEvidenceError,
)
from lms_carbon.portfolio.models import Evidence, EvidenceKind, Portfolio, PortfolioReview
from lms_carbon.portfolio.policy import load_own_evidence, load_own_portfolio, load_review_for_candidate
from lms_carbon.portfolio.queries import facts_of, find_standing, list_asked
from lms_carbon.portfolio.rules import (
    FILES,
    MAX_EVIDENCE,
    MAX_STATEMENT,
    MAX_TEXT,
    MAX_TITLE,
    Door,
    PortfolioState,
    door,
    is_web_address,
)

_REFUSED: dict[Door, type[DomainError]] = {
    Door.SUBMITTED: PortfolioHandedInError,
    Door.OVER: ReviewOverError,
    Door.NOT_OPEN: ReviewNotOpenError,
    Door.NOT_BEGUN: ReviewNotBegunError,
}


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file as it comes in."""

    stream: IO[bytes]
    name: str


@dataclass(frozen=True, kw_only=True)
class EvidenceDraft:
    """What a candidate says about a piece of evidence. `file` None keeps the file that is there."""

    requirement_id: int | None
    title: str
    statement: str
    url: str = ""
    text: str = ""
    file: Upload | None = None


def open_portfolio(*, review_id: int, by: Actor, at: datetime) -> Portfolio:
    """Begin one's portfolio, or return the one that is begun.

    Raises `ReviewNotOpenError`, `ReviewNotBegunError`, `ReviewOverError`, and what `begin_candidacy` raises.
    """
    review = load_review_for_candidate(by, review_id)
    standing = find_standing(review, by.person_id)
    if standing.portfolio is not None:
        return standing.portfolio
    if standing.door is not Door.OPEN:
        raise _REFUSED[standing.door]
    candidacy = begin_candidacy(track=review.instrument.track, by=by, at=at)
    # Two windows may race here; the unique pair decides, and both see one portfolio.
    made = session.scalar(
        insert_into(Portfolio)
        .values(
            institution_id=review.institution_id,
            review_id=review.id,
            candidacy_id=candidacy.id,
            person_id=by.person_id,
            state=PortfolioState.OPEN,
            started_at=at,
        )
        .on_conflict_do_nothing(index_elements=["review_id", "candidacy_id"])
        .returning(Portfolio.id)
    )
    portfolio = load_own_portfolio(by, review)
    if made is not None:
        _record("portfolio.open", portfolio, by, at, {"review": review.id, "candidacy": candidacy.id})
    return portfolio


def add_evidence(*, review_id: int, kind: EvidenceKind, draft: EvidenceDraft, by: Actor, at: datetime) -> Evidence:
    """Put a piece of evidence into one's portfolio.

    Raises `EvidenceError`, `TooMuchEvidenceError`, `ReviewOverError`, `PortfolioHandedInError`, and for a file what
    `files.services.storage.store_file` raises.
    """
    review, portfolio = load_for_work(review_id, by)
    _check(review, kind, draft, needs_file=True)
    if _count(portfolio) >= MAX_EVIDENCE:
        raise TooMuchEvidenceError(limit=MAX_EVIDENCE)
    evidence = Evidence(
        institution_id=portfolio.institution_id,
        portfolio_id=portfolio.id,
        kind=kind,
        added_at=at,
        **_columns(kind, draft, _store(draft, by, at), at),
    )
    session.add(evidence)
    session.flush()
    _record("evidence.add", portfolio, by, at, {"evidence": evidence.id, "kind": kind})
    return evidence


def change_evidence(*, review_id: int, evidence_id: int, draft: EvidenceDraft, by: Actor, at: datetime) -> Evidence:
    """Change a piece of evidence; what it is (file, link, text) stays. Raises as `add_evidence` does."""
    review, portfolio = load_for_work(review_id, by)
    evidence = load_own_evidence(portfolio, evidence_id)
    _check(review, evidence.kind, draft, needs_file=evidence.file_id is None)
    stored = _store(draft, by, at)
    for name, value in _columns(evidence.kind, draft, stored or evidence.file, at).items():
        setattr(evidence, name, value)
    session.flush()
    _record("evidence.change", portfolio, by, at, {"evidence": evidence.id})
    return evidence


def remove_evidence(*, review_id: int, evidence_id: int, by: Actor, at: datetime) -> Evidence:
    """Take a piece of evidence out; it can be put back until the portfolio is handed in."""
    _, portfolio = load_for_work(review_id, by)
    evidence = load_own_evidence(portfolio, evidence_id)
    if evidence.removed_at is None:
        evidence.removed_at = at
        session.flush()
        _record("evidence.remove", portfolio, by, at, {"evidence": evidence.id})
    return evidence


def restore_evidence(*, review_id: int, evidence_id: int, by: Actor, at: datetime) -> Evidence:
    """Put a piece of evidence back that was taken out. Raises `TooMuchEvidenceError`."""
    _, portfolio = load_for_work(review_id, by)
    evidence = load_own_evidence(portfolio, evidence_id)
    if evidence.removed_at is not None:
        if _count(portfolio) >= MAX_EVIDENCE:
            raise TooMuchEvidenceError(limit=MAX_EVIDENCE)
        evidence.removed_at = None
        session.flush()
        _record("evidence.restore", portfolio, by, at, {"evidence": evidence.id})
    return evidence


def load_for_work(review_id: int, by: Actor) -> tuple[PortfolioReview, Portfolio]:
    """Return review and own portfolio, locked, where it can still be changed.

    The deadline is held against the database's clock after the lock was got, so who waited is not let through late.
    Raises `NotFoundError`, `ReviewOverError`, `PortfolioHandedInError`.
    """
    review = load_review_for_candidate(by, review_id)
    portfolio = load_own_portfolio(by, review, lock=True)
    found = door(facts_of(review, portfolio, read_clock()))
    if found is not Door.WORKING:
        raise _REFUSED[found]
    return review, portfolio


def _check(review: PortfolioReview, kind: EvidenceKind, draft: EvidenceDraft, *, needs_file: bool) -> None:
    problems: dict[str, list[str]] = {}
    if draft.requirement_id not in {each.id for each in list_asked(review)}:
        problems["requirement_id"] = [mark("Choose one of the requirements of this portfolio.")]
    if not draft.title.strip():
        problems["title"] = [mark("Give it a short title.")]
    if not draft.statement.strip():
        problems["statement"] = [mark("Say what it shows and what you yourself did.")]
    if kind is EvidenceKind.FILE and draft.file is None and needs_file:
        problems["file"] = [mark("Choose a file.")]
    if kind is EvidenceKind.LINK and not is_web_address(draft.url.strip()):
        problems["url"] = [mark("Write an address that begins with https:// or http://.")]
    if kind is EvidenceKind.TEXT and not draft.text.strip():
        problems["text"] = [mark("Write the text of the evidence.")]
    for name, limit in (("title", MAX_TITLE), ("statement", MAX_STATEMENT), ("text", MAX_TEXT)):
        if len(getattr(draft, name)) > limit:
            problems[name] = [mark("This is too long.")]
    if problems:
        raise EvidenceError(problems)


def _store(draft: EvidenceDraft, by: Actor, at: datetime) -> StoredFile | None:
    if draft.file is None:
        return None
    return store_file(draft.file.stream, name=draft.file.name, limits=FILES, by=by, at=at)


def _columns(kind: EvidenceKind, draft: EvidenceDraft, stored: StoredFile | None, at: datetime) -> dict[str, Any]:
    return {
        "requirement_id": draft.requirement_id,
        "title": draft.title.strip(),
        "statement": draft.statement.strip(),
        "url": draft.url.strip() if kind is EvidenceKind.LINK else None,
        "text": draft.text.strip() if kind is EvidenceKind.TEXT else None,
        "file_id": stored.id if kind is EvidenceKind.FILE and stored else None,
        "changed_at": at,
    }


def _count(portfolio: Portfolio) -> int:
    counted = sa.select(sa.func.count()).where(Evidence.portfolio_id == portfolio.id, Evidence.removed_at.is_(None))
    return session.scalars(counted.select_from(Evidence)).one()


def _record(action: str, portfolio: Portfolio, by: Actor, at: datetime, detail: dict[str, Any]) -> None:
    record_act(
        by=by,
        institution_id=portfolio.institution_id,
        action=action,
        object_type="portfolio",
        object_id=portfolio.id,
        detail=detail,
        at=at,
    )
