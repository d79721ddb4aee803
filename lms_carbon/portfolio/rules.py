"""Pure rules of portfolios: states as tables, who finds what at the door, links, and the receipt's digest."""

import enum
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from lms_carbon.files.rules import DOCUMENTS, IMAGES, Limits

FILES: Final = Limits(20_000_000, (*sorted(DOCUMENTS), *sorted(IMAGES)))
"""What is taken as evidence: 20 MB, documents and pictures."""
MAX_EVIDENCE: Final = 50
MAX_TITLE: Final = 200
MAX_STATEMENT: Final = 4_000
MAX_TEXT: Final = 20_000
MAX_URL: Final = 2_000


class ReviewState(enum.StrEnum):
    """Whether candidates can hand in."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class PortfolioState(enum.StrEnum):
    """Whether the candidate still works on it; there is no way back."""

    OPEN = "open"
    SUBMITTED = "submitted"


REVIEW_STEPS: Final[Mapping[str, tuple[frozenset[ReviewState], ReviewState]]] = {
    "open": (frozenset({ReviewState.DRAFT, ReviewState.CLOSED}), ReviewState.OPEN),
    "close": (frozenset({ReviewState.OPEN}), ReviewState.CLOSED),
}
"""Step → from which states, to which state."""


class Door(enum.StrEnum):
    """What a candidate finds at a review."""

    SUBMITTED = "submitted"
    WORKING = "working"
    """A portfolio is begun and can be worked on."""
    OPEN = "open"
    """A portfolio can be begun."""
    NOT_OPEN = "not_open"
    NOT_BEGUN = "not_begun"
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class DoorFacts:
    """What decides; `now` is the database's clock."""

    state: ReviewState
    opens_at: datetime | None
    closes_at: datetime
    cycle_over: bool
    """True once the cycle is closed: nothing comes into it any more."""
    portfolio: PortfolioState | None
    now: datetime


def door(facts: DoorFacts) -> Door:
    """Return what the candidate finds. The moment `closes_at` itself is still in time."""
    if facts.portfolio is PortfolioState.SUBMITTED:
        return Door.SUBMITTED
    if facts.state is ReviewState.CLOSED or facts.now > facts.closes_at or facts.cycle_over:
        return Door.OVER
    if facts.state is ReviewState.DRAFT:
        return Door.NOT_OPEN
    if facts.portfolio is not None:
        return Door.WORKING
    if facts.opens_at is not None and facts.now < facts.opens_at:
        return Door.NOT_BEGUN
    return Door.OPEN


def is_web_address(url: str) -> bool:
    """Tell whether a link is an http(s) address with a host; it is shown to assessors, never fetched.

    No user name in it: `https://bank.example@evil.example` reads as another host than it is.
    """
    if len(url) > MAX_URL or any(c.isspace() or not c.isprintable() for c in url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def portfolio_digest(portfolio_id: int, evidence: Sequence[Mapping[str, Any]], without: Sequence[str]) -> str:
    """Return SHA-256 over what was handed in: the evidence as given, and requirements confirmed to have none."""
    whole = {"portfolio": portfolio_id, "evidence": list(evidence), "without": sorted(without)}
    canonical = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def receipt_text(digest: str) -> str:
    """Return a digest as it is read out: `7d40 9f3c 21ab`."""
    return " ".join(digest[start : start + 4] for start in (0, 4, 8))
