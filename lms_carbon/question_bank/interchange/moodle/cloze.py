"""Text with gaps: Moodle's embedded answers `{1:SHORTANSWER:=a~%50%b}`, and `[[1]]` with words to pick from."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, Final

from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.interchange.moodle.fields import Content, Fields
from lms_carbon.question_bank.interchange.shapes import (
    FEEDBACK_LOST,
    NO_ANSWER,
    PART_LOST,
    Row,
    letters,
    readable,
    typed_answers,
    worth_of,
)
from lms_carbon.question_bank.interchange.texts import Losses, phrase, split_languages
from lms_carbon.question_bank.kinds.reasons import Reason

NO_GAPS: Final = mark("The text has no gaps.")
GAP_UNREAD: Final = mark("A gap of the type “{type}” is not read.")
GAP_BROKEN: Final = mark("Gap {number} has no right answer that can be read.")

_GAP: Final = re.compile(
    r"\{\s*(?:(?P<weight>\d{1,2})\s*)?:\s*(?P<type>[A-Za-z_]{2,16})\s*(?::(?P<answers>(?:\\.|[^}\\])*))?\}", re.DOTALL
)
_GAP_END: Final = re.compile(r"(?<!\\)(?:\\\\)*\}")
_ANSWER: Final = re.compile(r"(?P<sign>[=%]?)(?P<worth>(?<=%)-?[\d.]{1,10}%)?(?P<text>.*)\Z", re.DOTALL)
_TEXT: Final = {"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"}
_NUMBER: Final = {"NUMERICAL", "NM"}
_CHOICE: Final = {
    "MULTICHOICE", "MC", "MULTICHOICE_H", "MCH", "MULTICHOICE_V", "MCV",
    "MULTICHOICE_S", "MCS", "MULTICHOICE_HS", "MCHS", "MULTICHOICE_VS", "MCVS",
}  # fmt: skip
_SPLIT: Final = re.compile(r"(?<!\\)~")
_ESCAPED: Final = re.compile(r"""\\([}~#="'/\\:])""")
_SLOT: Final = re.compile(r"\[\[(\d{1,3})\]\]")


class GapError(ValueError):
    """A gap that cannot be read; carries the sentence about it."""


def read_cloze(fields: Fields) -> Content | str | Reason:
    """Return a question whose answers stand in its text."""
    holder = fields.element.find("questiontext")
    texts = fields.html(holder)
    first = next(text for text in (texts[fields.language], *texts.values(), "") if text or not any(texts.values()))
    gaps = list(_GAP.finditer(first, 0, _last_end(first)))
    if not gaps:
        return NO_GAPS
    read: list[dict[str, Any]] = []
    for number, gap in enumerate(gaps, 1):
        try:
            read.append(_gap(gap, number, fields))
        except GapError:
            return Reason(GAP_BROKEN, {"number": number})
    numbers = {language: iter(range(1, len(gaps) + 1)) for language in LANGUAGES}
    stem = {
        language: _GAP.sub(lambda _, each=numbers[language]: f"[[g{next(each, 0)}]]", text[: _last_end(text)])  # type: ignore[misc]
        + text[_last_end(text) :]
        for language, text in texts.items()
    }
    return "cloze", {"stem": stem, "gaps": read}


def _last_end(text: str) -> int:
    """Return where the last gap may end: one that begins behind it would be followed to the end of the text."""
    return max((found.end() for found in _GAP_END.finditer(text)), default=0)


def _gap(gap: re.Match[str], number: int, fields: Fields) -> dict[str, Any]:
    kind = gap["type"].upper()
    rows = list(_answers(gap["answers"] or "", fields, markup=kind in _CHOICE))
    made: dict[str, Any] = {"id": f"g{number}", "weight": int(gap["weight"] or 1) or 1}
    if kind in _TEXT:
        made |= {
            "kind": "text",
            "answers": typed_answers(rows),
            "case_sensitive": kind in {"SHORTANSWER_C", "SAC", "MWC"},
        }
        found = bool(made["answers"])
    elif kind in _NUMBER:
        found = _read_number(rows, made)
    elif kind in _CHOICE:
        found = _read_choices(rows, made, fields.losses)
    else:
        fields.losses.add(GAP_UNREAD, type=kind)
        found = False
    if not found:
        raise GapError
    return made


def _answers(text: str, fields: Fields, *, markup: bool) -> Iterator[Row]:
    for part in _SPLIT.split(text):
        answer, _, feedback = (*re.split(r"(?<!\\)(#)", part, maxsplit=1), "", "")[:3]
        found = _ANSWER.match(answer.strip())
        if found is None or not answer.strip():
            continue
        worth = (
            worth_of(found["worth"].strip("%")) if found["worth"] else worth_of("100" if found["sign"] == "=" else "0")
        )
        if feedback.strip("# "):
            fields.losses.add(FEEDBACK_LOST)
        said = _ESCAPED.sub(r"\1", found["text"]).strip()
        said = phrase(said, fields.losses) if markup else unescape(said)
        yield Row(split_languages(said, fields.language, both=fields.both or not markup), worth)


def _read_number(rows: list[Row], made: dict[str, Any]) -> bool:
    for row in rows:
        value, _, tolerance = row.text["en"].partition(":")
        if row.worth >= 100 and readable(value):
            tolerance = tolerance.strip() if readable(tolerance) else "0"
            made |= {"kind": "number", "value": value.strip(), "tolerance": {"kind": "absolute", "value": tolerance}}
            return True
    return False


def _read_choices(rows: list[Row], made: dict[str, Any], losses: Losses) -> bool:
    right = [index for index, row in enumerate(rows) if row.worth >= 100]
    if any(0 < row.worth < 100 for row in rows):
        losses.add(PART_LOST)
    names = letters(len(rows))
    made |= {
        "kind": "choice",
        "choices": [{"id": name, "text": row.text} for name, row in zip(names, rows, strict=True)],
        "correct": names[right[0]] if right else None,
    }
    return len(right) == 1


def read_select(fields: Fields) -> Content | str:
    """Return a question with `[[1]]` in its text and, for each place, the words of a group to pick from."""
    words = [
        (fields.html(word, short=True), (word.findtext("group") or "1").strip())
        for name in ("selectoption", "dragbox")
        for word in fields.element.iterfind(name)
    ]
    stem = fields.html(fields.element.find("questiontext"))
    first = stem[fields.language] or next((text for text in stem.values() if text), "")
    slots = [int(found[1]) for found in _SLOT.finditer(first)]
    if not slots:
        return NO_GAPS
    if not all(1 <= slot <= len(words) for slot in slots):
        return NO_ANSWER
    names = letters(len(words))
    gaps = []
    for number, slot in enumerate(slots, 1):
        group = words[slot - 1][1]
        choices = [{"id": name, "text": text} for name, (text, own) in zip(names, words, strict=True) if own == group]
        gaps.append({"id": f"g{number}", "kind": "choice", "weight": 1, "choices": choices, "correct": names[slot - 1]})
    numbered = {language: _number_slots(text) for language, text in stem.items()}
    return "cloze", {"stem": numbered, "gaps": gaps}


def _number_slots(text: str) -> str:
    numbers = iter(range(1, text.count("[[") + 1))
    return _SLOT.sub(lambda _: f"[[g{next(numbers)}]]", text)
