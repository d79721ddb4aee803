"""Counting a bank against requirements: shared statements, restricted tags, gaps."""

from dataclasses import dataclass
from typing import Any

import pytest

from lms_carbon.question_bank.rules.coverage import Count, count_rows, missing_in_all, most_lacking, step_of


@dataclass
class Asked:
    id: int
    code: str
    statement_id: int


SHARED = 7
ASKED = [
    (Asked(1, "5.2.1-a-1", SHARED), "5.2.1"),
    (Asked(2, "5.2.2-a-1", SHARED), "5.2.2"),
    (Asked(3, "x", 8), "5.2.1"),
]


def count(statement: int, number: int, **about: Any) -> Count:
    sort = {"kind": "numeric", "cognitive": "apply", "difficulty": "hard", "languages": ("zh",), "positions": None}
    return Count(statement_id=statement, number=number, **{**sort, **about})


def test_a_shared_statement_counts_everywhere_and_a_restricted_tag_only_where_it_holds() -> None:
    counts = [count(SHARED, 4), count(SHARED, 2, positions=frozenset({"5.2.2"}), kind="cloze", languages=("zh", "en"))]
    one, other, none = count_rows(ASKED, counts, {1: {"junior": 5}, 2: {"junior": 5, "senior": 9}})
    assert (one.present, other.present, none.present) == (4, 6, 0)
    assert dict(other.counts["kind"]) == {"numeric": 4, "cloze": 2}
    assert dict(other.counts["language"]) == {"zh": 6, "en": 2}
    assert (one.short, other.short, none.short) == ({"junior": 1}, {"junior": 0, "senior": 3}, {})
    # One question would fill both positions' gaps, so the statement lacks three and not four.
    assert missing_in_all([one, other, none]) == (3, 2)
    assert most_lacking([one, other, none]) is other
    assert most_lacking(count_rows(ASKED, counts, {})) is not None
    assert most_lacking([]) is None


@pytest.mark.parametrize(("number", "step"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (6, 4), (7, 5), (80, 5)])
def test_the_ramp_has_the_steps_of_its_key(number: int, step: int) -> None:
    assert step_of(number) == step
