"""What an author of a calculated question should know before a candidate draws its numbers."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from lms_carbon.core.errors import DomainError
from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.kinds.base import half_translated
from lms_carbon.question_bank.kinds.drawing import MAX_CHOICES, Choices, places_in
from lms_carbon.question_bank.kinds.errors import UnreadableExpressionError, UnreadableNumberError
from lms_carbon.question_bank.kinds.expressions import FUNCTIONS, NAME, Expression, read_condition, read_formula
from lms_carbon.question_bank.kinds.numeric import check_numbers, check_units
from lms_carbon.question_bank.kinds.reasons import Problem, Reason

_NO_NAME: Final = mark("A name is a letter, and after it letters and digits; “{name}” is none.")
_TAKEN: Final = mark("The name {name} is taken already.")
_UNKNOWN: Final = mark("There is no variable {name}.")
_NOT_SHOWN: Final = mark("The formula needs {name}, but the text does not give it.")
Content = Mapping[str, Any]


def check_calculated(content: Content) -> list[Problem]:
    """Return the problems that need no drawing."""
    found = half_translated("explanation", content.get("explanation"))
    found += check_numbers({**content, "value": "1"}) + check_units(content)
    names = [variable["name"] for variable in content["variables"]]
    if not names:
        found.append(Problem("variables", Reason(mark("At least one variable is needed."))))
    for row, variable in enumerate(content["variables"], start=1):
        found += _check_variable(f"variable-{row}", variable, names[: row - 1])
    if not content["formula"].strip():
        return [*found, Problem("formula", Reason(mark("A formula is needed here.")))]
    formula = _check_expression("formula", content["formula"], names, found)
    for text in content["constraints"]:
        _check_expression("constraints", text, names, found)
    return found + list(_check_places(content, names, formula))


def _check_variable(field: str, variable: Mapping[str, Any], taken: Collection[str]) -> list[Problem]:
    name = variable["name"]
    if not re.fullmatch(NAME, name) or name in FUNCTIONS or name == "answer":
        return [Problem(f"{field}-name", Reason(_NO_NAME, {"name": name}))]
    if name in taken:
        return [Problem(f"{field}-name", Reason(_TAKEN, {"name": name}))]
    try:
        count = len(Choices(variable))
    except UnreadableNumberError as error:
        if not any(variable.get(part) for part in ("min", "max", "step", "values")):
            return [Problem(f"{field}-min", Reason(mark("Give a range with a step, or values.")))]
        return [Problem(f"{field}-min", Reason(error.sentence, error.params))]
    if not count:
        return [Problem(f"{field}-max", Reason(mark("A range goes upwards, in steps of more than 0.")))]
    if count > MAX_CHOICES:
        return [Problem(f"{field}-step", Reason(mark("These are too many numbers; take larger steps.")))]
    return []


def _check_expression(field: str, text: str, names: Collection[str], found: list[Problem]) -> Expression | None:
    try:
        read = read_formula(text) if field == "formula" else read_condition(text)
    except UnreadableExpressionError as error:
        found.append(Problem(field, _reason(error)))
        return None
    unknown = sorted(read.names.difference(names))
    found += [Problem(field, Reason(_UNKNOWN, {"name": name})) for name in unknown]
    return read


def _check_places(content: Content, names: Collection[str], formula: Expression | None) -> Iterator[Problem]:
    for language in LANGUAGES:
        stem = content["stem"].get(language, "")
        shown = places_in(stem)
        for name in shown:
            if name not in names:
                yield Problem(f"stem-{language}", Reason(_UNKNOWN, {"name": name}))
        for name in sorted(formula.names if formula and stem else ()):
            if name in names and name not in shown:
                yield Problem(f"stem-{language}", Reason(_NOT_SHOWN, {"name": name}))
        for name in places_in((content.get("explanation") or {}).get(language, "")):
            if name not in names and name != "answer":
                yield Problem(f"explanation-{language}", Reason(_UNKNOWN, {"name": name}))


def _reason(error: DomainError) -> Reason:
    return Reason(error.sentence, error.params)
