"""Reading a snapshot: the next level, minimums, the lowest requirement, what a revision changed."""

from typing import Any

import pytest

from lms_carbon.results import reading


def snapshot(**changes: Any) -> dict[str, Any]:
    """Return a small snapshot of the intermediate band."""
    whole = {
        "band": {"code": "intermediate", "levels": [4, 5, 6]},
        "outcome": "level",
        "level": 5,
        "total": "76.52",
        "dimensions": [
            {"code": "knowledge", "score": "82.00"},
            {"code": "skill", "score": "73.33"},
            {"code": "practice", "score": None},
        ],
        "policy": {"cuts": {"intermediate": ["60", "75", "90"]}, "minimums": {}},
        "requirements": [
            {"code": "5.2.1-a-1", "dimension": "knowledge", "score": "84.00"},
            {"code": "5.2.1-b-1", "dimension": "skill", "score": "45.00"},
            {"code": "5.2.1-b-2", "dimension": "skill", "score": "45.00"},
            {"code": "5.2.1-c-1", "dimension": "practice", "score": None},
        ],
    }
    return {**whole, **changes}


@pytest.mark.parametrize(
    ("changes", "level", "cut", "gap", "reached"),
    [
        ({}, 6, 90_00, 13_48, False),
        ({"level": 4, "total": "60.00"}, 5, 75_00, 15_00, False),
        ({"level": 6, "total": "91.00"}, 6, 90_00, -1_00, True),
        ({"outcome": "below_band", "level": None, "total": "59.99"}, 4, 60_00, 1, False),
        ({"outcome": "below_band", "level": None, "total": "80.00"}, 4, 60_00, -20_00, False),
        ({"outcome": "incomplete", "level": None, "total": None}, 4, 60_00, None, False),
        ({"outcome": "ineligible", "level": None, "total": "99.00"}, 4, 60_00, -39_00, False),
    ],
)
def test_the_next_level(changes: dict[str, Any], level: int, cut: int, gap: int | None, reached: bool) -> None:
    goal = reading.next_goal(snapshot(**changes))
    assert (goal.level, goal.cut, goal.gap, goal.reached) == (level, cut, gap, reached)


def test_a_minimum_above_the_cut_is_the_goal_of_its_dimension() -> None:
    it = snapshot(
        policy={"cuts": {"intermediate": ["60", "75", "90"]}, "minimums": {"skill": "92.5", "practice": "50"}}
    )
    assert reading.goal_of(it, "knowledge") == 90_00
    assert reading.goal_of(it, "skill") == 92_50
    assert reading.goal_of(it, "practice") == 90_00


def test_minimums_name_what_stays_below_and_not_what_is_missing() -> None:
    minimums = {"knowledge": "82", "skill": "73.34", "practice": "1"}
    it = snapshot(policy={"cuts": {"intermediate": ["60", "75", "90"]}, "minimums": minimums})
    assert [(each.dimension, each.score, each.least) for each in reading.failed_minimums(it)] == [
        ("skill", 73_33, 73_34)
    ]


def test_the_lowest_is_the_first_of_equals_and_never_one_that_was_not_assessed() -> None:
    lowest = reading.lowest_requirement(snapshot())
    assert lowest is not None
    assert lowest["code"] == "5.2.1-b-1"
    assert reading.lowest_requirement(snapshot(requirements=[{"code": "5.2.1-c-1", "score": None}])) is None


def test_changes_name_level_and_total_always_and_the_rest_where_it_differs() -> None:
    after = snapshot(
        total="77.52",
        dimensions=[{"code": "knowledge", "score": "84.00"}, *snapshot()["dimensions"][1:]],
        requirements=[{**snapshot()["requirements"][0], "score": "88.00"}, *snapshot()["requirements"][1:]],
    )
    found = [(each.what, each.name, each.before, each.after) for each in reading.list_changes(snapshot(), after)]
    assert found == [
        ("level", "", ("level", 5), ("level", 5)),
        ("total", "", "76.52", "77.52"),
        ("dimension", "knowledge", "82.00", "84.00"),
        ("requirement", "5.2.1-a-1", "84.00", "88.00"),
    ]


@pytest.mark.parametrize(
    ("thousandths", "text"), [(0, "0"), (5000, "5"), (2500, "2.5"), (3333, "3.333"), (100, "0.1"), (100_000, "100")]
)
def test_points_have_the_decimals_they_need(thousandths: int, text: str) -> None:
    assert reading.format_points(thousandths) == text
