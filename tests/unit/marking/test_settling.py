"""When two marks agree, and what comes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.marking.rules.settling import (
    LEAST,
    TOLERANCE,
    CriterionPart,
    criterion_rows,
    disputed_criteria,
    marks_agree,
    settled_points,
)


@pytest.mark.parametrize(
    ("first", "second", "possible", "agree"),
    [
        (8000, 8000, 10_000, True),
        (8000, 7000, 10_000, True),  # a tenth of the points, which is also the least
        (8000, 6999, 10_000, False),
        (7000, 8000, 10_000, True),
        (7000, 8001, 10_000, False),
        (20_000, 18_000, 20_000, True),  # two points of twenty
        (20_000, 17_999, 20_000, False),
        (2000, 1000, 2000, True),  # one point in any case
        (2000, 999, 2000, False),
        (0, 500, 500, True),  # a criterion below one point is never disputed
    ],
)
def test_tolerance(first: int, second: int, possible: int, agree: bool) -> None:
    assert marks_agree(first, second, possible, tolerance=TOLERANCE, least=LEAST) is agree


@st.composite
def marked_criteria(draw: st.DrawFn) -> tuple[list[CriterionPart], dict[int, int], dict[int, int]]:
    criteria = [
        CriterionPart(
            criterion_id=number,
            title={"zh": "", "en": ""},
            possible=draw(st.integers(1, 100_000)),
            requirements=tuple(range(1, draw(st.integers(1, 6)) + 1)),
        )
        for number in range(1, draw(st.integers(1, 5)) + 1)
    ]
    first, second = (
        {each.criterion_id: draw(st.integers(0, each.possible)) for each in criteria} for _ in ("first", "second")
    )
    return criteria, first, second


@given(marked_criteria())
def test_agreement_does_not_ask_who_came_first(
    marked: tuple[list[CriterionPart], dict[int, int], dict[int, int]],
) -> None:
    criteria, first, second = marked
    limits = {"tolerance": TOLERANCE, "least": LEAST}
    assert disputed_criteria(criteria, first, second, **limits) == disputed_criteria(criteria, second, first, **limits)
    assert settled_points(first, second, {}) == settled_points(second, first, {})


@given(marked_criteria())
def test_the_rows_of_a_criterion_sum_to_its_points(
    marked: tuple[list[CriterionPart], dict[int, int], dict[int, int]],
) -> None:
    criteria, first, second = marked
    points = settled_points(first, second, {})
    rows = criterion_rows(criteria, points)
    assert all(0 <= row.earned <= row.possible for row in rows)
    for each in criteria:
        own = [row for row in rows if row.item_id == each.criterion_id]
        assert [row.requirement_id for row in own] == list(each.requirements)
        assert sum(row.earned for row in own) == points[each.criterion_id]
        assert sum(row.possible for row in own) == each.possible


def test_means_are_rounded_half_up_and_decisions_stand_alone() -> None:
    assert settled_points({1: 8000, 2: 0}, {1: 7001, 2: 10_000}, {2: 3000}) == {1: 7501, 2: 3000}
