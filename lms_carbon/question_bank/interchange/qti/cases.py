"""Items with several interactions, as a case: a text and the parts that ask about it."""

from collections.abc import Mapping
from fractions import Fraction
from html import escape
from typing import Any

from lms_carbon.question_bank.html import is_blank
from lms_carbon.question_bank.interchange.qti.declarations import Values
from lms_carbon.question_bank.interchange.qti.numbers import decimal_of
from lms_carbon.question_bank.interchange.qti.parts import Part, Reading
from lms_carbon.question_bank.kinds.numbers import write_number


def make_case(
    reading: Reading, parts: list[Part], right: Mapping[str, Values], title: str
) -> tuple[str, dict[str, Any], object]:
    """Return kind, raw content and our own right answer of an item with several parts.

    What stands before the first question is what all are about, unless the first has no words of its own.
    """
    instead = f"<p>{escape(title, quote=False)}</p>"
    stimulus, parts[0].before = parts[0].before, ""
    if is_blank(parts[0].own):
        stimulus, parts[0].before = "", stimulus
    ids = [f"p{number}" for number in range(1, len(parts) + 1)]
    made = []
    for name, part, worth in zip(ids, parts, _worths(reading, parts, right), strict=True):
        stem = (part.before + part.own).strip()
        content = {**part.content, "stem": reading.texts(instead if is_blank(stem) else stem)}
        made.append({"id": name, "kind": part.kind, "points": worth, "content": content})
    content = {"stem": reading.texts(instead if is_blank(stimulus) else stimulus), "parts": made}
    ours = {name: part.probes[0].ours for name, part in zip(ids, parts, strict=True) if part.probes}
    return "case", content, ours if len(ours) == len(parts) else None


def _worths(reading: Reading, parts: list[Part], right: Mapping[str, Values]) -> list[str]:
    """Return what each part adds to the points, 1 each where the file does not show it."""
    full = reading.scorer.score(right)
    worths: list[Fraction] = []
    for part in parts:
        without = reading.scorer.score({name: each for name, each in right.items() if name not in part.responses})
        worths.append((full or Fraction(0)) - (without or Fraction(0)))
    texts = [write_number(decimal_of(worth)) for worth in worths if worth > 0]
    return texts if len(texts) == len(parts) and all(len(text) <= 8 for text in texts) else ["1"] * len(parts)
