"""A number with its unit: value, tolerance, units taken and units offered. All numbers are decimal strings.

An answer is `{"value": text as typed, "unit": text or null}`: a half-typed `3.2e` is kept, because losing an answer
is worse than holding one that cannot be read yet; it earns nothing until it reads as a number.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.base import (
    CandidateView,
    Content,
    Form,
    Kind,
    Response,
    Reveal,
    half_translated,
    texts_for_form,
    texts_from_form,
)
from lms_carbon.question_bank.kinds.bilingual import show
from lms_carbon.question_bank.kinds.errors import (
    ResponseShapeError,
    UnknownUnitError,
    UnreadableNumberError,
)
from lms_carbon.question_bank.kinds.numbers import MAX_TEXT, read_number
from lms_carbon.question_bank.kinds.numeric_reading import (
    NO_CONVERSION,
    NO_UNIT,
    equal_at_digits,
    offered_units,
    read_answer,
    show_off,
    split_answer,
    tolerance_of,
)
from lms_carbon.question_bank.kinds.reasons import Problem, Reason, Score
from lms_carbon.question_bank.kinds.schemas import ContentSchema, NumericSchema
from lms_carbon.question_bank.kinds.units import conversion, read_unit, unit_label

EQUAL = mark("Equal to the correct value.")
CONVERTED = mark("Equal to the correct value after conversion to {unit}.")
WITHIN = mark("Off by {off}, within the tolerance of {tolerance}.")
OUTSIDE = mark("Off by {off}, outside the tolerance of {tolerance}.")
SAME_DIGITS = mark("Equal to the correct value when both are rounded to {digits} significant digits.")
OTHER_DIGITS = mark("Not equal to the correct value when both are rounded to {digits} significant digits.")
MAX_DIGITS = 15
_MAX_UNIT = 40


@dataclass(frozen=True, slots=True)
class UnitOption:
    """A unit to pick: what is sent, and how it is printed."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumericView(CandidateView):
    """`units` are offered to pick from; with `wants_unit` and none offered, the candidate writes it."""

    wants_unit: bool
    units: tuple[UnitOption, ...]


class Numeric(Kind):
    """All or nothing, within the tolerance; the borders count as within."""

    name = "numeric"
    title = mark("Number with unit")
    content_schema: ClassVar[type[ContentSchema]] = NumericSchema

    def check_answer(self, content: Content) -> list[Problem]:
        """The value and the tolerance read as numbers, the units are known and of one kind."""
        found = half_translated("explanation", content.get("explanation"))
        found += check_numbers(content) + check_units(content)
        if not found or all(not problem.blocking for problem in found):
            key = self.key_response(content)
            if self.score(content, key, 1000).earned != 1000:
                found.append(Problem("value", Reason(mark("The correct value would not earn its points."))))
        return found

    def normalise_response(self, content: Content, raw: object) -> dict[str, str | None] | None:
        """Return `{"value", "unit"}` as typed; a bare number or text is a value; blank is no answer."""
        if isinstance(raw, Mapping):
            if not set(raw) <= {"value", "unit"}:
                raise ResponseShapeError
            value, unit = _typed(raw.get("value"), MAX_TEXT), _typed(raw.get("unit"), _MAX_UNIT)
        else:
            value, unit = _typed(raw, MAX_TEXT), ""
        return {"value": value, "unit": unit or None} if value else None

    def response_from_form(self, form: Form, slot: str) -> object:
        """Return the two fields `slot-n` and `slot-n-unit`."""
        return {"value": form.get(slot, ""), "unit": form.get(f"{slot}-unit", "")}

    def remark(self, content: Content, response: Response) -> Reason | None:
        """Say when the answer does not read as a number, or its unit is missing or unknown."""
        if response is None:
            return None
        try:
            _, unit = split_answer(content, response)
            if unit:
                read_unit(unit)
        except (UnreadableNumberError, UnknownUnitError) as error:
            return Reason(error.sentence, error.params)
        return Reason(NO_UNIT) if content["unit"] and not unit else None

    def score_answer(self, content: Content, response: Response, points: int) -> Score:
        """Read, convert, compare in exact fractions."""
        try:
            reading = read_answer(content, response)
        except (UnreadableNumberError, UnknownUnitError) as error:
            return Score(0, Reason(error.sentence, error.params))
        if isinstance(reading, Reason):
            return Score(0, reading)
        key = self.key_value(content)
        off = abs(reading.value - key)
        if not off:
            unit = unit_label(content["unit"] or "")
            return Score(points, Reason(CONVERTED, {"unit": unit}) if reading.converted else Reason(EQUAL))
        if content["tolerance"]["kind"] == "significant":
            digits = int(content["tolerance"]["value"])
            same = equal_at_digits(reading.value, key, digits)
            return Score(points if same else 0, Reason(SAME_DIGITS if same else OTHER_DIGITS, {"digits": digits}))
        allowed, told = tolerance_of(content, key)
        params = {"off": show_off(off, content, key), "tolerance": told}
        return Score(points, Reason(WITHIN, params)) if off <= allowed else Score(0, Reason(OUTSIDE, params))

    def key_value(self, content: Content) -> Fraction:
        """Return the correct value, exactly."""
        return Fraction(read_number(content["value"]))

    def key_text(self, content: Content) -> str:
        """Return the correct value as it is printed."""
        return str(content["value"])

    def key_response(self, content: Content) -> dict[str, str | None]:
        """Return the value in the key's own unit."""
        return {"value": self.key_text(content), "unit": content["unit"] or None}

    def candidate_view(self, content: Content, language: str, *, seed: str = "") -> NumericView:
        """Return the stem and the units to pick from, in an order that tells nothing."""
        return NumericView(
            kind=self.name,
            language=language,
            stem=show(content["stem"], language),
            wants_unit=bool(content["unit"]),
            units=tuple(UnitOption(unit, unit_label(unit)) for unit in offered_units(content)),
        )

    def reveal(self, content: Content, response: Response, points: int, language: str) -> Reveal:
        """Return the score, the value with its unit, and the explanation."""
        return Reveal(
            score=self.score(content, response, points),
            possible=points,
            key=f"{self.key_text(content)} {unit_label(content['unit'] or '')}".strip(),
            explanation=show(content.get("explanation"), language),
        )

    def plain_lines(self, content: Content, language: str) -> Sequence[str]:
        """Return room for the number, and its unit where it is given."""
        units = [unit_label(unit) for unit in offered_units(content)]
        return ("________ " + " / ".join(units),) if units else ("________________",)

    def parse_form(self, form: Form) -> dict[str, Any]:
        """Return raw content; lists of units are comma-separated."""
        return {
            "stem": texts_from_form(form, "stem"),
            "explanation": texts_from_form(form, "explanation"),
            "value": form.get("value", "").strip(),
            "unit": form.get("unit", "").strip() or None,
            "accepted_units": listed_units(form.get("accepted_units", "")),
            "offered_units": listed_units(form.get("offered_units", "")),
            "tolerance": {
                "kind": form.get("tolerance_kind", "absolute"),
                "value": form.get("tolerance", "").strip() or "0",
            },
        }

    def form_values(self, content: Content) -> dict[str, Any]:
        """Return texts, numbers as written, and lists of units joined."""
        tolerance = content.get("tolerance") or {"kind": "absolute", "value": "0"}
        return {
            "stem": texts_for_form(content.get("stem")),
            "explanation": texts_for_form(content.get("explanation")),
            "value": content.get("value", ""),
            "unit": content.get("unit") or "",
            "accepted_units": ", ".join(content.get("accepted_units", [])),
            "offered_units": ", ".join(content.get("offered_units", [])),
            "tolerance_kind": tolerance["kind"],
            "tolerance": tolerance["value"],
        }


