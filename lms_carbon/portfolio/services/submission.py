"""Handing a portfolio in: once, declared, with a receipt; from then on it is a work to be marked."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.framework.models import Requirement
from lms_carbon.marking.services.works import hand_over
from lms_carbon.people.services.audit import record_act
from lms_carbon.portfolio.errors import (
    EmptyPortfolioError,
    EvidenceMissingError,
    NotDeclaredError,
    PortfolioHandedInError,
)
from lms_carbon.portfolio.models import Evidence, Portfolio
from lms_carbon.portfolio.policy import load_own_portfolio, load_review_for_candidate
from lms_carbon.portfolio.queries import list_asked, list_evidence, requirements_without
from lms_carbon.portfolio.rules import PortfolioState, portfolio_digest
from lms_carbon.portfolio.services.evidence import load_for_work


def submit_portfolio(*, review_id: int, declared: bool, without: Collection[int], by: Actor, at: datetime) -> Portfolio:
    """Hand one's portfolio in and give it to be marked; one that is handed in already comes back as it is.

    `without` are ids of requirements that the candidate confirms to have no evidence for. Raises `ReviewOverError`,
    `EmptyPortfolioError`, `EvidenceMissingError`, `NotDeclaredError`: then nothing has changed.
    """
    try:
        review, portfolio = load_for_work(review_id, by)
    except PortfolioHandedInError:
        return load_own_portfolio(by, load_review_for_candidate(by, review_id))
    evidence = list_evidence(portfolio.id)
    missing = requirements_without(list_asked(review), evidence)
    _check(evidence, missing, declared=declared, without=without)
    _seal(portfolio, evidence, missing, by, at)
    hand_over(
        instrument_id=review.instrument_id,
        candidacy_id=portfolio.candidacy_id,
        attempt=1,
        source=f"portfolio:{portfolio.id}",
        scored=(),
        by=by,
        at=at,
    )
    return portfolio


def _check(
    evidence: Sequence[Evidence], missing: Sequence[Requirement], *, declared: bool, without: Collection[int]
) -> None:
    if not evidence:
        raise EmptyPortfolioError
    unconfirmed = [each.code for each in missing if each.id not in without]
    if unconfirmed:
        raise EvidenceMissingError(codes=", ".join(unconfirmed))
    if not declared:
        raise NotDeclaredError


def _seal(
    portfolio: Portfolio, evidence: Sequence[Evidence], missing: Sequence[Requirement], by: Actor, at: datetime
) -> None:
    without = [each.code for each in missing]
    portfolio.digest = portfolio_digest(portfolio.id, _as_json(evidence), without)
    portfolio.state = PortfolioState.SUBMITTED
    portfolio.declared_at = portfolio.submitted_at = at
    session.flush()
    record_act(
        by=by,
        institution_id=portfolio.institution_id,
        action="portfolio.submit",
        object_type="portfolio",
        object_id=portfolio.id,
        detail={"digest": portfolio.digest, "pieces": len(evidence), "without": without},
        at=at,
    )


def _as_json(evidence: Sequence[Evidence]) -> list[dict[str, Any]]:
    """Return what the digest is made over; a file is named by the digest of its content."""
    return [
        {
            "id": each.id,
            "requirement": each.requirement.code,
            "kind": each.kind.value,
            "title": each.title,
            "statement": each.statement,
            "file": each.file.sha256 if each.file else None,
            "url": each.url,
            "text": each.text,
        }
        for each in evidence
    ]
