"""Content of our kinds from what the formats of Moodle have in common: answers that are worth fractions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from string import ascii_lowercase
from typing import Any, Final

from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.html import is_blank, plain_text
from lms_carbon.question_bank.interchange.texts import Losses, Texts
from lms_carbon.question_bank.kinds.errors import UnknownUnitError, UnreadableNumberError
from lms_carbon.question_bank.kinds.numbers import read_number, write_number
from lms_carbon.question_bank.kinds.units import conversion, read_unit

PART_LOST: Final = mark("Points for a choice that is only partly right are not kept.")
WEIGHTS_LOST: Final = mark("Right choices that were worth different points are now worth the same.")
PENALTY_CHANGED: Final = mark("What a wrong choice takes off was made the same for all wrong choices.")
NEGATIVE_LOST: Final = mark("Negative points for a wrong choice are not kept.")
FEEDBACK_LOST: Final = mark("Feedback to single answers is not kept.")
ANSWERS_LOST: Final = mark("Only the first right answer is kept.")
UNIT_LOST: Final = mark("The unit “{unit}” is not known; the number is asked for without it.")
UNIT_SIZE_LOST: Final = mark("The unit “{unit}” does not convert as the file says and is not taken.")
NO_ANSWER: Final = mark("There is no right answer in the file.")
WHOLE: Final = Decimal(100)
_LETTERS: Final = (*ascii_lowercase, *(first + second for first in ascii_lowercase for second in ascii_lowercase))
_NEAR: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Row:
    """An answer: its text in both languages, what it is worth in percent, the feedback to it."""

    text: Texts
    worth: Decimal
    feedback: Texts = field(default_factory=dict)


def letters(count: int) -> list[str]:
    """Return ids of rows in their order: a, b … z, aa, ab. No kind takes more rows than there are letters for."""
    return [*_LETTERS[:count], *(f"c{index}" for index in range(len(_LETTERS), count))]


@lru_cache(maxsize=256)
def worth_of(text: str) -> Decimal:
    """Return a fraction as the file writes it, in percent; 0 where it says nothing readable."""
    try:
        return read_number(text)
    except UnreadableNumberError:
        return Decimal(0)


def choices_content(
    stem: Texts, rows: Sequence[Row], *, single: bool, shuffle: bool, losses: Losses
) -> tuple[str, dict[str, Any]]:
    """Return the kind and content of a question with rows to pick from."""
    ids = letters(len(rows))
    choices: list[dict[str, Any]] = []
    for name, row in zip(ids, rows, strict=True):
        choice: dict[str, Any] = {"id": name, "text": row.text}
        if any(not is_blank(text) for text in row.feedback.values()):
            choice["feedback"] = row.feedback
        choices.append(choice)
    content: dict[str, Any] = {"stem": stem, "choices": choices, "shuffle": shuffle}
    if single:
        content["correct"] = [name for name, row in zip(ids, rows, strict=True) if row.worth >= WHOLE - _NEAR]
        _note_single(rows, losses)
        return "single_choice", content
    content["correct"] = [name for name, row in zip(ids, rows, strict=True) if row.worth > 0]
    content |= _credit(rows, losses)
    return "multiple_choice", content


def _note_single(rows: Sequence[Row], losses: Losses) -> None:
    if any(0 < row.worth < WHOLE - _NEAR for row in rows):
        losses.add(PART_LOST)
    if any(row.worth < 0 for row in rows):
        losses.add(NEGATIVE_LOST)


def _credit(rows: Sequence[Row], losses: Losses) -> dict[str, str]:
    right = [row.worth for row in rows if row.worth > 0]
    wrong = [-row.worth for row in rows if row.worth <= 0]
    if right and max(right) - min(right) > _NEAR * 2:
        losses.add(WEIGHTS_LOST)
    if wrong and max(wrong) - min(wrong) > _NEAR * 2:
        losses.add(PENALTY_CHANGED)
    taken = min(max(wrong, default=Decimal(0)), WHOLE)
    if right and wrong and abs(taken - WHOLE / len(right)) <= _NEAR:
        # As much as a right one earns: what holds here without a word.
        return {"scoring": "partial"}
    share = (taken / 100).quantize(Decimal("0.0000001"), ROUND_HALF_UP)
    return {"scoring": "partial", "penalty": write_number(share) if share else "0"}


def short_text_content(
    stem: Texts, rows: Sequence[Row], *, case_sensitive: bool, losses: Losses
) -> tuple[str, dict[str, Any]]:
    """Return the content of a text to be typed: what is worth nothing is only feedback, so it is left out."""
    note_feedback(rows, losses)
    return "short_text", {"stem": stem, "answers": typed_answers(rows), "case_sensitive": case_sensitive}


def typed_answers(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the texts that count, in the order in which they are tried; each language's own once."""
    answers: dict[tuple[str, str], dict[str, Any]] = {}
    last = max((index for index, row in enumerate(rows) if row.worth > 0), default=-1)
    # The first that fits counts, so a wrong one matters where right ones come after it.
    for row in rows[: last + 1]:
        credit = write_number(min(max(row.worth, Decimal(0)), WHOLE)) if row.worth > 0 else "0"
        for language in LANGUAGES:
            text = plain_text(row.text.get(language, ""))
            if text:
                starred = "*" in text.replace(r"\*", "")
                # Moodle knows no sign for one character, here a question mark is one.
                made = text.replace("?", r"\?") if starred else text.replace(r"\*", "*")
                answers.setdefault((made, credit), {"text": made, "credit": credit, "pattern": starred})
    return list(answers.values())


