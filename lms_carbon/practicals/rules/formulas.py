"""Formulas of checkpoints: arithmetic over the data set, in exact fractions.

simpleeval walks the expression; what it knows here is cut down to names, numbers, + - * /, and the functions below.
A floating-point number never comes in: literals are read by their digits.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from simpleeval import SimpleEval

from lms_carbon.practicals.errors import FormulaError

Column = tuple[Fraction | None, ...]
"""A column of a data set; None where a reading is missing."""
Value = Fraction | Column

_MAX_LENGTH: Final = 500
_OPERATORS: Final[Mapping[type, Callable[..., Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.USub: operator.neg,
}


def _present(column: Column) -> list[Fraction]:
    return [value for value in column if value is not None]


def _total(column: Column) -> Fraction:
    return sum(_present(column), Fraction(0))


def _by_row(combine: Callable[[Fraction, Fraction], Fraction]) -> Callable[[Column, Column], Column]:
    def rows(one: Column, other: Column) -> Column:
        return tuple(None if a is None or b is None else combine(a, b) for a, b in zip(one, other, strict=True))

    return rows


FUNCTIONS: Final[Mapping[str, Callable[..., Value]]] = {
    "total": _total,
    "mean": lambda column: _total(column) / len(_present(column)),
    "largest": lambda column: max(_present(column)),
    "smallest": lambda column: min(_present(column)),
    "plus": _by_row(operator.add),
    "minus": _by_row(operator.sub),
    "times": _by_row(operator.mul),
    "ratio": _by_row(operator.truediv),
}
"""`total`, `mean`, `largest`, `smallest` of a column, missing readings left out; the others work row by row."""


class _Exact(SimpleEval):
    """Names, numbers, arithmetic and calls of `FUNCTIONS`; nothing else is an expression."""

    def __init__(self, names: Mapping[str, Value]) -> None:
        super().__init__(operators=dict(_OPERATORS), functions=dict(FUNCTIONS), names=dict(names))
        kept = (ast.Expr, ast.Name, ast.UnaryOp, ast.BinOp, ast.Call)
        self.nodes = {kind: self.nodes[kind] for kind in kept} | {ast.Constant: self._number}

    @staticmethod
    def _number(node: ast.Constant) -> Fraction:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise TypeError("only numbers are constants")
        return Fraction(str(node.value))


def evaluate(formula: str, names: Mapping[str, Value]) -> Fraction:
    """Return what a formula gives over the named values. Raises `FormulaError` saying which formula and why."""
    if len(formula) > _MAX_LENGTH:
        raise FormulaError("a formula has at most 500 characters")
    try:
        found = _Exact(names).eval(" ".join(formula.split()))
    except Exception as problem:
        raise FormulaError(f"{formula}: {problem}") from problem
    if not isinstance(found, Fraction):
        raise FormulaError(f"{formula}: gives no single number")
    return found
