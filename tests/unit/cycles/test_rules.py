"""The split of points over tags (DESIGN §3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.cycles.rules import split_points

POINTS = st.integers(0, 10**9)
PARTS = st.integers(1, 90)


def test_the_designs_own_example() -> None:
    assert split_points(1000, 3) == (334, 333, 333)


@pytest.mark.parametrize("parts", [0, -1])
def test_at_least_one_tag_is_left(parts: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        split_points(1000, parts)


@given(st.integers(-(10**9), 10**9), PARTS)
def test_parts_sum_to_the_whole_and_differ_by_one_at_most(points: int, parts: int) -> None:
    split = split_points(points, parts)
    assert len(split) == parts
    assert sum(split) == points
    assert split[0] - split[-1] <= 1
    assert list(split) == sorted(split, reverse=True), "the first tags take what is left over"


@given(POINTS, POINTS, PARTS)
def test_no_part_earns_more_than_it_could(one: int, other: int, parts: int) -> None:
    earned, possible = sorted((one, other))
    pairs = zip(split_points(earned, parts), split_points(possible, parts), strict=True)
    assert all(e <= p for e, p in pairs)
