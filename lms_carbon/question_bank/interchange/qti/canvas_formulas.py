"""Canvas's questions with numbers that are drawn: variables with ranges, a formula, a tolerance."""

import re
from fractions import Fraction
from html import escape
from typing import Any, Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.interchange.qti.declarations import read_fraction
from lms_carbon.question_bank.interchange.qti.names import Element, words
from lms_carbon.question_bank.interchange.qti.numbers import decimal_of
from lms_carbon.question_bank.interchange.qti.parts import NO_KEY, NotReadableError
from lms_carbon.question_bank.kinds.expressions import NAME
from lms_carbon.question_bank.kinds.numbers import write_number

SEVERAL_FORMULAS: Final = mark("It has several formulas, one built on the other, which have to be made one first.")
_NAME: Final = re.compile(NAME)
_MOST_DECIMALS: Final = 7


def read_calculated(item: Element) -> dict[str, Any]:
    """Return the content, without its stem, of a calculated question."""
    held = item.find("itemproc_extension/calculated")
    formulas = [words(each) for each in held.iterfind("formulas/formula")] if held is not None else []
    if held is None or not formulas:
        raise NotReadableError(NO_KEY)
    if len(formulas) > 1:
        raise NotReadableError(SEVERAL_FORMULAS)
    place = held.find("formulas")
    decimals = _decimals(place.get("decimal_places") if place is not None else "")
    return {
        "variables": [_variable(each) for each in held.iterfind("vars/var")],
        "formula": formulas[0],
        "tolerance": _tolerance(words(held.find("answer_tolerance")), decimals),
    }


def put_variables(stem: str, content: dict[str, Any]) -> str:
    """Return the stem with `{{x}}` where Canvas has `[x]`."""
    for variable in content["variables"]:
        stem = stem.replace(f"[{escape(variable['name'], quote=False)}]", f"{{{{{variable['name']}}}}}")
    return stem


def _variable(element: Element) -> dict[str, str]:
    name = element.get("name") or ""
    if not _NAME.fullmatch(name):
        raise NotReadableError(NO_KEY)
    step = Fraction(1, 10 ** _decimals(element.get("scale")))
    return {
        "name": name,
        "min": _number(read_fraction(words(element.find("min"))) or Fraction(0)),
        "max": _number(read_fraction(words(element.find("max"))) or Fraction(0)),
        "step": _number(step),
    }


def _tolerance(text: str, decimals: int) -> dict[str, str]:
    relative = text.endswith("%")
    value = read_fraction(text.removesuffix("%")) or Fraction(0)
    if value > 0:
        return {"kind": "relative" if relative else "absolute", "value": _number(value)}
    # Canvas rounds the right answer; what rounds to the same is as right.
    return {"kind": "absolute", "value": _number(Fraction(1, 2 * 10**decimals))}


def _decimals(text: str | None) -> int:
    return min(int(text), _MOST_DECIMALS) if text and text.isascii() and text.isdecimal() and len(text) < 3 else 0


def _number(value: Fraction) -> str:
    return write_number(decimal_of(value)) if value else "0"
