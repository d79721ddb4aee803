"""Coverage: how many approved questions each requirement has, by what they are, and how many it lacks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

GROUPS: Final = ("kind", "cognitive", "difficulty", "language")
"""What the columns of the heat map go by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """So many approved questions that are alike in all this. `positions` as in a tag; `languages` those approved."""

    statement_id: int
    positions: frozenset[str] | None
    kind: str
    cognitive: str
    difficulty: str
    languages: tuple[str, ...]
    number: int


class Asked(Protocol):
    """A requirement, as far as counting needs it: `framework.models.Requirement` is one."""

    id: int
    code: str
    statement_id: int


@dataclass(kw_only=True)
class Row:
    """A requirement with its counts; `needed` and `short` by band, absent where no weight table names it."""

    requirement_id: int
    statement_id: int
    present: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=lambda: {group: Counter() for group in GROUPS})
    needed: dict[str, int] = field(default_factory=dict)

    @property
    def short(self) -> dict[str, int]:
        """How many are missing, by band."""
        return {band: max(0, wanted - self.present) for band, wanted in self.needed.items()}

    @property
    def lacks(self) -> int:
        """How many the band lacks that lacks most."""
        return max(self.short.values(), default=0)


def count_rows(
    asked: Iterable[tuple[Asked, str]], counts: Iterable[Count], needed: Mapping[int, Mapping[str, int]]
) -> list[Row]:
    """Return one row for each (requirement, its position's code), in their order.

    A question counts in every position that shares its statement, unless its tag is restricted to others (DESIGN §3).
    `needed` maps requirement ids to questions by band.
    """
    found: dict[int, list[Count]] = {}
    for count in counts:
        found.setdefault(count.statement_id, []).append(count)
    rows = []
    for requirement, position in asked:
        row = Row(requirement_id=requirement.id, statement_id=requirement.statement_id)
        row.needed = dict(needed.get(requirement.id, {}))
        for count in found.get(requirement.statement_id, ()):
            if count.positions is None or position in count.positions:
                _add(row, count)
        rows.append(row)
    return rows


def missing_in_all(rows: Sequence[Row]) -> tuple[int, int]:
    """Return how many questions are missing and how many requirements lack some.

    A question for a shared statement fills every position's gap at once, so of these the widest gap counts.
    """
    gaps: dict[int, int] = {}
    for row in rows:
        gaps[row.statement_id] = max(gaps.get(row.statement_id, 0), row.lacks)
    return sum(gaps.values()), sum(1 for row in rows if row.lacks)


def most_lacking(rows: Sequence[Row]) -> Row | None:
    """Return the row to write for first: the widest gap against the weights, else the fewest questions."""
    return max(rows, key=lambda row: (row.lacks, -row.present), default=None)


def step_of(count: int) -> int:
    """Return the step of the colour ramp: 0, 1, 2, 3–4, 5–6, 7 and more."""
    return min(5, count if count < 3 else (count + 3) // 2)


def _add(row: Row, count: Count) -> None:
    row.present += count.number
    row.counts["kind"][count.kind] += count.number
    row.counts["cognitive"][count.cognitive] += count.number
    row.counts["difficulty"][count.difficulty] += count.number
    for language in count.languages:
        row.counts["language"][language] += count.number
