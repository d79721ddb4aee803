"""The columns of the sheet, and a row of them as a question.

What people edit has columns of its own: texts, choices, which are right, a number with its unit and tolerance. What is
left of a question's content stands in the last column as JSON.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from string import ascii_lowercase
from typing import Any, Final

from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.html import from_author, is_blank, to_author
from lms_carbon.question_bank.interchange.base import SKIPPED, Finding, Item, ItemTag, finding_of
from lms_carbon.question_bank.interchange.shapes import readable
from lms_carbon.question_bank.interchange.tagging import read_labels
from lms_carbon.question_bank.interchange.texts import Losses, title_of
from lms_carbon.question_bank.kinds.base import points_text
from lms_carbon.question_bank.kinds.numbers import MAX_TEXT
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.kinds.schemas import MAX_CHOICES
from lms_carbon.question_bank.rules.about import COGNITIVE, MAX_MINUTES, MAX_POINTS, MAX_SOURCE

PLACE: Final = "XLSX"
LETTERS: Final = ascii_lowercase[:MAX_CHOICES]
CHOICES: Final = tuple(f"choice.{letter}.{language}" for letter in LETTERS for language in LANGUAGES)
COLUMNS: Final = (
    "identifier", "kind", "title.zh", "title.en", "stem.zh", "stem.en", *CHOICES, "correct", "unit", "tolerance",
    "explanation.zh", "explanation.en", "points", "cognitive", "difficulty", "minutes", "requirements",
    "source.zh", "source.en", "needs_expert_review", "more",
)  # fmt: skip

KIND_UNKNOWN: Final = mark("“{kind}” is no kind of question here.")
MORE_UNREAD: Final = mark("The column “more” holds no JSON that can be read.")
VALUE_UNREAD: Final = mark("“{value}” in column “{column}” cannot be read; the usual value stands instead.")
COLUMN_LOST: Final = mark("The column “{column}” is not read.")
_WITH_CHOICES: Final = ("single_choice", "multiple_choice")
_TOLERANCE: Final = re.compile(r"(?P<value>[^%s]+?)\s*(?P<kind>%|sig)?")
_RESTRICTED: Final = re.compile(r"(?P<code>[^@]+)@(?P<positions>[0-9.]+(?:\+[0-9.]+)*)")
_TRUTH: Final = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False, "是": True, "否": False}


def cells_of(item: Item) -> dict[str, str | int]:
    """Return an item's cells by column; columns without anything are absent."""
    content = dict(item.content)
    cells: dict[str, Any] = {"identifier": item.identifier, "kind": item.kind, "minutes": item.minutes}
    cells |= {"cognitive": item.cognitive, "difficulty": item.difficulty, "points": _points_text(item.points)}
    for language in LANGUAGES:
        cells[f"title.{language}"] = item.title.get(language, "")
        cells[f"source.{language}"] = item.source.get(language, "")
        cells[f"stem.{language}"] = to_author(content["stem"].get(language, ""))
        cells[f"explanation.{language}"] = to_author((content.get("explanation") or {}).get(language, ""))
    cells["requirements"] = "; ".join(_label(tag) for tag in item.tags)
    cells["needs_expert_review"] = "true" if item.needs_expert_review else ""
    for name in ("stem", "explanation"):
        content.pop(name, None)
    if item.kind in _WITH_CHOICES:
        _put_choices(content, cells)
    elif item.kind == "true_false":
        correct = content.pop("correct", None)
        cells["correct"] = "" if correct is None else "true" if correct else "false"
    elif item.kind == "numeric":
        _put_number(content, cells)
    cells["more"] = json.dumps(content, ensure_ascii=False, sort_keys=True) if content else ""
    return {name: cells[name] for name in COLUMNS if cells.get(name) not in {"", None}}


def _points_text(points: int) -> str:
    return points_text(points) if points % 10 == 0 else f"{points / 1000:.3f}"


def _label(tag: ItemTag) -> str:
    name = tag.code or tag.guid or ""
    return f"{name}@{'+'.join(tag.positions)}" if tag.positions else name


def _put_choices(content: dict[str, Any], cells: dict[str, Any]) -> None:
    rows = content.pop("choices")
    names = [row["id"] for row in rows]
    for letter, row in zip(LETTERS, rows, strict=False):
        for language in LANGUAGES:
            cells[f"choice.{letter}.{language}"] = to_author(row["text"].get(language, ""), phrase=True)
    correct = content.pop("correct", [])
    cells["correct"] = ", ".join(LETTERS[names.index(name)].upper() for name in correct if name in names)
    if names != list(LETTERS[: len(names)]):
        content["ids"] = names
    feedback = {LETTERS[index]: row["feedback"] for index, row in enumerate(rows) if row.get("feedback")}
    if feedback:
        content["feedback"] = feedback


def _put_number(content: dict[str, Any], cells: dict[str, Any]) -> None:
    cells["correct"], cells["unit"] = content.pop("value", ""), content.pop("unit", None) or ""
    tolerance = content.pop("tolerance", None) or {"kind": "absolute", "value": "0"}
    marks = {"absolute": "", "relative": "%", "significant": " sig"}
    cells["tolerance"] = tolerance["value"] + marks[tolerance["kind"]]