def _typed(raw: object, limit: int) -> str:
    """Return text as typed, trimmed; a JSON number as its digits. Raises ResponseShapeError."""
    if raw is None:
        return ""
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**30:
        return str(raw)
    if isinstance(raw, float) and math.isfinite(raw):
        return repr(raw)
    if not isinstance(raw, str) or len(raw) > limit:
        raise ResponseShapeError
    text = " ".join(raw.split())
    if not text.isprintable():
        raise ResponseShapeError
    return text


def listed_units(text: str) -> list[str]:
    """Return what an author wrote with commas between."""
    return [unit.strip() for unit in text.replace("，", ",").replace("、", ",").split(",") if unit.strip()]


def check_numbers(content: Content) -> list[Problem]:
    """Return the problems of value and tolerance."""
    found: list[Problem] = []
    numbers: dict[str, Decimal] = {}
    for name, text in (("value", content["value"]), ("tolerance", content["tolerance"]["value"])):
        if not text.strip():
            found.append(Problem(name, Reason(mark("A number is needed here."))))
            continue
        try:
            numbers[name] = read_number(text)
        except UnreadableNumberError as error:
            found.append(Problem(name, Reason(error.sentence, error.params)))
    if content["tolerance"]["kind"] == "significant" and "tolerance" in numbers:
        return found + _check_digits(numbers["tolerance"])
    if numbers.get("tolerance", Decimal(0)) < 0:
        found.append(Problem("tolerance", Reason(mark("A tolerance is 0 or more."))))
    if content["tolerance"]["kind"] == "relative" and numbers.get("value") == 0:
        found.append(
            Problem(
                "tolerance",
                Reason(mark("A tolerance in percent of 0 is nothing; give it in units.")),
            )
        )
    return found


def _check_digits(tolerance: Decimal) -> list[Problem]:
    if tolerance == tolerance.to_integral_value() and 1 <= tolerance <= MAX_DIGITS:
        return []
    return [Problem("tolerance", Reason(mark("Significant digits are a whole number from 1 to 15.")))]


def check_units(content: Content) -> list[Problem]:
    """Return the problems of the units: unknown ones, and those that do not convert."""
    found: list[Problem] = []
    listed = [("accepted_units", unit) for unit in content["accepted_units"]]
    listed += [("offered_units", unit) for unit in content["offered_units"]]
    own = [("unit", content["unit"])] if content["unit"] else []
    if listed and not own:
        found.append(Problem("unit", Reason(mark("Units are listed, but the correct value has none."))))
    for name, unit in own + listed:
        try:
            read_unit(unit)
        except UnknownUnitError as error:
            found.append(Problem(name, Reason(error.sentence, error.params)))
    if found or not own:
        return found
    for unit in content["accepted_units"]:
        if conversion(unit, content["unit"]) is None:
            params = {"given": unit_label(unit), "unit": unit_label(content["unit"])}
            found.append(Problem("accepted_units", Reason(NO_CONVERSION, params)))
    return found
