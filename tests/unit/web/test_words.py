"""Numbers and moments as pages say them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from lms_carbon.web.words import clock_in_words, day_in_words, moment_in_words, number_in_words

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOMENT = datetime(2026, 12, 31, 16, 3, 22, tzinfo=UTC)
"""A moment that lies in the next year already where it is read."""


@pytest.mark.parametrize(
    ("value", "decimals", "words"),
    [
        (0, None, "0"),
        (999, None, "999"),
        (1000, None, "1 000"),
        (12480, None, "12 480"),
        (1234567, None, "1 234 567"),
        (-1250, None, "−1 250"),
        (Decimal("76.5"), 2, "76.50"),
        ("76.52", None, "76.52"),
        ("12480.50", None, "12 480.50"),
        (Decimal("0.005"), 2, "0.00"),
        ("–", None, "–"),
        ("K7-4382", None, "K7-4382"),
    ],
)
def test_numbers(value: object, decimals: int | None, words: str) -> None:
    assert number_in_words(value, decimals) == words.replace(" ", "\u202f")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "today", "words"),
    [
        ("zh", date(2027, 6, 1), "1 月 1 日"),
        ("zh", date(2026, 6, 1), "2027 年 1 月 1 日"),
        ("en", date(2027, 6, 1), "1 January"),
        ("en", date(2026, 6, 1), "1 January 2027"),
    ],
)
def test_the_year_is_named_where_it_is_another(language: str, today: date, words: str) -> None:
    assert day_in_words(date(2027, 1, 1), language=language, today=today) == words


def test_moments_are_told_where_they_are_read() -> None:
    today = date(2027, 6, 1)
    assert moment_in_words(MOMENT, language="zh", zone=SHANGHAI, today=today) == "1 月 1 日 00:03"
    assert moment_in_words(MOMENT, language="en", zone=SHANGHAI, today=today, to="second") == "1 January, 00:03:22"
    assert clock_in_words(MOMENT, zone=SHANGHAI) == "00:03:22"
    assert clock_in_words(MOMENT, zone=ZoneInfo("UTC"), to="minute") == "16:03"