def finding_of_row(cells: Mapping[str, str], line: int) -> Finding:
    """Return what becomes of a row; cells are text, trimmed, and none of them empty."""
    losses = Losses()
    kind = cells.get("kind", "")
    stem = _texts(cells, "stem")
    identifier = cells.get("identifier") or "xlsx-" + hashlib.sha256("\n".join(stem.values()).encode()).hexdigest()[:24]
    identifier = "".join(each if each.isprintable() else " " for each in identifier)[:255]
    more = _more(cells)
    if kind not in KINDS or more is None:
        reason = Reason(KIND_UNKNOWN, {"kind": kind[:40]}) if kind not in KINDS else Reason(MORE_UNREAD)
        return Finding(place=PLACE, line=line, identifier=identifier, status=SKIPPED, reasons=(reason,))
    for name in sorted(set(cells) - set(COLUMNS)):
        losses.add(COLUMN_LOST, column=name[:40])
    content = {**_answers(kind, cells, more, losses), "stem": stem}
    explanation = _texts(cells, "explanation")
    if any(not is_blank(text) for text in explanation.values()):
        content["explanation"] = explanation
    item = Item(
        identifier=identifier,
        kind=kind,
        title=title_of({language: _escaped(cells.get(f"title.{language}", "")) for language in LANGUAGES}, losses),
        content=content,
        source={language: cells.get(f"source.{language}", "")[:MAX_SOURCE] for language in LANGUAGES},
        **_about(cells, losses),
    )
    return finding_of(KINDS[kind], item, place=PLACE, line=line, lost=losses.reasons)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _texts(cells: Mapping[str, str], name: str, *, phrase: bool = False) -> dict[str, str]:
    return {language: from_author(cells.get(f"{name}.{language}", ""), phrase=phrase) for language in LANGUAGES}


def _more(cells: Mapping[str, str]) -> dict[str, Any] | None:
    try:
        more = json.loads(cells.get("more") or "{}")
    except (ValueError, RecursionError):
        return None
    return more if isinstance(more, dict) else None


def _answers(kind: str, cells: Mapping[str, str], more: dict[str, Any], losses: Losses) -> dict[str, Any]:
    if kind in _WITH_CHOICES:
        return _choices(cells, more, losses)
    if kind == "true_false" and "correct" in cells:
        right = _TRUTH.get(cells["correct"].lower())
        if right is None:
            losses.add(VALUE_UNREAD, value=cells["correct"][:40], column="correct")
        return {**more, "correct": right}
    if kind == "numeric":
        return {**more, **_number(cells, losses)}
    return more


def _choices(cells: Mapping[str, str], more: dict[str, Any], losses: Losses) -> dict[str, Any]:
    letters = [letter for letter in LETTERS if any(f"choice.{letter}.{language}" in cells for language in LANGUAGES)]
    ids, feedback = more.pop("ids", None), more.pop("feedback", None)
    named = isinstance(ids, list) and len(ids) == len(letters)
    names = dict(zip(letters, ids if named and isinstance(ids, list) else letters, strict=True))
    rows = []
    for letter in letters:
        row: dict[str, Any] = {"id": names[letter], "text": _texts(cells, f"choice.{letter}", phrase=True)}
        if isinstance(feedback, dict) and letter in feedback:
            row["feedback"] = feedback[letter]
        rows.append(row)
    correct = [each for each in re.split(r"[\s,;，、]+", cells.get("correct", "").lower()) if each]
    for each in correct:
        if each not in names:
            losses.add(VALUE_UNREAD, value=each[:40], column="correct")
    return {**more, "choices": rows, "correct": [names[each] for each in correct if each in names]}


def _number(cells: Mapping[str, str], losses: Losses) -> dict[str, Any]:
    found = {"value": cells.get("correct", ""), "unit": cells.get("unit") or None}
    tolerance = _TOLERANCE.fullmatch(cells.get("tolerance", "0")[:MAX_TEXT])
    if tolerance is None or not readable(tolerance["value"]):
        losses.add(VALUE_UNREAD, value=cells["tolerance"][:40], column="tolerance")
        return found
    kind = {None: "absolute", "%": "relative", "sig": "significant"}[tolerance["kind"]]
    return {**found, "tolerance": {"kind": kind, "value": tolerance["value"].strip()}}


def _about(cells: Mapping[str, str], losses: Losses) -> dict[str, Any]:
    about: dict[str, Any] = {}
    points = _whole(cells, "points", MAX_POINTS, losses, scale=1000)
    about |= {"points": points} if points else {}
    for name, most in (("difficulty", 99), ("minutes", MAX_MINUTES)):
        value = _whole(cells, name, most, losses)
        about |= {name: value} if value else {}
    cognitive = cells.get("cognitive", "")
    if cognitive in COGNITIVE:
        about["cognitive"] = cognitive
    elif cognitive:
        losses.add(VALUE_UNREAD, value=cognitive[:40], column="cognitive")
    about["needs_expert_review"] = _TRUTH.get(cells.get("needs_expert_review", "").lower(), False)
    about["tags"] = read_labels(_labels(cells.get("requirements", "")), losses).for_item["tags"]
    return about


def _labels(text: str) -> list[str]:
    labels = []
    for label in re.split(r"[;；\n]", text):
        restricted = _RESTRICTED.fullmatch(label.strip())
        if restricted:
            labels += [f"{restricted['code']}@{position}" for position in restricted["positions"].split("+")]
        else:
            labels.append(label.strip())
    return labels


def _whole(cells: Mapping[str, str], name: str, most: int, losses: Losses, *, scale: int = 1) -> int | None:
    text = cells.get(name, "")
    if not text:
        return None
    try:
        value = round(float(text) * scale)
    except (ValueError, OverflowError):
        value = 0
    if 0 < value <= most:
        return value
    losses.add(VALUE_UNREAD, value=text[:40], column=name)
    return None
