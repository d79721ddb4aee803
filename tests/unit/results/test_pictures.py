"""The pictures of the result page: areas add up to the total, nothing leaves its box, no two words meet."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.cycles.rules import FULL
from lms_carbon.results.pictures import HEIGHT, LEFT, ROOM_FOR_CUT, WIDTH, draw_columns, draw_cuts

WEIGHTS = {"junior": (70, 25, 5), "intermediate": (50, 25, 25), "senior": (20, 30, 50)}
CODES = ("knowledge", "skill", "practice")
SCORES = st.one_of(st.none(), st.integers(0, FULL))


@given(st.sampled_from(sorted(WEIGHTS)), st.tuples(SCORES, SCORES, SCORES))
def test_coloured_areas_are_in_the_proportion_of_the_contributions(
    band: str, scores: tuple[int | None, int | None, int | None]
) -> None:
    columns = draw_columns([(c, w, s, None) for c, w, s in zip(CODES, WEIGHTS[band], scores, strict=True)])
    whole = sum(column.width for column in columns) * HEIGHT
    area = sum(column.width * column.height for column in columns)
    total = sum(w * (s or 0) for w, s in zip(WEIGHTS[band], scores, strict=True)) / 100
    assert area / whole * FULL == pytest.approx(total, abs=2)


@given(st.sampled_from(sorted(WEIGHTS)), st.tuples(SCORES, SCORES, SCORES))
def test_columns_stand_side_by_side_inside_the_frame(
    band: str, scores: tuple[int | None, int | None, int | None]
) -> None:
    columns = draw_columns([(c, w, s, None) for c, w, s in zip(CODES, WEIGHTS[band], scores, strict=True)])
    assert columns[0].x == LEFT
    assert columns[-1].x + columns[-1].width == pytest.approx(LEFT + WIDTH, abs=0.02)
    assert all(left.x + left.width < right.x for left, right in pairwise(columns))
    assert all(column.top + column.height == pytest.approx(HEIGHT + 8, abs=0.02) for column in columns)


def test_the_candidate_of_the_prototype() -> None:
    columns = draw_columns(
        [("knowledge", 50, 82_00, 41_00), ("skill", 25, 73_33, 18_33), ("practice", 25, 68_75, 17_19)]
    )
    assert [(c.x, c.width, c.top, c.height) for c in columns] == [
        (36.0, 214.0, 50.12, 191.88),
        (254.0, 107.0, 70.41, 171.59),
        (365.0, 107.0, 81.12, 160.88),
    ]
    assert not any(column.narrow or column.low for column in columns)


def test_words_leave_a_column_that_is_too_narrow_and_a_bar_that_is_too_low() -> None:
    columns = draw_columns([("knowledge", 70, 10_00, 7_00), ("skill", 25, 73_33, 18_33), ("practice", 5, 68_75, 3_44)])
    assert [column.narrow for column in columns] == [False, False, True]
    assert [column.low for column in columns] == [True, False, False]


@pytest.mark.parametrize(
    ("total", "level", "own"),
    [
        (59_99, None, [None]),
        (60_00, 4, [4]),
        (74_99, 4, [4]),
        (75_00, 5, [5]),
        (90_00, 6, [6]),
        (100_00, 6, [6]),
        (0, None, [None]),
        (None, None, []),
        (80_00, None, []),  # a minimum stands in the way: no level is anybody's own
    ],
)
def test_the_level_held_is_marked(total: int | None, level: int | None, own: list[int | None]) -> None:
    picture = draw_cuts(levels=[4, 5, 6], cuts=[60_00, 75_00, 90_00], total=total, level=level)
    assert [segment.level for segment in picture.segments if segment.own] == own
    assert (picture.marker is None) == (total is None)


@given(st.lists(st.integers(1, FULL - 1), min_size=3, max_size=3, unique=True).map(sorted), st.integers(0, FULL))
def test_the_scale_is_whole_and_its_numbers_keep_apart(cuts: list[int], total: int) -> None:
    picture = draw_cuts(levels=[1, 2, 3], cuts=cuts, total=total, level=None)
    assert picture.segments[0].x == 4
    assert sum(segment.width for segment in picture.segments) == pytest.approx(512, abs=0.05)
    written = [x for x, _, shown in picture.cuts if shown]
    assert all(right - left >= ROOM_FOR_CUT for left, right in pairwise(written))
    assert len(picture.cuts) == 3
    assert picture.marker is not None
    assert 4 <= picture.marker <= 516
    assert picture.anchor == "start" if picture.marker < 20 else picture.anchor in ("start", "middle", "end")
