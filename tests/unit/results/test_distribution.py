"""The picture of totals: where bars and cuts stand."""

import pytest

from lms_carbon.results.distribution import FOOT, LEFT, RIGHT, TOP, draw_distribution

CUTS, LEVELS = (60_00, 75_00, 90_00), (4, 5, 6)


def test_bars_stand_on_the_foot_and_take_the_colour_of_their_level() -> None:
    picture = draw_distribution({20: 1, 24: 4, 30: 2, 39: 1}, cuts=CUTS, levels=LEVELS)
    assert [bar.step for bar in picture.bars] == [0, 1, 2, 3]
    assert [round(bar.y + bar.height, 1) for bar in picture.bars] == [FOOT] * 4
    assert picture.bars[1].y == TOP
    assert picture.bars[-1].x + picture.bars[-1].width == pytest.approx(RIGHT - 1, abs=0.1)
    assert picture.total == 8
    assert [count for _, count in picture.lines] == [0, 2, 4]


def test_cuts_stand_between_the_bars_that_they_part() -> None:
    picture = draw_distribution({23: 1, 24: 1}, cuts=CUTS, levels=LEVELS)
    below, above = picture.bars
    assert below.x + below.width < picture.cuts[0].x < above.x
    assert [(cut.score, cut.level) for cut in picture.cuts] == [(6000, 4), (7500, 5), (9000, 6)]


@pytest.mark.parametrize(("lowest", "first_shown"), [(0, 0), (10, 10), (30, 20)])
def test_what_is_far_below_the_first_cut_shows_only_where_somebody_is(lowest: int, first_shown: int) -> None:
    picture = draw_distribution({lowest: 1}, cuts=CUTS, levels=LEVELS)
    share = (lowest - first_shown) / (40 - first_shown)
    assert picture.bars[0].x == pytest.approx(LEFT + 1 + (RIGHT - LEFT) * share, abs=0.1)


def test_nobody_is_an_empty_picture_with_its_cuts() -> None:
    picture = draw_distribution({}, cuts=CUTS, levels=LEVELS)
    assert (picture.bars, picture.total, len(picture.cuts)) == ((), 0, 3)


def test_a_narrow_stretch_has_no_name() -> None:
    picture = draw_distribution({}, cuts=(60_00, 62_00, 90_00), levels=LEVELS)
    assert [name.level for name in picture.names] == [None, 5, 6]
