"""The gaps of a cloze: where they stand in a stem, what is typed or picked in each, what that earns."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from markupsafe import Markup

from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.kinds.base import Form
from lms_carbon.question_bank.kinds.bilingual import missing_languages
from lms_carbon.question_bank.kinds.errors import ResponseShapeError
from lms_carbon.question_bank.kinds.numbers import MAX_TEXT
from lms_carbon.question_bank.kinds.numeric import Numeric
from lms_carbon.question_bank.kinds.part_schemas import MAX_ANSWER, MAX_OPTIONS
from lms_carbon.question_bank.kinds.plain import plain_of
from lms_carbon.question_bank.kinds.reasons import Problem, Reason
from lms_carbon.question_bank.kinds.rows import check_rows, lettered, rows_for_form, rows_from_form
from lms_carbon.question_bank.kinds.typed import (
    check_typed,
    credit_of,
    find_answer,
    full_answers,
    shown_answers,
    typed_for_form,
    typed_from_form,
    typed_text,
)

Gap = Mapping[str, Any]
KINDS: Final = ("text", "number", "choice")
_MARK: Final = re.compile(r"""<(?:[^>"]|"[^"]*")*>|\[\[([a-z][a-z0-9]{0,7})\]\]""")
_NUMERIC: Final = Numeric()


@dataclass(frozen=True, slots=True)
class GapView:
    """A gap as the candidate sees it; `choices` are (what is sent, what is read)."""

    id: str
    number: int
    kind: str
    limit: int
    choices: tuple[tuple[str, str], ...] = ()


def marks_in(html: str) -> list[str]:
    """Return the ids of the gaps marked in a stem, in their order; what stands inside a tag is no mark."""
    return [found[1] for found in _MARK.finditer(html) if found[1]]


def pieces_of(html: Markup, gaps: Mapping[str, GapView]) -> Iterator[Markup | GapView]:
    """Return a stem cut at its gaps; a mark that names no gap stays text."""
    at = 0
    for found in _MARK.finditer(html):
        if found[1] in gaps:
            yield html[at : found.start()]
            yield gaps[found[1]]
            at = found.end()
    yield html[at:]


def show_gap(gap: Gap, number: int, language: str) -> GapView:
    """Return what a candidate sees of a gap."""
    limit = MAX_TEXT if gap["kind"] == "number" else MAX_ANSWER
    choices = tuple((each["id"], plain_of(each["text"], language)) for each in gap.get("choices", []))
    return GapView(gap["id"], number, gap["kind"], limit, choices)


def read_gap(gap: Gap, raw: object) -> str:
    """Return what was typed or picked, "" for nothing. Raises ResponseShapeError."""
    if gap["kind"] == "text":
        return typed_text(raw)
    if gap["kind"] == "number":
        if isinstance(raw, Mapping):
            raise ResponseShapeError
        response = _NUMERIC.normalise_response(_as_number(gap), raw)
        return str(response["value"]) if response else ""
    if raw is None or raw == "":
        return ""
    if isinstance(raw, str) and any(raw == each["id"] for each in gap["choices"]):
        return raw
    raise ResponseShapeError


def gap_credit(gap: Gap, response: str | None) -> Fraction:
    """Return the share of a gap that an answer earns."""
    if not response:
        return Fraction(0)
    if gap["kind"] == "text":
        return credit_of(find_answer(gap, response))
    if gap["kind"] == "number":
        return Fraction(_NUMERIC.score(_as_number(gap), {"value": response, "unit": None}, 1).earned)
    return Fraction(response == gap["correct"])


def gap_key(gap: Gap) -> str:
    """Return an answer that earns all of a gap."""
    if gap["kind"] == "text":
        return full_answers(gap)[0]
    return str(gap["value"] if gap["kind"] == "number" else gap["correct"])


def key_words(gap: Gap, language: str) -> str:
    """Return the right answer as it is printed."""
    if gap["kind"] == "text":
        return shown_answers(gap)
    if gap["kind"] == "number":
        return str(gap["value"])
    return next((plain_of(each["text"], language) for each in gap["choices"] if each["id"] == gap["correct"]), "")


def check_gap(gap: Gap) -> list[Problem]:
    """Return the problems of a gap."""
    prefix = f"gap-{gap['id']}-"
    if gap["kind"] == "text":
        return check_typed(gap, prefix)
    if gap["kind"] == "number":
        found = _NUMERIC.check_answer(_as_number(gap))
        return [Problem(f"{prefix}{each.field}", each.reason, each.blocking) for each in found]
    rows = gap["choices"]
    problems = check_rows("choice", rows, least=2, too_few=mark("At least two choices are needed."))
    found = [Problem(f"{prefix}{each.field}", each.reason, each.blocking) for each in problems]
    if gap["correct"] not in {each["id"] for each in rows}:
        found.append(Problem(f"{prefix}correct", Reason(mark("Mark exactly one choice as right."))))
    return found


def check_marks(stem: Mapping[str, str], gaps: list[Gap]) -> list[Problem]:
    """Return where stem and gaps do not agree; each gap stands once in each language that is written."""
    found = []
    ids = [gap["id"] for gap in gaps]
    if len(set(ids)) < len(ids):
        found.append(Problem("gaps", Reason(mark("Two gaps have the same name inside."))))
    for language in LANGUAGES:
        if language in missing_languages(stem):
            continue
        marked = marks_in(stem[language])
        for name in dict.fromkeys([*marked, *ids]):
            if name not in ids:
                reason = Reason(mark("The gap [[{gap}]] has no answer yet."), {"gap": name})
            elif marked.count(name) != 1:
                reason = Reason(mark("The gap [[{gap}]] must stand in the stem exactly once."), {"gap": name})
            else:
                continue
            found.append(Problem(f"stem-{language}", reason))
    return found


def gap_from_form(form: Form, name: str) -> dict[str, Any]:
    """Return a gap of the author's form, with the fields of the kind picked."""
    prefix, kind = f"gap-{name}-", form.get(f"gap-{name}-kind", "text")
    weight = form.get(f"{prefix}weight", "").strip()
    gap: dict[str, Any] = {
        "id": name,
        "kind": kind,
        "weight": int(weight) if re.fullmatch("[0-9]{1,3}", weight) else weight or 1,
    }
    if kind == "text":
        return gap | typed_from_form(form, prefix)
    if kind == "number":
        tolerance = {
            "kind": form.get(f"{prefix}tolerance_kind", "absolute"),
            "value": form.get(f"{prefix}tolerance", "").strip() or "0",
        }
        return gap | {"value": form.get(f"{prefix}value", "").strip(), "tolerance": tolerance}
    if kind == "choice":
        return gap | {
            "choices": rows_from_form(form, f"{prefix}choice"),
            "correct": form.get(f"{prefix}correct", "") or None,
        }
    return gap


def gap_for_form(gap: Gap) -> dict[str, Any]:
    """Return what the author's form shows of a gap."""
    tolerance = gap.get("tolerance") or {"kind": "absolute", "value": "0"}
    return {
        "id": gap["id"],
        "kind": gap.get("kind", "text"),
        "weight": str(gap.get("weight", 1)),
        **typed_for_form(gap),
        "value": gap.get("value", ""),
        "tolerance": tolerance["value"],
        "tolerance_kind": tolerance["kind"],
        "choices": rows_for_form(gap.get("choices", []), lettered(MAX_OPTIONS)),
        "correct": gap.get("correct") or "",
    }


def _as_number(gap: Gap) -> dict[str, Any]:
    return {
        "value": gap["value"],
        "tolerance": gap["tolerance"],
        "unit": None,
        "accepted_units": [],
        "offered_units": [],
    }
