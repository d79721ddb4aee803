"""The pure rules: roles by exact URI, addresses, scores on their way."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.lti.rules.addresses import append_path, is_usable, merge_query, origin_of, safe_return_url
from lms_carbon.lti.rules.roles import is_teaching
from lms_carbon.lti.rules.scores import (
    SENT,
    Outcome,
    Reason,
    Shown,
    Verdict,
    judge_shown,
    next_stamp,
    pause_after,
    read_answer,
    read_shown,
    score_document,
)

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
AT = datetime(2026, 5, 11, 6, 3, 22, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "teaches"),
    [
        (f"{MEMBERSHIP}#Instructor", True),
        (f"{MEMBERSHIP}/Instructor#TeachingAssistant", True),
        ("Instructor", True),
        (f"{MEMBERSHIP}#Administrator", False),
        (f"{MEMBERSHIP}/Learner#Instructor", False),
        (f"{MEMBERSHIP}/Instructor#Anything", False),
        (f"{MEMBERSHIP}#instructor", False),
        ("http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor", False),
        ("http://evil.example/membership#Instructor", False),
        ("urn:lti:role:ims/lis/Instructor", False),
        ("", False),
    ],
)
def test_roles_are_exact(role: str, teaches: bool) -> None:
    assert is_teaching([role]) is teaches


def test_addresses() -> None:
    assert append_path("https://m.example/li/5/lineitem?type_id=1", "scores") == (
        "https://m.example/li/5/lineitem/scores?type_id=1"
    )
    assert merge_query("https://m.example/auth?a=1#x", {"b": "ü &"}) == "https://m.example/auth?a=1&b=%C3%BC+%26"
    assert origin_of("https://M.example:8443/x?y") == "https://m.example:8443"
    assert origin_of("https://m.example;script-src *") is None
    assert origin_of("https://m.example\n") is None


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("https://m.example/keys", True),
        ("http://m.example/keys", False),
        ("ftp://m.example/", False),
        ("https://user@m.example/", False),
        ("https:///keys", False),
        ("https://m.example:x/", False),
        ("//m.example", False),
        (None, False),
    ],
)
def test_only_https_is_called(url: object, usable: bool) -> None:
    assert is_usable(url, demo=False) is usable


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://lms.school.edu/course/1", True),
        ("https://files.school.edu/course/1", True),
        ("https://school.edu.evil.example/", False),
        ("https://evil.edu/", False),
        ("http://lms.school.edu/", False),
    ],
)
def test_the_way_back(url: str, kept: bool) -> None:
    found = safe_return_url(url, platform=("https://lms.school.edu", "https://lms.school.edu/auth"), demo=False)
    assert (found == url) is kept
    assert found in (url, None)


def test_registries_are_no_sites() -> None:
    assert safe_return_url("https://a.edu.cn/x", platform=("https://b.edu.cn",), demo=False) is None


@given(st.datetimes(timezones=st.just(UTC)), st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))))
def test_stamps_rise_by_a_second_at_least(at: datetime, last: datetime | None) -> None:
    if last is not None and last > datetime.max.replace(tzinfo=UTC) - timedelta(seconds=2):
        return
    stamp = next_stamp(at, last)
    assert stamp.microsecond % 1000 == 0
    assert last is None or int((stamp - last).total_seconds() * 1000) >= 999
    assert stamp > at - timedelta(milliseconds=1)


def test_a_score_as_it_goes_out() -> None:
    document = score_document(subject="4", hundredths=8725, comment=None, stamp=next_stamp(AT, None))
    assert document["timestamp"] == "2026-05-11T06:03:22.123Z"
    assert (document["scoreGiven"], document["scoreMaximum"]) == (87.25, 100)
    assert (document["activityProgress"], document["gradingProgress"]) == ("Completed", "FullyGraded")
    assert "comment" not in document


@pytest.mark.parametrize(
    ("status", "headers", "body", "outcome", "reason", "wait"),
    [
        (204, {}, b"", Outcome.SENT, None, None),
        (200, {}, b"{}", Outcome.SENT, None, None),
        (400, {}, b"User not found in course", Outcome.REFUSED, Reason.NOT_ENROLLED, None),
        (400, {}, b"Refusing score with an older timestamp", Outcome.OVERTAKEN, Reason.NEWER_THERE, None),
        (403, {}, b"403 Forbidden (Rate Limit Exceeded)", Outcome.LATER, Reason.BUSY, None),
        (403, {}, b"insufficient_scope", Outcome.REFUSED, Reason.NOT_ALLOWED, None),
        (404, {}, b"", Outcome.REFUSED, Reason.COLUMN_GONE, None),
        (409, {}, b"", Outcome.OVERTAKEN, Reason.NEWER_THERE, None),
        (200, {}, b"\n<!doctype html>", Outcome.LATER, Reason.PLATFORM_FAULT, None),
        (412, {}, b"", Outcome.REFUSED, Reason.COLUMN_GONE, None),
        (415, {}, b"", Outcome.REFUSED, Reason.NOT_TAKEN, None),
        (422, {}, b"", Outcome.REFUSED, Reason.NOT_ENROLLED, None),
        (429, {"Retry-After": "90"}, b"", Outcome.LATER, Reason.BUSY, timedelta(seconds=90)),
        (429, {"Retry-After": "soon"}, b"", Outcome.LATER, Reason.BUSY, None),
        (503, {"Retry-After": "99999999"}, b"\xff", Outcome.LATER, Reason.PLATFORM_FAULT, timedelta(hours=1)),
        (302, {}, b"", Outcome.REFUSED, Reason.NOT_TAKEN, None),
    ],
)
def test_what_answers_mean(
    status: int, headers: dict[str, str], body: bytes, outcome: Outcome, reason: Reason, wait: timedelta
) -> None:
    verdict = read_answer(status, headers, body)
    assert (verdict.outcome, verdict.reason, verdict.wait) == (outcome, reason, wait)


def test_pauses_grow_and_end() -> None:
    pauses = [pause_after(tries, chance=0.5) for tries in range(40)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=20)
    assert pauses[-1] == timedelta(hours=6)
    assert pause_after(0, chance=0.0) < pause_after(0, chance=1.0)
    assert pause_after(0, chance=0.0, asked=timedelta(minutes=5)) == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        ({"resultScore": 87.25, "resultMaximum": 100}, 8725),
        ({"resultScore": 17.45, "resultMaximum": 20}, 8725),
        ({"resultScore": 0.8725}, 8725),
        ({"resultMaximum": 100}, None),
        ({"resultScore": True, "resultMaximum": 100}, None),
        ({"resultScore": 1, "resultMaximum": 0}, None),
        ({"resultScore": float("inf"), "resultMaximum": 1}, None),
        ({"resultScore": 1, "userId": "5"}, None),
    ],
)
def test_what_a_gradebook_shows_on_any_scale(result: dict[str, object], shown: int | None) -> None:
    found = read_shown([7, {"userId": 4}, {"userId": "4", **result}]).get("4")
    assert (found.score if found else None) == shown


@pytest.mark.parametrize(
    ("shown", "ours", "new", "verdict"),
    [
        (None, [], 8000, None),
        (None, [5000], 8000, None),
        (5000, [5000], 8000, None),
        (5001, [5000], 8000, None),  # rounded there
        (8000, [], 8000, SENT),  # arrived though nothing was answered
        (8000, [5000], 8000, SENT),
        (8000, [8000], 8000, None),  # again, perhaps with another comment
        (5000, [6000, 5000], 8000, None),  # what was tried after 5000 never arrived
        (7700, [5000], 8000, Verdict(Outcome.OVERTAKEN, Reason.CHANGED_THERE, found=7700)),
        (7700, [], 8000, Verdict(Outcome.OVERTAKEN, Reason.CHANGED_THERE, found=7700)),
    ],
)
def test_what_stands_against_sending(shown: int | None, ours: list[int], new: int, verdict: Verdict | None) -> None:
    there = Shown(shown, 1.0) if shown is not None else None
    assert judge_shown(there, ours=ours, new=new) == verdict
