"""How a platform's health is judged, each finding with what to do."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from lms_carbon.lti.rules.health import (
    Check,
    Finding,
    judge_clock,
    judge_keyset,
    judge_launches,
    judge_places,
    judge_rosters,
    judge_scopes,
    judge_scores,
    judge_token,
    scopes_in,
    worst,
)
from lms_carbon.lti.rules.platforms import SCOPES

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("check", "finding"),
    [
        (judge_keyset(200, 2), "ok"),
        (judge_keyset(200, 0), "bad"),
        (judge_keyset(200, None), "bad"),
        (judge_keyset(503, None), "bad"),
        (judge_keyset(None, None), "bad"),
        (judge_token(200), "ok"),
        (judge_token(401), "bad"),
        (judge_token(None), "bad"),
        (judge_scopes([]), "ok"),
        (judge_scopes(SCOPES[:1]), "warn"),
        (judge_places(launching=1, waiting=0), "ok"),
        (judge_places(launching=1, waiting=2), "warn"),
        (judge_places(launching=0, waiting=0), "warn"),
        (judge_launches(AT, at=AT), "ok"),
        (judge_launches(AT - timedelta(days=400), at=AT), "info"),
        (judge_launches(None, at=AT), "info"),
        (judge_scores(last=AT, late=0, refused=0), "ok"),
        (judge_scores(last=AT, late=0, refused=1), "warn"),
        (judge_scores(last=None, late=3, refused=0), "warn"),
        (judge_scores(last=None, late=0, refused=0), "info"),
        (judge_rosters(offered=0, unread=0), "info"),
        (judge_rosters(offered=3, unread=0), "ok"),
        (judge_rosters(offered=3, unread=1), "warn"),
    ],
)
def test_findings(check: Check, finding: str) -> None:
    assert check.finding == finding
    assert check.advice or finding not in ("warn", "bad")
    assert check.said % check.params


@pytest.mark.parametrize(("seconds", "finding"), [(0, "ok"), (-9, "ok"), (20, "warn"), (-31, "bad"), (3600, "bad")])
def test_clocks(seconds: int, finding: str) -> None:
    check = judge_clock(format_datetime(AT + timedelta(seconds=seconds), usegmt=True), at=AT)
    assert check is not None
    assert (check.finding, check.params["seconds"]) == (finding, abs(seconds))


@pytest.mark.parametrize("date", [None, "", "yesterday", "Sun, 22 Nov 2026 12:00:00 -0000"])
def test_an_answer_that_does_not_say_when(date: str | None) -> None:
    assert judge_clock(date, at=AT) is None


def test_scopes_of_a_token() -> None:
    assert scopes_in({"scope": f"x {SCOPES[3]}"}, asked=SCOPES) == [SCOPES[3]]
    assert scopes_in({}, asked=SCOPES) == scopes_in([], asked=SCOPES) == list(SCOPES)


def test_the_worst_counts() -> None:
    assert worst([judge_scopes([]), judge_token(401), judge_scopes(SCOPES)]) is Finding.BAD
    assert worst([]) is Finding.OK