def numeric_content(
    stem: Texts, rows: Sequence[tuple[str, str, Row]], units: Sequence[tuple[str, str]], losses: Losses
) -> tuple[str, dict[str, Any]] | None:
    """Return the content of a number: rows are (value, tolerance, worth), units (name, how many make one of the first).

    None where no row is a number that is right.
    """
    right = [row for row in rows if row[2].worth >= WHOLE - _NEAR and readable(row[0])]
    if not right:
        return None
    if len(right) > 1 or any(0 < row[2].worth < WHOLE - _NEAR for row in rows):
        losses.add(ANSWERS_LOST)
    note_feedback([row for _, _, row in rows], losses)
    value, tolerance, _ = right[0]
    content: dict[str, Any] = {
        "stem": stem,
        "value": value.strip(),
        "tolerance": {"kind": "absolute", "value": tolerance.strip() if readable(tolerance) else "0"},
    }
    return "numeric", content | units_content(units, losses)


def readable(text: str) -> bool:
    """Tell whether a text is a number."""
    try:
        read_number(text)
    except UnreadableNumberError:
        return False
    return True


def units_content(units: Sequence[tuple[str, str]], losses: Losses) -> dict[str, Any]:
    """Return the unit of a number and those taken beside it; what is not known or converts otherwise is noted."""
    own = next((name for name, factor in units if readable(factor) and read_number(factor) == 1), None)
    if own is None:
        return {}
    try:
        read_unit(own)
    except UnknownUnitError:
        losses.add(UNIT_LOST, unit=own[:40])
        return {}
    accepted = []
    for name, factor in units:
        if name == own:
            continue
        if _converts(name, own, factor):
            accepted.append(name)
        else:
            losses.add(UNIT_SIZE_LOST, unit=name[:40])
    return {"unit": own, "accepted_units": accepted}


def _converts(name: str, own: str, factor: str) -> bool:
    """Tell whether `factor` of the unit make one of our own, as the file says."""
    try:
        size, said = conversion(name, own), read_number(factor)
    except (UnknownUnitError, UnreadableNumberError):
        return False
    return bool(size) and size is not None and abs(float(1 / size) / float(said) - 1) < 1e-6 if said else False


def matching_content(stem: Texts, pairs: Sequence[tuple[Texts, Texts]], *, shuffle: bool) -> tuple[str, dict[str, Any]]:
    """Return the content of pairs: left side and option; a left side without words only brings its option."""
    options: dict[tuple[str, ...], dict[str, Any]] = {}
    names = letters(len(pairs))
    for _, option in pairs:
        key = tuple(plain_text(option.get(language, "")) for language in LANGUAGES)
        if key not in options:
            options[key] = {"id": names[len(options)], "text": option}
    rows: list[dict[str, Any]] = []
    for left, option in pairs:
        if any(not is_blank(text) for text in left.values()):
            key = tuple(plain_text(option.get(language, "")) for language in LANGUAGES)
            rows.append({"id": f"r{len(rows) + 1}", "text": left, "option": options[key]["id"]})
    return "matching", {"stem": stem, "rows": rows, "options": list(options.values()), "shuffle": shuffle}


def note_feedback(rows: Sequence[Row], losses: Losses) -> None:
    """Note that answers had feedback, where the kind has no place for it."""
    if any(not is_blank(text) for row in rows for text in row.feedback.values()):
        losses.add(FEEDBACK_LOST)


def is_empty(texts: Mapping[str, str]) -> bool:
    """Tell whether there is nothing to read in either language."""
    return all(is_blank(text) for text in texts.values())


_NAMES: Final = ("id", "option", "category", "correct")


def without_names(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return content to compare: rows are named by their place, and an explanation without words is none.

    What rows are called inside changes on the way through formats that have no names for them.
    """
    names: dict[str, str] = {}
    for holder in ("choices", "options", "categories", "rows"):
        for row in content.get(holder, ()):
            names.setdefault(row["id"], f"#{len(names)}")

    def renamed(value: Any, *, name: bool = False) -> Any:
        if isinstance(value, Mapping):
            return {key: renamed(below, name=key in _NAMES) for key, below in value.items()}
        if isinstance(value, list):
            return [renamed(each, name=name) for each in value]
        return names.get(value, value) if name and isinstance(value, str) else value

    kept = {key: value for key, value in content.items() if key != "gaps" and not _says_nothing(value)}
    compared: dict[str, Any] = renamed(kept)
    # The choices of gaps have names of their own in each gap.
    if "gaps" in content:
        compared["gaps"] = [without_names({**gap, "id": ""}) for gap in content["gaps"]]
    return compared


def _says_nothing(value: object) -> bool:
    texts = isinstance(value, Mapping) and set(value) == set(LANGUAGES)
    return value is None or value == [] or (texts and is_empty(value))  # type: ignore[arg-type]
