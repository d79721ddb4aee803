"""Formulas of calculated questions: a small language of numbers, read by a whitelist, computed in exact fractions.

`E = m * 44 / 12` needs no more than names, numbers, `+ - * / ^`, brackets and a few functions. Powers with whole
exponents stay exact; roots, logarithms and `exp` are computed to 50 digits, the same on every machine.
"""

import ast
import decimal
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from lms_carbon.question_bank.kinds.errors import NoValueError, UnreadableExpressionError
from lms_carbon.question_bank.kinds.numbers import fold, round_places

MAX_LENGTH: Final = 300
NAME: Final = r"[A-Za-z][A-Za-z0-9_]{0,15}"
_MAX_NODES: Final = 120
_MAX_BITS: Final = 4096
"""Of a numerator or denominator: some 1200 digits, so that no power runs away with the machine."""
_MAX_EXPONENT: Final = 64
_DIGITS: Final = decimal.Context(prec=50, Emax=10_000, Emin=-10_000)
_SIGNS: Final = str.maketrans({"÷": "/", "（": "(", "）": ")", "，": ","})
_NUMBER: Final = re.compile(r"(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?")
Numbers = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Expression:
    """A formula that was read: what it is called by, and the names it needs."""

    text: str
    tree: ast.expr
    source: str
    names: frozenset[str]

    def value(self, numbers: Numbers) -> Fraction:
        """Return what it comes to. Raises `NoValueError`: a division by 0, the root of −1, a number beyond reason."""
        try:
            return _value(self.tree, self.source, numbers)
        except (ZeroDivisionError, decimal.DecimalException, OverflowError) as problem:
            raise NoValueError(text=self.text) from problem

    def holds(self, numbers: Numbers) -> bool:
        """Tell whether a condition holds; one that has no value does not."""
        try:
            return _holds(self.tree, self.source, numbers)
        except (NoValueError, ZeroDivisionError, decimal.DecimalException, OverflowError):
            return False


@lru_cache(maxsize=512)
def read_formula(text: str) -> Expression:
    """Return a formula that comes to a number. Raises `UnreadableExpressionError`."""
    return _read(text, condition=False)


@lru_cache(maxsize=512)
def read_condition(text: str) -> Expression:
    """Return a condition, `x < 2 * y`, which may be a chain: `0 < x < y`. Raises `UnreadableExpressionError`."""
    return _read(text, condition=True)


def _read(text: str, *, condition: bool) -> Expression:
    # Folding makes `10⁴` into `10^4` and a multiplication sign into a star.
    source = fold(text).translate(_SIGNS).replace("≤", "<=").replace("≥", ">=").replace("≠", "!=").replace("^", "**")
    if not source or len(text) > MAX_LENGTH or not source.isascii():
        raise UnreadableExpressionError(text=text[:MAX_LENGTH])
    try:
        tree = ast.parse(source, mode="eval").body
        nodes = sum(1 for _ in ast.walk(tree))
        names: set[str] = set()
        _check(tree, source, names, condition=condition)
    except (SyntaxError, ValueError, RecursionError, MemoryError, TypeError) as problem:
        raise UnreadableExpressionError(text=text) from problem
    if nodes > _MAX_NODES:
        raise UnreadableExpressionError(text=text)
    return Expression(text, tree, source, frozenset(names))


def _check(node: ast.AST, source: str, names: set[str], *, condition: bool = False) -> None:
    """Let pass what the language has; whatever else Python would read raises ValueError."""
    below: list[ast.expr] = []
    if condition:
        if not isinstance(node, ast.Compare) or not all(type(sign) in _COMPARE for sign in node.ops):
            raise ValueError(node)
        below = [node.left, *node.comparators]
    elif isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        below = [node.left, node.right]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
        below = [node.operand]
    elif isinstance(node, ast.Call):
        below = _checked_call(node)
    elif isinstance(node, ast.Name) and re.fullmatch(NAME, node.id) and node.id not in FUNCTIONS:
        names.add(node.id)
    else:
        _literal(node, source)
    for each in below:
        _check(each, source, names)


def _checked_call(node: ast.Call) -> list[ast.expr]:
    if node.keywords or not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
        raise ValueError(node)
    fewest, most, _ = FUNCTIONS[node.func.id]
    if not fewest <= len(node.args) <= most:
        raise ValueError(node)
    return list(node.args)


def _literal(node: ast.AST, source: str) -> Fraction:
    # From the source, because Python would make a binary float of 0.1.
    written = ast.get_source_segment(source, node) if isinstance(node, ast.Constant) else None
    if written is None or not _NUMBER.fullmatch(written):
        raise ValueError(node)
    return Fraction(Decimal(written))


def _value(node: ast.expr, source: str, numbers: Numbers) -> Fraction:
    if isinstance(node, ast.BinOp):
        result = _BINARY[type(node.op)](_value(node.left, source, numbers), _value(node.right, source, numbers))
    elif isinstance(node, ast.UnaryOp):
        operand = _value(node.operand, source, numbers)
        result = -operand if isinstance(node.op, ast.USub) else operand
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        _, _, act = FUNCTIONS[node.func.id]
        result = act(*(_value(each, source, numbers) for each in node.args))
    elif isinstance(node, ast.Name):
        if node.id not in numbers:
            raise NoValueError(text=node.id)
        result = numbers[node.id]
    else:
        result = _literal(node, source)
    if max(result.numerator.bit_length(), result.denominator.bit_length()) > _MAX_BITS:
        raise OverflowError
    return result


def _holds(node: ast.expr, source: str, numbers: Numbers) -> bool:
    if not isinstance(node, ast.Compare):
        raise TypeError(node)
    values = [_value(each, source, numbers) for each in (node.left, *node.comparators)]
    return all(_COMPARE[type(sign)](values[i], values[i + 1]) for i, sign in enumerate(node.ops))


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator == 1:
        if abs(exponent) > _MAX_EXPONENT:
            raise OverflowError
        return Fraction(base ** int(exponent))
    return _inexact(lambda number: _DIGITS.power(number, _decimal(exponent)))(base)


def _decimal(number: Fraction) -> Decimal:
    return _DIGITS.divide(Decimal(number.numerator), Decimal(number.denominator))


def _inexact(act: Callable[[Decimal], Decimal]) -> Callable[[Fraction], Fraction]:
    def computed(number: Fraction) -> Fraction:
        result = act(_decimal(number))
        if not result.is_finite() or abs(result.adjusted()) > 1000:
            raise OverflowError
        return Fraction(result)

    return computed


def _rounded(number: Fraction, places: Fraction = Fraction(0)) -> Fraction:
    if places.denominator != 1 or abs(places) > 30:
        raise OverflowError
    return round_places(number, int(places))


def _quotient(above: Fraction, below: Fraction) -> Fraction:
    return above / below


_BINARY: Final[Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: _quotient,
    ast.Pow: _power,
}
_COMPARE: Final[Mapping[type[ast.cmpop], Callable[[Fraction, Fraction], bool]]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}
FUNCTIONS: Final[Mapping[str, tuple[int, int, Callable[..., Fraction]]]] = {
    "abs": (1, 1, abs),
    "min": (1, 8, min),
    "max": (1, 8, max),
    "round": (1, 2, _rounded),
    "sqrt": (1, 1, _inexact(_DIGITS.sqrt)),
    "exp": (1, 1, _inexact(_DIGITS.exp)),
    "ln": (1, 1, _inexact(_DIGITS.ln)),
    "log10": (1, 1, _inexact(_DIGITS.log10)),
}
"""Name → fewest and most arguments, and what it does."""
