"""Formulas: exact, and nothing but arithmetic."""

from fractions import Fraction

import pytest

from lms_carbon.practicals.errors import FormulaError
from lms_carbon.practicals.rules.formulas import Value, evaluate

NAMES: dict[str, Value] = {
    "a": Fraction(1, 3),
    "grid": (Fraction(3), None, Fraction(5)),
    "output": (Fraction(2), Fraction(4), Fraction(10)),
}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("a * 3", Fraction(1)),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("-(44 / 12)", Fraction(-11, 3)),
        ("total(grid)", Fraction(8)),
        ("mean(grid)", Fraction(4)),
        ("largest(ratio(grid, output))", Fraction(3, 2)),
        ("smallest(minus(output, grid))", Fraction(-1)),
        ("total(times(plus(grid, grid), output))", Fraction(112)),
        ("total(grid)\n  + 1", Fraction(9)),
    ],
)
def test_formulas_are_exact(formula: str, value: Fraction) -> None:
    assert evaluate(formula, NAMES) == value


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "b + 1",
        "grid",
        "a / 0",
        "2 ** 100000",
        "'text'",
        "True",
        "a if a else 1",
        "grid[0]",
        "a.numerator",
        "__import__('os')",
        "open('x')",
        "a < 1",
        "total",
        "a + " * 200 + "a",
    ],
)
def test_what_is_no_arithmetic_is_refused(formula: str) -> None:
    with pytest.raises(FormulaError):
        evaluate(formula, NAMES)
