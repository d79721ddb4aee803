"""Scoring a sheet: the right value over the drawn data, what an entry earns, the ledger's rows, the receipt."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lms_carbon.cycles.rules import MarkRow, half_up, split_points
from lms_carbon.practicals.rules.drawing import names_of
from lms_carbon.practicals.rules.formulas import evaluate
from lms_carbon.question_bank.kinds.errors import ResponseShapeError
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.kinds.registry import KINDS

NUMERIC = KINDS["numeric"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointItem:
    """A checkpoint of a frozen practical; points in thousandths."""

    id: int
    key: str
    title: Mapping[str, str]
    prompt: Mapping[str, str]
    answer: Mapping[str, Any]
    """`{"formula", "unit", "decimals", "offered_units", "tolerance": {"kind", "value"}, "method": {"zh", "en"}}`."""
    points: int
    tags: Sequence[tuple[int, int]] = ()
    """(requirement id, possible points) in the order in which points split."""


def right_value(answer: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """Return the right value as a decimal, rounded half up to the decimals that the checkpoint asks for."""
    return _decimal(evaluate(answer["formula"], names_of(data)), int(answer.get("decimals", 2)))


def numeric_content(item: CheckpointItem, value: str) -> dict[str, Any]:
    """Return the checkpoint as a numeric question whose right answer is `value`."""
    return {
        "stem": dict(item.prompt),
        "explanation": dict(item.answer.get("method") or {}),
        "value": value,
        "unit": item.answer.get("unit"),
        "accepted_units": [],
        "offered_units": list(item.answer.get("offered_units") or [item.answer["unit"]]),
        "tolerance": dict(item.answer["tolerance"]),
    }


def blank_content(item: CheckpointItem) -> dict[str, Any]:
    """Return the checkpoint without its right value, for the page that a candidate works on."""
    return numeric_content(item, "0")


def read_entry(item: CheckpointItem, raw: object) -> dict[str, str | None] | None:
    """Return an entry in its one form, None for none. Raises `ResponseShapeError`."""
    entry: dict[str, str | None] | None = NUMERIC.normalise_response(blank_content(item), raw)
    return entry


def score_sheet(
    items: Sequence[CheckpointItem], data: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Return key → `{"earned", "possible", "value", "unit", "reason", "params"}`; points in thousandths."""
    return {item.key: _score_item(item, data, values.get(item.key)) for item in items}


def _score_item(item: CheckpointItem, data: Mapping[str, Any], raw: object) -> dict[str, Any]:
    value = right_value(item.answer, data)
    content = numeric_content(item, value)
    try:
        entry = NUMERIC.normalise_response(content, raw)
    except ResponseShapeError:
        entry = None
    score = NUMERIC.score(content, entry, item.points)
    return {
        "earned": score.earned,
        "possible": item.points,
        "value": value,
        "unit": item.answer.get("unit"),
        "reason": score.why.msgid,
        "params": {name: str(param) for name, param in score.why.params.items()},
    }


def reason_of(scored: Mapping[str, Any]) -> Reason:
    """Return why a checkpoint earned what it did."""
    return Reason(scored["reason"], scored["params"])


def mark_rows(items: Sequence[CheckpointItem], scored: Mapping[str, Mapping[str, Any]]) -> list[MarkRow]:
    """Return the ledger's rows, checkpoint × requirement; earned points split as the possible ones did (DESIGN §3)."""
    return [
        MarkRow(
            item_kind="checkpoint",
            item_id=item.id,
            title=item.title,
            requirement_id=requirement_id,
            earned=part,
            possible=possible,
        )
        for item in items
        for (requirement_id, possible), part in zip(
            item.tags, split_points(int(scored[item.key]["earned"]), len(item.tags)), strict=True
        )
    ]


def sheet_digest(
    *, sheet_id: int, data: Mapping[str, Any], values: Mapping[str, Any], note: str, file_sha256: str | None
) -> str:
    """Return SHA-256, in hex, over what was handed in: `{"data", "file", "note", "sheet", "values"}`.

    Keys sorted, no spaces, UTF-8; `file` is the SHA-256 of the workbook or null. Whoever has it can make it again.
    """
    whole = {"sheet": sheet_id, "data": data, "values": values, "note": note, "file": file_sha256}
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def receipt_text(digest: str) -> str:
    """Return a digest as it is read out: `7d40 9f3c 21ab`."""
    return " ".join(digest[start : start + 4] for start in (0, 4, 8))


def _decimal(value: Fraction, decimals: int) -> str:
    scaled = half_up(value.numerator * 10**decimals, value.denominator)
    sign, digits = ("-" if scaled < 0 else ""), f"{abs(scaled):0{decimals + 1}d}"
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"
