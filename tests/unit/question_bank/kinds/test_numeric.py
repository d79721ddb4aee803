"""Numbers with units: what is read, what converts, and the exact borders of a tolerance."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_carbon.question_bank.kinds.errors import UnreadableNumberError
from lms_carbon.question_bank.kinds.numbers import read_number, split_number, write_number
from lms_carbon.question_bank.kinds.registry import KINDS
from tests.unit.question_bank.contents import content

NUMERIC = KINDS["numeric"]


def _earns(raw: object, **changes: object) -> tuple[int, str]:
    example = content("numeric", **changes)
    score = NUMERIC.score(example, NUMERIC.normalise_response(example, raw), 5000)
    return score.earned, str(score.why)


@pytest.mark.parametrize(
    "text",
    [
        "32368",
        "3.2368e4",
        "3.2368E+4",
        "32,368",
        "32，368",
        "32 368",
        "３２３６８",
        "32368.0",
        "3.2368×10^4",
        "3.2368×10⁴",
        "+32368",
        " 32368 ",
        "32\u202f368",
        "3.2368*10^4",
        "323.68e2",
    ],
)
def test_one_number_in_many_hands(text: str) -> None:
    assert read_number(text) == 32368


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "NaN",
        "nan",
        "inf",
        "-Infinity",
        "1e999",
        "1e31",
        "1e-999999999",
        "0x10",
        "3,5",
        "1,23,456",
        "1.2.3",
        "--5",
        "1e",
        "e5",
        "12 48",
        "1" * 31,
        "1" * 500,
        "1/3",
        "٣",
        "一",
        "5 t",
        "1_000",
        "1e5.5",
        ".",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(UnreadableNumberError):
        read_number(text)


def test_a_number_may_carry_its_unit() -> None:
    assert split_number("2.5t") == (Decimal("2.5"), "t")
    assert split_number("３.５万吨") == (Decimal("3.5"), "万吨")
    assert split_number("12.5 10^4 m3") == (Decimal("12.5"), "10^4 m3")
    assert split_number("0.026 41 tC/GJ") == (Decimal("0.02641"), "tC/GJ")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_numbers_are_read_exactly(number: Decimal) -> None:
    assert read_number(str(number)) == number
    assert read_number(write_number(number)) == number
    assert read_number(f"{number:,}") == number


@given(st.text(max_size=70))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        number, _ = split_number(text)
    except UnreadableNumberError:
        return
    assert number.is_finite()
    assert not number or abs(number.adjusted()) <= 30


def test_the_try_it_table_of_the_design() -> None:
    assert _earns("32368 tCO2") == (5000, "Equal to the correct value.")
    assert _earns("32367.6 tCO2") == (5000, "Off by 0.00124 %, within the tolerance of 0.5 %.")
    assert _earns({"value": "3.2368e7", "unit": "kgCO2"}) == (
        5000,
        "Equal to the correct value after conversion to tCO₂.",
    )
    assert _earns("8827.5 tC") == (0, "tC does not convert to tCO₂.")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("33000 tCO2", "Off by 1.95 %, outside the tolerance of 0.5 %."),
        ("32368", "The unit is missing."),
        ("32368 foo", "The unit “foo” is not known."),
        ("3.2e", "The unit “e” is not known."),
        ("NaN", "“NaN” cannot be read as a number."),
        ("32.368 ktCO2", "The unit ktCO₂ is not among those asked for."),
    ],
)
def test_why_an_answer_earns_nothing(raw: str, why: str) -> None:
    assert _earns(raw) == (0, why)


def test_a_half_typed_answer_is_kept_and_remarked_on() -> None:
    example = content("numeric")
    response = NUMERIC.normalise_response(example, {"value": "3.", "unit": ""})
    assert NUMERIC.is_answered(example, response)
    assert str(NUMERIC.remark(example, response)) == "The unit is missing."
    assert str(NUMERIC.remark(example, {"value": "-", "unit": None})) == "“-” cannot be read as a number."
    assert NUMERIC.remark(example, {"value": "1", "unit": "kgCO2"}) is None


def test_the_unit_written_goes_before_the_unit_picked() -> None:
    assert _earns({"value": "32368000 kgCO2", "unit": "tCO2"})[0] == 5000


def test_a_single_unit_on_offer_is_taken_as_meant() -> None:
    alone = {"offered_units": ["tCO2"], "accepted_units": []}
    assert _earns("32368", **alone)[0] == 5000
    assert _earns("32368000 kgCO2", **alone)[0] == 5000


def test_a_bare_number_takes_no_unit_but_percent() -> None:
    bare = {
        "value": "0.25",
        "unit": None,
        "accepted_units": [],
        "offered_units": [],
        "tolerance": {"kind": "absolute", "value": "0"},
    }
    assert _earns(0.25, **bare)[0] == 5000
    assert _earns("25 %", **bare)[0] == 5000
    assert _earns("0.25 t", **bare) == (0, "A number without a unit is asked for; t is a unit.")


_numbers = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**6), max_value=10**6)


@given(value=_numbers, tolerance=st.decimals(min_value=0, max_value=1000, places=3), answer=_numbers)
def test_absolute_tolerance_against_fractions(value: Decimal, tolerance: Decimal, answer: Decimal) -> None:
    earned, _ = _earns(
        f"{answer} t",
        value=str(value),
        unit="t",
        accepted_units=[],
        offered_units=[],
        tolerance={"kind": "absolute", "value": str(tolerance)},
    )
    assert (earned == 5000) == (abs(Fraction(answer) - Fraction(value)) <= Fraction(tolerance))


@given(
    value=_numbers.filter(bool),
    percent=st.decimals(min_value=0, max_value=100, places=3),
    sign=st.sampled_from([1, -1]),
)
def test_the_borders_of_a_relative_tolerance_are_within(value: Decimal, percent: Decimal, sign: int) -> None:
    relative = {
        "unit": "t",
        "accepted_units": [],
        "offered_units": [],
        "tolerance": {"kind": "relative", "value": str(percent)},
    }
    border = value + sign * abs(value) * percent / 100
    beyond = border + sign * Decimal("1e-12")
    assert _earns(f"{border:f} t", value=str(value), **relative)[0] == 5000
    assert _earns(f"{border * 1000:f} kg", value=str(value), **relative)[0] == 5000
    assert _earns(f"{beyond:f} t", value=str(value), **relative)[0] == 0


def test_borders_survive_a_conversion_that_has_no_end_in_decimals() -> None:
    # 1 MWh = 3.6 GJ: 1 GJ is 0.2777… MWh, which no decimal holds.
    sharp = {
        "value": "2.5",
        "unit": "MWh",
        "accepted_units": [],
        "offered_units": [],
        "tolerance": {"kind": "absolute", "value": "0"},
    }
    assert _earns("9 GJ", **sharp)[0] == 5000
    assert _earns("9.0000000001 GJ", **sharp)[0] == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": ""}, "value"),
        ({"value": "many"}, "value"),
        ({"unit": "foo"}, "unit"),
        ({"unit": None}, "unit"),
        ({"accepted_units": ["GJ"]}, "accepted_units"),
        ({"offered_units": ["foo"]}, "offered_units"),
        ({"tolerance": {"kind": "absolute", "value": "-1"}}, "tolerance"),
        ({"tolerance": {"kind": "absolute", "value": "x"}}, "tolerance"),
        ({"value": "0"}, "tolerance"),
    ],
)
def test_what_keeps_a_number_a_draft(changes: dict[str, object], field: str) -> None:
    problems = NUMERIC.check_content(content("numeric", **changes))
    assert field in {problem.field for problem in problems if problem.blocking}


def test_the_units_on_offer_hold_the_key_among_others_in_a_neutral_order() -> None:
    view = NUMERIC.candidate_view(content("numeric"), "en")
    assert [(unit.value, unit.label) for unit in view.units] == [("kgCO2", "kgCO₂"), ("tC", "tC"), ("tCO2", "tCO₂")]  # type: ignore[attr-defined]
