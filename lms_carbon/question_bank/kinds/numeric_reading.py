"""Reading a numeric answer against its key: unit, conversion, tolerance. Exact fractions throughout."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.base import Content
from lms_carbon.question_bank.kinds.numbers import read_number, round_digits, split_number, write_number
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.kinds.units import conversion, unit_label

NO_UNIT = mark("The unit is missing.")
NO_CONVERSION = mark("{given} does not convert to {unit}.")
NO_UNIT_WANTED = mark("A number without a unit is asked for; {given} is a unit.")
NOT_ACCEPTED = mark("The unit {given} is not among those asked for.")


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer in the key's unit, and whether that took a conversion."""

    value: Fraction
    converted: bool


def offered_units(content: Content) -> list[str]:
    """Return the units to pick from. Sorted, because the key's own place must not tell it from the others."""
    if not content["unit"]:
        return []
    own = [content["unit"], *content["accepted_units"]]
    if content["offered_units"]:
        return sorted({*content["offered_units"], *own})
    return sorted(set(own)) if content["accepted_units"] else []


def split_answer(content: Content, response: Mapping[str, str | None]) -> tuple[Decimal, str]:
    """Return the number and the unit meant: one written after the number goes before the one picked."""
    number, written = split_number(response["value"] or "")
    offered = offered_units(content)
    assumed = offered[0] if len(offered) == 1 else ""
    return number, written or response["unit"] or assumed


def read_answer(content: Content, response: Mapping[str, str | None]) -> Reading | Reason:
    """Return the answer in the key's unit, or why it is none.

    Raises UnreadableNumberError, UnknownUnitError.
    """
    number, unit = split_answer(content, response)
    key_unit = content["unit"]
    if not unit:
        return Reason(NO_UNIT) if key_unit else Reading(Fraction(number), converted=False)
    factor = conversion(unit, key_unit)
    if factor is None:
        if not key_unit:
            return Reason(NO_UNIT_WANTED, {"given": unit_label(unit)})
        return Reason(NO_CONVERSION, {"given": unit_label(unit), "unit": unit_label(key_unit)})
    accepted = [key_unit, *content["accepted_units"]]
    if content["accepted_units"] and not any(conversion(unit, each) == 1 for each in accepted):
        return Reason(NOT_ACCEPTED, {"given": unit_label(unit)})
    return Reading(Fraction(number) * factor, converted=factor != 1)


def equal_at_digits(value: Fraction, key: Fraction, digits: int) -> bool:
    """Tell whether two numbers are the same when both are rounded half up to significant digits."""
    return round_digits(value, digits) == round_digits(key, digits)


def tolerance_of(content: Content, key: Fraction) -> tuple[Fraction, str]:
    """Return the tolerance in the key's unit and as printed."""
    written = content["tolerance"]["value"]
    value = Fraction(read_number(written))
    if content["tolerance"]["kind"] == "relative":
        return abs(key) * value / 100, f"{written} %"
    return value, f"{written} {unit_label(content['unit'] or '')}".strip()


def show_off(off: Fraction, content: Content, key: Fraction) -> str:
    """Return a difference as printed: in percent where the tolerance is, else in the key's unit."""
    if content["tolerance"]["kind"] == "relative" and key:
        return f"{_rounded(off / abs(key) * 100)} %"
    return f"{_rounded(off)} {unit_label(content['unit'] or '')}".strip()


def _rounded(value: Fraction) -> str:
    """Return three significant digits: the page says how far off, not how exactly."""
    number = Decimal(value.numerator) / Decimal(value.denominator)
    return write_number(Decimal(f"{number:.3g}"))
