"""Pure rules of the ledger (DESIGN §3)."""

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FULL: Final = 100_00
"""The full score, in hundredths (B.3: 满分为100分)."""


def split_points(points: int, parts: int) -> tuple[int, ...]:
    """Split integer thousandths evenly over tags, largest remainder first in tag order (DESIGN §3).

    1000 over 3 is 334 + 333 + 333. The parts sum to the whole, and because earned and possible points are split
    in the same order, no part earns more than it could as long as the whole does not. Raises `ValueError` for
    less than one part: at least one tag must be left.
    """
    if parts < 1:
        raise ValueError("points are split over at least one tag")
    share, remainder = divmod(points, parts)
    return tuple(share + (1 if index < remainder else 0) for index in range(parts))


def share_points(points: int, requirements: Sequence[int]) -> list[tuple[int, int]]:
    """Return (requirement, points) of an item whose tags resolved to these requirements; none without any."""
    if not requirements:
        return []
    return list(zip(requirements, split_points(points, len(requirements)), strict=True))


def half_up(numerator: int, denominator: int) -> int:
    """Return the quotient rounded to a whole number, halves upwards; the denominator is positive."""
    return (2 * numerator + denominator) // (2 * denominator)


def instrument_score(earned: int, possible: int) -> int:
    """Return 100·Σearned/Σpossible in hundredths, from sums of points in thousandths.

    Raises `ValueError` where nothing could be earned, or less than nothing or more than possible was.
    """
    if not 0 <= earned <= possible or possible == 0:
        raise ValueError(f"{earned} of {possible} points is no score")
    return half_up(FULL * earned, possible)


class ResultRule(enum.StrEnum):
    """Which attempt counts where there are several."""

    FIRST = "first"
    LAST = "last"
    BEST = "best"


@dataclass(frozen=True, kw_only=True)
class MarkRow:
    """What a method books for one item and one requirement; points in thousandths."""

    item_kind: str
    item_id: int
    title: Mapping[str, str]
    requirement_id: int
    earned: int
    possible: int


def counting_attempt(rule: ResultRule, scores: Mapping[int, int]) -> int:
    """Return which attempt counts, from attempt number → score; ties go to the earlier one.

    Raises `ValueError` where there is none: missing is not zero.
    """
    if not scores:
        raise ValueError("no attempt, no score")
    if rule is ResultRule.FIRST:
        return min(scores)
    if rule is ResultRule.LAST:
        return max(scores)
    return min(scores, key=lambda number: (-scores[number], number))


CODE_LENGTH: Final = 64
CLONE_RUNS: Final = timedelta(days=28)
"""How long a clone is open where neither the original nor the cycle says more; an officer changes it."""


def clone_code(code: str, taken: Collection[str]) -> str:
    """Return a code that is not taken, made of another one: `autumn` → `autumn-2`, `autumn-2` → `autumn-3`."""
    stem, dash, number = code.rpartition("-")
    if not (dash and stem and number.isdecimal() and len(number) < 4):
        stem, number = code, "1"
    following = int(number) + 1
    while True:
        end = f"-{following}"
        made = stem[: CODE_LENGTH - len(end)].rstrip("._-") + end
        if made not in taken:
            return made
        following += 1


def clone_deadline(original: datetime | None, cycle_end: datetime | None, at: datetime) -> datetime:
    """Return until when a clone takes work: as the original, else to the end of its cycle, where that lies ahead."""
    return next((moment for moment in (original, cycle_end) if moment is not None and moment > at), at + CLONE_RUNS)
