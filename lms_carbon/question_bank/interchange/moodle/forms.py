"""The kinds of question as the types of question that Moodle has."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from html import escape
from types import MappingProxyType
from typing import Any, Final

from lxml import etree

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.html import is_blank
from lms_carbon.question_bank.interchange.moodle.element import MINIMUM_LOST, Writing
from lms_carbon.question_bank.interchange.texts import Losses, has_han
from lms_carbon.question_bank.kinds.numbers import read_number, write_number
from lms_carbon.question_bank.kinds.units import conversion

NO_FORM: Final = mark("Moodle has no type of question that is like it.")
PENALTY_LOST: Final = mark("What a wrong answer takes off is not kept.")
PENALTY_ROUNDED: Final = mark("What a wrong choice takes off was rounded to what Moodle knows.")
DIGITS_LOST: Final = mark("A tolerance by significant digits is not carried; the exact number is asked for.")
PERCENT_LOST: Final = mark("A tolerance in percent became the same in units.")
OFFERED_LOST: Final = mark("Units to pick from are not kept; those that are taken are.")
FOLDING_LOST: Final = mark("Typed texts are compared letter by letter; width and script of characters count.")
ONE_CHARACTER_LOST: Final = mark("A pattern with a sign for one character cannot be carried.")
ONE_LANGUAGE: Final = mark("Only one language of a text with gaps can be carried.")
CATEGORIES_LOST: Final = mark("Sorting into categories became matching.")

_GAP: Final = re.compile(r"\[\[([a-z][a-z0-9]{0,7})\]\]")
_KNOWN_GRADES: Final = (
    *map(Decimal, (0, 5, 10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 100)),
    *map(Decimal, ("11.11111", "12.5", "14.28571", "16.66667", "33.33333", "66.66667", "83.33333")),
)
"""What an answer may be worth in Moodle, in percent."""


def _write_choices(writing: Writing, worth: Mapping[str, str], *, single: bool) -> bool:
    content = writing.item.content
    writing.add("single", "true" if single else "false")
    writing.add("shuffleanswers", "true" if content.get("shuffle") else "false")
    writing.add("answernumbering", "ABCD")
    for row in content["choices"]:
        answer = writing.answer(worth[row["id"]], writing.joined(row["text"]))
        if row.get("feedback"):
            writing.html("feedback", row["feedback"], below=answer)
    return True


def _single(writing: Writing) -> bool:
    content = writing.item.content
    writing.note_credit()
    if content.get("penalty", "0") != "0":
        writing.losses.add(PENALTY_LOST)
    worth = {row["id"]: "100" if row["id"] in content["correct"] else "0" for row in content["choices"]}
    return _write_choices(writing, worth, single=True)


def _multiple(writing: Writing) -> bool:
    content = writing.item.content
    writing.note_credit()
    count = max(len(content["correct"]), 1)
    penalty = Fraction(content["penalty"]) * 100 if content.get("penalty") else Fraction(100, count)
    if content.get("scoring") == "all_or_nothing":
        penalty = Fraction(100)
    right, wrong = _grade(Fraction(100, count)), _grade(penalty)
    if abs(wrong - Decimal(float(penalty))) > Decimal("0.001"):
        writing.losses.add(PENALTY_ROUNDED)
    worth = {
        row["id"]: str(right) if row["id"] in content["correct"] else f"-{wrong}" if wrong else "0"
        for row in content["choices"]
    }
    return _write_choices(writing, worth, single=False)


def _grade(percent: Fraction) -> Decimal:
    return min(_KNOWN_GRADES, key=lambda known: abs(known - Decimal(float(percent))))


def _true_false(writing: Writing) -> bool:
    right = bool(writing.item.content["correct"])
    for word, worth in (("true", right), ("false", not right)):
        writing.answer("100" if worth else "0", word, kind="moodle_auto_format")
    return True


def _short_text(writing: Writing) -> bool:
    content = writing.item.content
    writing.note_credit()
    writing.add("usecase", "1" if content.get("case_sensitive") else "0")
    if any(has_han(answer["text"]) or not answer["text"].isascii() for answer in content["answers"]):
        writing.losses.add(FOLDING_LOST)
    for answer in content["answers"]:
        writing.answer(answer["credit"], _typed(answer, writing.losses), kind="moodle_auto_format")
    return True


def _typed(answer: Mapping[str, Any], losses: Losses) -> str:
    text = str(answer["text"])
    if not answer.get("pattern"):
        return text.replace("*", r"\*")
    if re.search(r"(?<!\\)\?", text):
        losses.add(ONE_CHARACTER_LOST)
    return text.replace(r"\?", "?")


def _numeric(writing: Writing) -> bool:
    content = writing.item.content
    answer = writing.answer("100", content["value"], kind="moodle_auto_format")
    etree.SubElement(answer, "tolerance").text = _tolerance(content, writing.losses)
    unit = content.get("unit")
    if unit:
        units = etree.SubElement(writing.element, "units")
        _add_unit(units, unit, "1")
        for other in content.get("accepted_units", []):
            size = conversion(other, unit)
            if size:
                _add_unit(units, other, _plain(1 / size))
    if content.get("offered_units"):
        writing.losses.add(OFFERED_LOST)
    return True


def _add_unit(units: "etree._Element", name: str, factor: str) -> None:
    unit = etree.SubElement(units, "unit")
    etree.SubElement(unit, "multiplier").text = factor
    etree.SubElement(unit, "unit_name").text = name


def _plain(number: Fraction) -> str:
    return write_number(Decimal(number.numerator) / Decimal(number.denominator))


def _tolerance(content: Mapping[str, Any], losses: Losses) -> str:
    tolerance = content.get("tolerance") or {"kind": "absolute", "value": "0"}
    if tolerance["kind"] == "significant":
        losses.add(DIGITS_LOST)
        return "0"
    value = read_number(tolerance["value"])
    if tolerance["kind"] == "relative":
        losses.add(PERCENT_LOST)
        value = abs(read_number(content["value"])) * value / 100
        return write_number(value) if value else "0"
    return str(tolerance["value"])


def _matching(writing: Writing) -> bool:
    content = writing.item.content
    options = {option["id"]: option["text"] for option in content["options"]}
    return _write_pairs(writing, [(row["text"], row["option"]) for row in content["rows"]], options)


def _categorising(writing: Writing) -> bool:
    content = writing.item.content
    writing.losses.add(CATEGORIES_LOST)
    options = {option["id"]: option["text"] for option in content["categories"]}
    return _write_pairs(writing, [(row["text"], row["category"]) for row in content["rows"]], options)


def _write_pairs(writing: Writing, pairs: Sequence[tuple[Any, str]], options: Mapping[str, Any]) -> bool:
    writing.note_credit()
    if writing.item.content.get("penalty", "0") != "0":
        writing.losses.add(PENALTY_LOST)
    writing.add("shuffleanswers", "true" if writing.item.content.get("shuffle", True) else "false")
    used = {option for _, option in pairs}
    spare: list[tuple[Any, str]] = [({}, option) for option in options if option not in used]
    for left, option in [*pairs, *spare]:
        row = writing.html("subquestion", left)
        writing.html("answer", options.get(option), below=row)
    return True


def _ordering(writing: Writing) -> bool:
    if writing.item.content.get("minimum", "0") != "0":
        writing.losses.add(MINIMUM_LOST)
    whole = writing.item.content.get("scoring") == "all_or_nothing"
    writing.add("layouttype", "VERTICAL")
    writing.add("selecttype", "ALL")
    writing.add("gradingtype", "ALL_OR_NOTHING" if whole else "ABSOLUTE_POSITION")
    for number, row in enumerate(writing.item.content["rows"], 1):
        writing.answer(f"{number}.0000000", writing.joined(row["text"]))
    return True


def _cloze(writing: Writing) -> bool:
    content = writing.item.content
    writing.note_credit()
    if content.get("penalty", "0") != "0":
        writing.losses.add(PENALTY_LOST)
    if sum(not is_blank(text) for text in content["stem"].values()) > 1:
        writing.losses.add(ONE_LANGUAGE)
    gaps = {gap["id"]: gap for gap in content["gaps"]}
    stem = _GAP.sub(
        lambda found: _gap(gaps[found[1]], writing) if found[1] in gaps else found[0],
        content["stem"].get(writing.language, ""),
    )
    writing.fill(etree.SubElement(writing.element, "questiontext", format="html"), stem)
    return True


def _gap(gap: Mapping[str, Any], writing: Writing) -> str:
    if gap["kind"] == "number":
        tolerance = _tolerance(gap, writing.losses)
        return f"{{{gap['weight']}:NUMERICAL:={gap['value']}:{tolerance}}}"
    if gap["kind"] == "choice":
        language = writing.language
        answers = [
            ("=" if row["id"] == gap["correct"] else "")
            + _escaped(row["text"].get(language) or next(iter(row["text"].values()), ""))
            for row in gap["choices"]
        ]
        return f"{{{gap['weight']}:MULTICHOICE:{'~'.join(answers)}}}"
    answers = [
        f"%{answer['credit']}%{_escaped(escape(_typed(answer, writing.losses), quote=False))}"
        for answer in gap["answers"]
    ]
    kind = "SHORTANSWER_C" if gap.get("case_sensitive") else "SHORTANSWER"
    return f"{{{gap['weight']}:{kind}:{'~'.join(answers)}}}"


def _escaped(text: str) -> str:
    return re.sub(r"([}~#=\\])", r"\\\1", text)


FORMS: Final[Mapping[str, tuple[str, Callable[[Writing], bool]]]] = MappingProxyType(
    {
        "single_choice": ("multichoice", _single),
        "multiple_choice": ("multichoice", _multiple),
        "true_false": ("truefalse", _true_false),
        "short_text": ("shortanswer", _short_text),
        "numeric": ("numerical", _numeric),
        "matching": ("matching", _matching),
        "categorising": ("matching", _categorising),
        "ordering": ("ordering", _ordering),
        "cloze": ("cloze", _cloze),
    }
)
"""Kind → Moodle's type of question, and what fills it."""
