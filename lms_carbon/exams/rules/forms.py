"""What a form needs before it is frozen, and its digest."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lms_carbon.core.i18n import mark
from lms_carbon.cycles.rules import share_points
from lms_carbon.exams.errors import FormProblem
from lms_carbon.exams.rules.scoring import canonical

MIN_POINTS: Final = 10
MAX_POINTS: Final = 1_000_000
"""Thousandths: 0.01 to 1000 points."""
MAX_ITEMS: Final = 500

EMPTY: Final = mark("There is no question in this form yet.")
NOT_APPROVED: Final = mark("Question {slot} is not approved.")
NOT_APPROVED_IN: Final = {
    "zh": mark("Question {slot} is not approved in Chinese."),
    "en": mark("Question {slot} is not approved in English."),
}
NO_TAG: Final = mark("Question {slot} shows nothing that this position asks for.")

ENEMIES: Final = mark("Questions {slot} and {other} must not stand in one form.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftItem:
    """A slot of a form that is being put together."""

    slot: int
    version_id: int
    points: int
    approved: bool
    requirements: Sequence[int]
    """Requirements of the form's position that are left of the question's tags, in tag order."""
    unsigned: Sequence[str] = ()
    """Languages of the exam in which the question is not approved."""


def form_problems(items: Sequence[DraftItem], *, counts: bool) -> list[FormProblem]:
    """Return what keeps a form from being frozen; `counts` is False for practice exams, which book no marks."""
    if not items:
        return [FormProblem(EMPTY)]
    found: list[FormProblem] = []
    for item in items:
        if not item.approved:
            found.append(FormProblem(NOT_APPROVED, item.slot))
        else:
            found += [FormProblem(NOT_APPROVED_IN[language], item.slot) for language in item.unsigned]
        if counts and not item.requirements:
            found.append(FormProblem(NO_TAG, item.slot))
    return found


def enemy_problems(slots: Mapping[int, int], pairs: Iterable[tuple[int, int]]) -> list[FormProblem]:
    """Return a problem for each pair of questions that never stand together; `slots` maps question ids to slots."""
    found = (sorted((slots[one], slots[other])) for one, other in pairs)
    return [FormProblem(ENEMIES, first, second) for first, second in sorted(found)]


def tag_shares(item: DraftItem) -> list[tuple[int, int]]:
    """Return (requirement, possible points) of an item; none without requirements."""
    return share_points(item.points, item.requirements)


def form_digest(items: Sequence[DraftItem]) -> str:
    """Return SHA-256, in hex, over slots, versions, points and shares."""
    rows: list[dict[str, Any]] = [
        {"slot": item.slot, "version": item.version_id, "points": item.points, "tags": tag_shares(item)}
        for item in items
    ]
    return hashlib.sha256(canonical(rows)).hexdigest()
