"""When two marks agree, what comes of them, and what a third person decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lms_carbon.cycles.rules import MarkRow, half_up, share_points

TOLERANCE: Final = 10_00
"""Hundredths of a percent of a criterion's points by which two marks may differ, where a plan says nothing else."""
LEAST: Final = 1_000
"""Thousandths by which they may differ in any case: one point."""
BLIND_PARTS: Final = (1, 2)
DECIDING_PART: Final = 3

WORK_STEPS: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    "dispute": (frozenset({"open"}), "disputed"),
    "settle": (frozenset({"open", "disputed"}), "settled"),
}
"""Step → states it starts from, and the state it leads to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionPart:
    """A criterion as a plan froze it: its points, and the requirements they go to, in tag order."""

    criterion_id: int
    title: Mapping[str, str]
    possible: int
    requirements: tuple[int, ...]


def marks_agree(first: int, second: int, possible: int, *, tolerance: int, least: int) -> bool:
    """Tell whether two marks of a criterion are close enough, in thousandths; the limits themselves still agree."""
    difference = abs(first - second)
    return difference <= least or difference * 100_00 <= possible * tolerance


def disputed_criteria(
    criteria: Sequence[CriterionPart],
    first: Mapping[int, int],
    second: Mapping[int, int],
    *,
    tolerance: int,
    least: int,
) -> list[int]:
    """Return the criteria that two markers see too differently, in the rubric's order."""
    return [
        criterion.criterion_id
        for criterion in criteria
        if not marks_agree(
            first[criterion.criterion_id],
            second[criterion.criterion_id],
            criterion.possible,
            tolerance=tolerance,
            least=least,
        )
    ]


def settled_points(first: Mapping[int, int], second: Mapping[int, int], decided: Mapping[int, int]) -> dict[int, int]:
    """Return what counts for each criterion: what was decided, else the mean of both marks, half a thousandth up."""
    means = {criterion_id: half_up(points + second[criterion_id], 2) for criterion_id, points in first.items()}
    return {**means, **decided}


def criterion_rows(criteria: Sequence[CriterionPart], points: Mapping[int, int]) -> list[MarkRow]:
    """Return the ledger's rows: the points of each criterion, split over its requirements (DESIGN §3, Tags)."""
    rows: list[MarkRow] = []
    for criterion in criteria:
        earned = share_points(points[criterion.criterion_id], criterion.requirements)
        possible = share_points(criterion.possible, criterion.requirements)
        rows += [
            MarkRow(
                item_kind="criterion",
                item_id=criterion.criterion_id,
                title=dict(criterion.title),
                requirement_id=requirement_id,
                earned=share,
                possible=whole,
            )
            for (requirement_id, share), (_, whole) in zip(earned, possible, strict=True)
        ]
    return rows
