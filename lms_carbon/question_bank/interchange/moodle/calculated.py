"""Moodle's calculated questions: `{a}` in text and formula, and the values that were drawn for it."""

import re
from typing import Any, Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.interchange.moodle.fields import Content, Element, Fields
from lms_carbon.question_bank.interchange.shapes import (
    ANSWERS_LOST,
    NO_ANSWER,
    WHOLE,
    note_feedback,
    readable,
    units_content,
    worth_of,
)
from lms_carbon.question_bank.kinds.expressions import NAME
from lms_carbon.question_bank.kinds.number_schemas import MAX_DIGITS, MAX_VALUES
from lms_carbon.question_bank.kinds.numbers import read_number, write_number

NO_VALUES: Final = mark("There are no values for what stands in braces.")
TEXT_COMPUTES: Final = mark("Its text computes with what is drawn, which is not read.")
DRAWN_APART: Final = mark("Numbers are drawn each by itself, where Moodle draws them together.")
VALUES_LOST: Final = mark("Only the first {limit} values of a number are kept.")
GEOMETRIC_LOST: Final = mark("A geometric tolerance is not kept; the exact number is asked for.")
_NAMED: Final = re.compile(r"\{([^{}=]{1,60})\}")


def units_of(fields: Fields) -> list[tuple[str, str]]:
    """Return names of units and how many of each make one of the first."""
    units = [
        ((unit.findtext("unit_name") or "").strip(), (unit.findtext("multiplier") or "1").strip())
        for unit in fields.element.iterfind("units/unit")
    ]
    return [unit for unit in units if unit[0]]


def read_calculated(fields: Fields) -> Content | str:
    """Return a question whose numbers are drawn."""
    stem = fields.html(fields.element.find("questiontext"))
    if any("{=" in text for text in stem.values()):
        return TEXT_COMPUTES
    answers = fields.element.findall("answer")
    right = [each for each in answers if worth_of(each.get("fraction") or "0") >= WHOLE]
    if not right:
        return NO_ANSWER
    if len(answers) > 1:
        fields.losses.add(ANSWERS_LOST)
    note_feedback(fields.rows(typed=True), fields.losses)
    formula = (right[0].findtext("text") or "").strip()
    names, variables = _variables(fields)
    wanted = {each.strip() for text in (formula, *stem.values()) for each in _NAMED.findall(text)}
    if not wanted <= set(names):
        return NO_VALUES
    if len(variables) > 1:
        fields.losses.add(DRAWN_APART)
    content = {
        "stem": {
            language: _NAMED.sub(lambda one: f"{{{{{names[one[1].strip()]}}}}}", text)
            for language, text in stem.items()
        },
        "variables": variables,
        "formula": _NAMED.sub(lambda one: names[one[1].strip()], formula),
        **_precision(right[0], fields),
    }
    return "calculated", content | units_content(units_of(fields), fields.losses)


def _variables(fields: Fields) -> tuple[dict[str, str], list[dict[str, Any]]]:
    names: dict[str, str] = {}
    variables = []
    for number, definition in enumerate(fields.element.iterfind("dataset_definitions/dataset_definition"), 1):
        called = (definition.findtext("name/text") or "").strip()
        values = [(item.findtext("value") or "").strip() for item in definition.iterfind("dataset_items/dataset_item")]
        values = list(dict.fromkeys(write_number(read_number(value)) for value in values if readable(value)))
        if not values or called in names:
            continue
        if len(values) > MAX_VALUES:
            fields.losses.add(VALUES_LOST, limit=MAX_VALUES)
        names[called] = called if re.fullmatch(NAME, called) else f"v{number}"
        variables.append({"name": names[called], "values": values[:MAX_VALUES]})
    return names, variables


def _precision(answer: Element, fields: Fields) -> dict[str, Any]:
    tolerance, kind = (answer.findtext("tolerance") or "0").strip(), (answer.findtext("tolerancetype") or "1").strip()
    found: dict[str, Any] = {"tolerance": {"kind": "absolute", "value": "0"}}
    if kind == "3":
        fields.losses.add(GEOMETRIC_LOST)
    elif readable(tolerance) and kind == "1":
        found["tolerance"] = {"kind": "relative", "value": write_number(read_number(tolerance) * 100)}
    elif readable(tolerance):
        found["tolerance"] = {"kind": "absolute", "value": tolerance}
    length = (answer.findtext("correctanswerlength") or "").strip()
    if (answer.findtext("correctanswerformat") or "").strip() == "2" and length.isdecimal():
        found["digits"] = min(max(int(length), 1), MAX_DIGITS)
    return found
