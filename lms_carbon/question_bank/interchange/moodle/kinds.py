"""What each type of question in Moodle becomes here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.interchange.moodle.calculated import read_calculated, units_of
from lms_carbon.question_bank.interchange.moodle.cloze import read_cloze, read_select
from lms_carbon.question_bank.interchange.moodle.fields import Content, Fields
from lms_carbon.question_bank.interchange.shapes import (
    NO_ANSWER,
    choices_content,
    is_empty,
    letters,
    matching_content,
    note_feedback,
    numeric_content,
    short_text_content,
)
from lms_carbon.question_bank.kinds.reasons import Reason

Made = Content | str | Reason
"""Kind and raw content, or why there is none: a message id or a whole sentence."""

NOT_YET: Final = mark("Questions of the type “{type}” are not read.")
ESSAY: Final = mark("Essays are not read: they are marked by people.")
DESCRIPTION: Final = mark("This is a text between questions and no question.")
RANDOM: Final = mark("This draws a question at random and is no question itself.")


def _choices(fields: Fields) -> Made:
    rows = fields.rows()
    if not rows:
        return NO_ANSWER
    single = fields.word("single", "true") in {"true", "1"}
    shuffle = fields.word("shuffleanswers", "true") in {"true", "1"}
    stem = fields.html(fields.element.find("questiontext"))
    return choices_content(stem, rows, single=single, shuffle=shuffle, losses=fields.losses)


def _true_false(fields: Fields) -> Made:
    right = None
    for answer in fields.element.iterfind("answer"):
        word = (answer.findtext("text") or "").strip().lower()
        if (answer.get("fraction") or "").strip().startswith("100") and word in {"true", "false"}:
            right = word == "true"
    if right is None:
        return NO_ANSWER
    note_feedback(fields.rows(), fields.losses)
    return "true_false", {"stem": fields.html(fields.element.find("questiontext")), "correct": right}


def _short_text(fields: Fields) -> Made:
    stem = fields.html(fields.element.find("questiontext"))
    rows = fields.rows(typed=True)
    case = fields.word("usecase", "0") == "1"
    kind, content = short_text_content(stem, rows, case_sensitive=case, losses=fields.losses)
    return (kind, content) if content["answers"] else NO_ANSWER


def _numeric(fields: Fields) -> Made:
    stem = fields.html(fields.element.find("questiontext"))
    rows = [
        ((answer.findtext("text") or "").strip(), (answer.findtext("tolerance") or "0").strip(), row)
        for answer, row in zip(fields.element.iterfind("answer"), fields.rows(typed=True), strict=True)
    ]
    return numeric_content(stem, rows, units_of(fields), fields.losses) or NO_ANSWER


def _matching(fields: Fields) -> Made:
    pairs = [
        (fields.html(row, short=True), fields.html(row.find("answer"), short=True))
        for row in fields.element.iterfind("subquestion")
    ]
    pairs = [pair for pair in pairs if not is_empty(pair[1])]
    if not pairs:
        return NO_ANSWER
    shuffle = fields.word("shuffleanswers", "true") in {"true", "1"}
    return matching_content(fields.html(fields.element.find("questiontext")), pairs, shuffle=shuffle)


def _ordering(fields: Fields) -> Made:
    rows = [fields.html(answer, short=True) for answer in fields.element.iterfind("answer")]
    if not rows:
        return NO_ANSWER
    names = letters(len(rows))
    content: dict[str, Any] = {
        "stem": fields.html(fields.element.find("questiontext")),
        "rows": [{"id": name, "text": row} for name, row in zip(names, rows, strict=True)],
    }
    if fields.word("gradingtype").upper() in {"ALL_OR_NOTHING", "-1"}:
        content["scoring"] = "all_or_nothing"
    return "ordering", content


READERS: Final[Mapping[str, Callable[[Fields], Made]]] = MappingProxyType(
    {
        "multichoice": _choices,
        "truefalse": _true_false,
        "shortanswer": _short_text,
        "numerical": _numeric,
        "matching": _matching,
        "ordering": _ordering,
        "calculated": read_calculated,
        "calculatedsimple": read_calculated,
        "cloze": read_cloze,
        "multianswer": read_cloze,
        "gapselect": read_select,
        "ddwtos": read_select,
    }
)
REFUSED: Final[Mapping[str, str]] = MappingProxyType({"essay": ESSAY, "description": DESCRIPTION, "random": RANDOM})
