"""The split of points over tags (DESIGN §3), and what clones are called and how long they run."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.cycles.rules import CLONE_RUNS, CODE_LENGTH, clone_code, clone_deadline, split_points

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


@pytest.mark.parametrize(
    ("code", "taken", "made"),
    [
        ("autumn", set(), "autumn-2"),
        ("autumn", {"autumn-2", "autumn-3"}, "autumn-4"),
        ("autumn-2", {"autumn", "autumn-2"}, "autumn-3"),
        ("exam-2026", set(), "exam-2026-2"),  # a year is no count
        ("2", set(), "2-2"),
        ("-7", set(), "-7-2"),
        ("a" * 61 + ".bc", set(), "a" * 61 + "-2"),
    ],
)
def test_a_clone_has_a_code_of_its_own(code: str, taken: set[str], made: str) -> None:
    assert clone_code(code, taken | {code}) == made
    assert len(made) <= CODE_LENGTH


def test_a_clone_ends_when_the_original_or_its_cycle_does_if_that_is_to_come() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    past, soon, late = at, at + timedelta(days=1), at + timedelta(days=90)
    assert clone_deadline(soon, late, at) == soon
    assert clone_deadline(past, late, at) == late
    assert clone_deadline(None, past, at) == at + CLONE_RUNS
