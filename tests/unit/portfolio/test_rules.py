"""States, the door, links and the digest."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.portfolio.rules import (
    MAX_URL,
    Door,
    DoorFacts,
    PortfolioState,
    ReviewState,
    door,
    is_web_address,
    portfolio_digest,
    receipt_text,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def facts(**more: Any) -> DoorFacts:
    given: dict[str, Any] = {
        "state": ReviewState.OPEN,
        "opens_at": NOON - HOUR,
        "closes_at": NOON + HOUR,
        "cycle_over": False,
        "portfolio": None,
        "now": NOON,
        **more,
    }
    return DoorFacts(**given)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, Door.OPEN),
        ({"opens_at": None}, Door.OPEN),
        ({"opens_at": NOON + HOUR}, Door.NOT_BEGUN),
        ({"opens_at": NOON}, Door.OPEN),
        ({"state": ReviewState.DRAFT}, Door.NOT_OPEN),
        ({"state": ReviewState.CLOSED}, Door.OVER),
        ({"closes_at": NOON}, Door.OPEN),
        ({"closes_at": NOON - timedelta(microseconds=1)}, Door.OVER),
        ({"cycle_over": True}, Door.OVER),
        ({"portfolio": PortfolioState.OPEN}, Door.WORKING),
        ({"portfolio": PortfolioState.OPEN, "opens_at": NOON + HOUR}, Door.WORKING),
        ({"portfolio": PortfolioState.OPEN, "closes_at": NOON - HOUR}, Door.OVER),
        ({"portfolio": PortfolioState.OPEN, "state": ReviewState.CLOSED}, Door.OVER),
        ({"portfolio": PortfolioState.OPEN, "cycle_over": True}, Door.OVER),
        ({"portfolio": PortfolioState.SUBMITTED, "closes_at": NOON - HOUR, "cycle_over": True}, Door.SUBMITTED),
    ],
)
def test_the_door(more: dict[str, Any], wanted: Door) -> None:
    assert door(facts(**more)) is wanted


@pytest.mark.parametrize(
    "url", ["https://example.org/a?b=1#c", "http://example.org", "https://例子.中国/报告", "https://[::1]:8443/x"]
)
def test_web_addresses(url: str) -> None:
    assert is_web_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/report",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "https://",
        "https:///path",
        "https://bank.example@evil.example/",
        "https://example.org/a b",
        "https://example.org/\nx",
        "https://exam\u202eple.org/",
        "https://example.org:port/",
        "https://[::1/",
        "https://example.org/" + "a" * MAX_URL,
    ],
)
def test_no_web_addresses(url: str) -> None:
    assert not is_web_address(url)


PIECE = st.fixed_dictionaries({"id": st.integers(1, 9), "title": st.text(max_size=9), "text": st.none() | st.text()})


@given(st.lists(PIECE, max_size=4), st.sets(st.sampled_from("abc")))
def test_the_digest_names_what_was_handed_in(evidence: list[dict[str, Any]], without: set[str]) -> None:
    digest = portfolio_digest(1, evidence, sorted(without, reverse=True))
    assert digest == portfolio_digest(1, [dict(reversed(each.items())) for each in evidence], sorted(without))
    assert len({digest, portfolio_digest(2, evidence, sorted(without))}) == 2
    assert digest != portfolio_digest(1, [*evidence, {"id": 10}], sorted(without))
    assert digest != portfolio_digest(1, evidence, [*without, "d"])


def test_a_receipt_is_read_out_in_groups() -> None:
    assert receipt_text("7d409f3c21ab" + "0" * 52) == "7d40 9f3c 21ab"
