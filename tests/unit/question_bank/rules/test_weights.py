"""Weight tables: what a sheet says, what is wrong with it, and how shares become whole questions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms_carbon.question_bank.rules.weights import WHOLE, Cell, Layout, Weights, apportion, percent_text, read_weights

LAYOUT = Layout(
    bands={"junior": "junior", "初级": "junior", "senior": "senior"},
    requirements={"5.2.1-a-1": "5.2.1", "5.2.1-a-2": "5.2.1", "5.2.2-a-1": "5.2.2"},
)
HEAD = ["编码", "要求", "初级", "Senior"]


def read(*rows: list[object]) -> tuple[list[Weights], list[str]]:
    """Read rows; `(0.125,)` is a cell that shows percent."""
    cells = [[Cell(v[0], True) if isinstance(v, tuple) else Cell(v) for v in row] for row in rows]
    tables, wrong = read_weights(cells, LAYOUT)
    return tables, [str(reason) for reason in wrong]


def test_a_sheet_holds_tables_of_several_positions_and_bands() -> None:
    tables, wrong = read(
        ["our bank", None, None, None],
        HEAD,
        ["5.2.1", "any words", 40, "60"],
        ["5.2.1-a-1", "", 12.5, (0.07,)],
        ["5.2.1-a-2", "", "87.5 %", "93"],
        [None, "a remark", 5, 5],
        ["5.2.2", "", None, 10],
        ["5.2.2-a-1", "", "", 100],
    )
    assert wrong == []
    assert [(t.position, t.band, t.questions, t.shares) for t in tables] == [
        ("5.2.1", "junior", 40, (("5.2.1-a-1", 1250), ("5.2.1-a-2", 8750))),
        ("5.2.1", "senior", 60, (("5.2.1-a-1", 700), ("5.2.1-a-2", 9300))),
        ("5.2.2", "senior", 10, (("5.2.2-a-1", 10_000),)),
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["5.2.1", "", 40]], "No row names a band"),
        ([HEAD], "no share and no number"),
        ([HEAD, ["9.9.9", "", 1]], "Row 2: 9.9.9 is neither"),
        ([HEAD, ["5.2.1", "", 4], ["5.2.1", "", 4]], "Row 3: 5.2.1 stands"),
        ([HEAD, ["5.2.1", "", 0]], "Row 2: “0” is no number of questions"),
        ([HEAD, ["5.2.1", "", "1e9"]], "Row 2: “1e9” is no number of questions"),
        ([HEAD, ["5.2.1", "", 4], ["5.2.1-a-1", "", 101]], "Row 3: “101” is no share"),
        ([HEAD, ["5.2.1", "", 4], ["5.2.1-a-1", "", "NaN"]], "Row 3: “NaN” is no share"),
        ([HEAD, ["5.2.1", "", 4], ["5.2.1-a-1", "", 33.333]], "Row 3: “33.333” is no share"),
        ([HEAD, ["5.2.1", "", 4], ["5.2.1-a-1", "", 99.5]], "5.2.1, 初级: the shares come to 99.5 %, not to 100 %"),
        ([HEAD, ["5.2.1-a-1", "", 100]], "5.2.1, 初级: the row of the position does not say"),
        ([HEAD, ["5.2.1", "", 4]], "5.2.1, 初级: there is a number of questions, but no share"),
        ([HEAD, *([["5.2.1", "", 4]] * 2_000)], "more than 2000 rows"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_taken(rows: list[list[object]], said: str) -> None:
    tables, wrong = read(*rows)
    assert tables == []
    assert said in " ".join(wrong)


@settings(max_examples=50)
@given(st.integers(1, 100_000), st.lists(st.integers(1, 999), min_size=1, max_size=12))
def test_whole_questions_come_to_the_total_and_stay_by_their_share(total: int, parts: list[int]) -> None:
    shares = {key: part * WHOLE // sum(parts) for key, part in enumerate(parts)}
    shares[0] += WHOLE - sum(shares.values())
    whole = apportion(total, shares)
    assert sum(whole.values()) == total
    assert all(abs(whole[key] - total * shares[key] / WHOLE) < 1 for key in shares)


def test_a_tie_goes_to_the_earlier_requirement() -> None:
    assert apportion(1, {7: 5_000, 3: 5_000}) == {7: 1, 3: 0}
    assert [percent_text(share) for share in (10_000, 1250, 5, 0)] == ["100", "12.5", "0.05", "0"]
