"""Rubrics as documents."""

import copy
from typing import Any

import pytest

from lms_carbon.marking.rules.documents import RubricShapeError, read_rubric
from tests.support.marking import RUBRIC


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    """Return the rubric with one place replaced."""
    document: Any = copy.deepcopy(RUBRIC)
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    result: dict[str, Any] = document
    return result


def test_levels_come_from_best_to_worst() -> None:
    levels = list(reversed(RUBRIC["criteria"][0]["levels"]))
    read = read_rubric(changed("criteria", 0, "levels", to=levels))
    assert [level.points for level in read.criteria[0].levels] == [10_000, 7500, 5000, 0]
    assert read.version == 1
    assert read.criteria[1].guidance == {"zh": "", "en": ""}


@pytest.mark.parametrize(
    ("path", "to", "place"),
    [
        (("code",), "", "code"),
        (("version",), "2", "version"),
        (("title",), {"zh": "只有中文"}, "title"),
        (("criteria",), [], "criteria"),
        (("criteria", 0, "points"), 7.5, "criteria[0].points"),
        (("criteria", 0, "points"), "0", "criteria[0].points"),
        (("criteria", 0, "points"), "1001", "criteria[0].points"),
        (("criteria", 1, "levels"), [], "criteria[1].levels"),
        (("criteria", 0, "levels", 0, "points"), "11", "criteria[0].levels[0].points"),
        (("criteria", 0, "levels", 0, "points"), "5", "criteria[0].levels"),
        (("criteria", 0, "levels", 0), "best", "criteria[0].levels[0]"),
        (("criteria", 0, "levels", 0, "text", "en"), " ", "criteria[0].levels[0].text"),
        (("criteria", 0, "tags"), [], "criteria[0].tags"),
        (("criteria", 0), None, "criteria[0]"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(path: tuple[str | int, ...], to: object, place: str) -> None:
    with pytest.raises(RubricShapeError) as caught:
        read_rubric(changed(*path, to=to))
    assert str(caught.value) == place
