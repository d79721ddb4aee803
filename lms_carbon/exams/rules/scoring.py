"""Scoring an attempt and its receipt: from what the server holds to points, split over requirements."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lms_carbon.cycles.rules import MarkRow, instrument_score, split_points
from lms_carbon.question_bank.kinds.errors import ResponseShapeError
from lms_carbon.question_bank.kinds.reasons import Score
from lms_carbon.question_bank.kinds.registry import KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperItem:
    """A question in a slot of a frozen form; points in thousandths."""

    id: int
    """Of the form item: it names version, points and exam, and never changes."""
    slot: int
    version_id: int
    kind: str
    title: Mapping[str, str]
    content: Mapping[str, Any]
    points: int
    tags: Sequence[tuple[int, int]] = ()
    """(requirement id, possible points) in the order in which points split."""


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """What the server holds for a slot."""

    slot: int
    epoch: int
    seq: int
    value: Any


def slot_seed(attempt_id: int, slot: int) -> str:
    """Return what the order of choices and the numbers of one candidate's question come from: they stay the same."""
    return f"{attempt_id}:{slot}"


def deal_paper(items: Iterable[PaperItem], attempt_id: int) -> list[PaperItem]:
    """Return the items as this attempt has them: with the numbers that its questions drew."""
    return [
        replace(item, content=KINDS[item.kind].deal(item.content, slot_seed(attempt_id, item.slot))) for item in items
    ]


def read_response(item: PaperItem, value: Any) -> Any:
    """Return an answer in its kind's one form; one that does not fit its question is no answer."""
    try:
        return KINDS[item.kind].normalise_response(item.content, value)
    except ResponseShapeError:
        return None


def is_answered(item: PaperItem, value: Any) -> bool:
    """Tell whether there is an answer at all."""
    return KINDS[item.kind].is_answered(item.content, read_response(item, value))


def score_item(item: PaperItem, value: Any) -> Score:
    """Return what an answer earns and why."""
    return KINDS[item.kind].score(item.content, read_response(item, value), item.points)


def mark_rows(items: Iterable[PaperItem], values: Mapping[int, Any]) -> list[MarkRow]:
    """Return the ledger's rows, item × requirement; earned points split as the possible ones did (DESIGN §3)."""
    rows: list[MarkRow] = []
    for item in items:
        earned = split_points(score_item(item, values.get(item.slot)).earned, len(item.tags))
        rows += [
            MarkRow(
                item_kind="question",
                item_id=item.id,
                title=item.title,
                requirement_id=requirement_id,
                earned=part,
                possible=possible,
            )
            for (requirement_id, possible), part in zip(item.tags, earned, strict=True)
        ]
    return rows


def whole_score(items: Sequence[PaperItem], values: Mapping[int, Any]) -> int:
    """Return the score of a whole attempt in hundredths; for practice exams, which book nothing."""
    earned = sum(score_item(item, values.get(item.slot)).earned for item in items)
    return instrument_score(earned, sum(item.points for item in items))


def canonical(data: object) -> bytes:
    """Return JSON in the one form that digests are made of."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def answers_digest(attempt_id: int, answers: Iterable[HeldAnswer]) -> str:
    """Return SHA-256, in hex, over the answers as held: `{"answers": [{"epoch","seq","slot","value"}], "attempt": id}`.

    Sorted by slot, keys sorted, no spaces, UTF-8: whoever has the answers can make it again.
    """
    rows = [{"slot": each.slot, "epoch": each.epoch, "seq": each.seq, "value": each.value} for each in answers]
    rows.sort(key=lambda row: int(row["slot"]))
    return hashlib.sha256(canonical({"attempt": attempt_id, "answers": rows})).hexdigest()


def receipt_text(digest: str) -> str:
    """Return a digest as it is read out: `7d40 9f3c 21ab`."""
    return " ".join(digest[start : start + 4] for start in (0, 4, 8))
