"""Points as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.marking.rules.points import MAX_POINTS, parse_points, points_text


@pytest.mark.parametrize(
    ("written", "thousandths"),
    [
        ("0", 0),
        ("8", 8000),
        ("7.5", 7500),
        ("7.125", 7125),
        (" 10 ", 10_000),
        ("10.", 10_000),
        (".5", 500),
        ("７．５", 7500),
        ("7。5", 7500),
        ("007", 7000),
    ],
)
def test_what_is_points(written: str, thousandths: int) -> None:
    assert parse_points(written) == thousandths


@pytest.mark.parametrize(
    "written", ["", "-1", "+1", "7,5", "1e3", "7.1234", "NaN", "half", "1 0", "12345678", "½", "."]
)
def test_what_is_not(written: str) -> None:
    with pytest.raises(ValueError, match="no number of points"):
        parse_points(written)


@given(st.integers(0, MAX_POINTS))
def test_what_is_shown_is_read_back(thousandths: int) -> None:
    assert parse_points(points_text(thousandths)) == thousandths


def test_no_idle_zeros() -> None:
    assert [points_text(each) for each in (0, 10_000, 7500, 7125, 100)] == ["0", "10", "7.5", "7.125", "0.1"]
