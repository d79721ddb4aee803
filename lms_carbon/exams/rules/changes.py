"""What a runner's page may send: changes to answers, read and checked by hand because this is the hot path.

A change that is not right never takes the others down with it: the right ones are saved, the wrong ones named.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.base import Kind
from lms_carbon.question_bank.kinds.errors import ResponseShapeError

MAX_BODY: Final = 1024 * 1024
"""Bytes of one request."""
MAX_VALUE: Final = 64 * 1024
"""Bytes of one answer, as JSON in UTF-8."""
MAX_CHANGES: Final = 1000
MAX_NUMBER: Final = 2**53 - 1
"""The largest whole number that a browser counts exactly."""

TOO_LARGE: Final = mark("This answer is larger than 64 kB and was not taken. The answer before it still stands.")
UNKNOWN_SLOT: Final = mark("The paper has no question {slot}.")
NOT_JSON: Final = mark("This is not JSON.")
NOT_AN_OBJECT: Final = mark("An object is needed here.")
NOT_A_LIST: Final = mark("A list of changes is needed here.")
NOT_AN_ENDING: Final = mark("candidate or page is needed here.")
NOT_A_NUMBER: Final = mark("A whole number from 0 is needed here.")
NOT_A_FLAG: Final = mark("true or false is needed here.")
NOT_A_MOMENT: Final = mark("A moment such as 2026-05-11T06:03:22Z is needed here.")
NOT_KNOWN: Final = mark("This is not one of the fields.")
NO_VALUE: Final = mark("The answer is missing; null takes an answer back.")
TOO_MANY: Final = mark("More changes than can be taken at once.")

_FIELDS: Final = frozenset({"slot", "seq", "value", "flagged", "client_at"})

Paper = Mapping[int, tuple[Kind, Mapping[str, Any]]]
"""Slot → the kind of its question, and the question's content."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change as the page sent it. `client_at` is the browser's clock, UTC; kept, never trusted."""

    slot: int
    seq: int
    value: Any
    flagged: bool
    client_at: datetime | None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: where (`changes.2.seq`), a sentence with its params, in which slot where that is known."""

    where: str
    sentence: str
    slot: int | None = None
    too_large: bool = False

    @property
    def params(self) -> Mapping[str, object]:
        """What fills the sentence."""
        return {"slot": self.slot}


@dataclass(slots=True)
class Batch:
    """What a request brought: changes with the newest of each slot alone, sorted by slot, and what is wrong.

    Sorted, because two requests that lock rows in different orders would wait for each other for ever.
    """

    size: int = 0
    """Bytes of the body."""
    epoch: int = 0
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unreadable: bool = False
    """Nothing at all could be read."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """The other members of the body."""


def read_batch(body: bytes, extra: frozenset[str] = frozenset()) -> Batch:
    """Read `{"epoch", "changes", …extra}`. Raises nothing: what is wrong stands in `faults`."""
    try:
        data = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return _unreadable(Fault("", NOT_JSON))
    if not isinstance(data, dict):
        return _unreadable(Fault("", NOT_AN_OBJECT))
    epoch, changes = data.pop("epoch", None), data.pop("changes", None)
    faults = [Fault(str(name)[:40], NOT_KNOWN) for name in data if name not in extra]
    if not _is_count(epoch):
        faults.append(Fault("epoch", NOT_A_NUMBER))
    if not isinstance(changes, list):
        faults.append(Fault("changes", NOT_A_LIST))
    elif len(changes) > MAX_CHANGES:
        faults.append(Fault("changes", TOO_MANY))
    if faults:
        return Batch(faults=faults, unreadable=True, fields=data)
    batch = Batch(size=len(body), epoch=epoch, fields=data)
    newest: dict[int, Change] = {}
    for index, raw in enumerate(changes):
        change = _read_change(raw, f"changes.{index}", batch.faults)
        if change is not None:
            before = newest.get(change.slot)
            if before is None or change.seq > before.seq:
                newest[change.slot] = change
    batch.changes = [newest[slot] for slot in sorted(newest)]
    return batch


def check_values(batch: Batch, paper: Paper) -> None:
    """Move changes that do not fit their question from `changes` to `faults`.

    The value is kept as it was sent; the kind reads it again when it scores.
    """
    good: list[Change] = []
    for change in batch.changes:
        fault = _value_fault(change, paper, batch.size)
        if fault is None:
            good.append(change)
        else:
            batch.faults.append(fault)
    batch.changes = good


def as_json(changes: Sequence[Change]) -> str:
    """Return changes as the array that the saving statement reads."""
    return json.dumps(
        [
            {
                "slot": change.slot,
                "seq": change.seq,
                "value": change.value,
                "flagged": change.flagged,
                "client_at": change.client_at and change.client_at.isoformat(" ", "microseconds"),
            }
            for change in changes
        ],
        ensure_ascii=False,
        allow_nan=False,
    )


def _unreadable(fault: Fault) -> Batch:
    return Batch(faults=[fault], unreadable=True)


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_NUMBER


def _read_change(raw: Any, where: str, faults: list[Fault]) -> Change | None:
    if not isinstance(raw, dict):
        faults.append(Fault(where, NOT_AN_OBJECT))
        return None
    slot = raw.get("slot")
    known = slot if _is_count(slot) else None
    found = [Fault(f"{where}.{str(name)[:40]}", NOT_KNOWN, known) for name in raw.keys() - _FIELDS]
    if known is None:
        found.append(Fault(f"{where}.slot", NOT_A_NUMBER))
    if not _is_count(raw.get("seq")):
        found.append(Fault(f"{where}.seq", NOT_A_NUMBER, known))
    if "value" not in raw:
        found.append(Fault(f"{where}.value", NO_VALUE, known))
    if type(flagged := raw.get("flagged", False)) is not bool:
        found.append(Fault(f"{where}.flagged", NOT_A_FLAG, known))
    try:
        client_at = _moment(raw.get("client_at"))
    except (ValueError, OverflowError):
        found.append(Fault(f"{where}.client_at", NOT_A_MOMENT, known))
    if found:
        faults += found
        return None
    return Change(raw["slot"], raw["seq"], raw["value"], flagged, client_at)


def _moment(raw: object) -> datetime | None:
    if raw is None:
        return None
    if not isinstance(raw, str) or len(raw) > 40:
        raise ValueError
    moment = datetime.fromisoformat(raw)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    # Outside these years a clock is merely wrong, and not every database can hold what it says.
    return moment if 1970 <= moment.year < 2200 else None


def _value_fault(change: Change, paper: Paper, size: int) -> Fault | None:
    where = f"slot.{change.slot}"
    if change.slot not in paper:
        return Fault(where, UNKNOWN_SLOT, change.slot)
    # A value is never larger than the body it came in, so only large bodies are measured value by value.
    if size > MAX_VALUE and _size(change.value) > MAX_VALUE:
        return Fault(where, TOO_LARGE, change.slot, too_large=True)
    kind, content = paper[change.slot]
    try:
        kind.normalise_response(content, change.value)
    except ResponseShapeError as problem:
        return Fault(where, problem.sentence, change.slot)
    except RecursionError:
        return Fault(where, ResponseShapeError.sentence, change.slot)
    return None


def _size(value: object) -> int:
    try:
        return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    except RecursionError:
        return MAX_VALUE + 1
