"""Reading a published snapshot: what it lacks, what comes next, what a revision changed. Pure; no mark is asked for.

Snapshots are as `results.snapshots` makes them: scores are text with two decimals, points integer thousandths.
Here scores become integer hundredths again, so that differences are exact.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lms_carbon.results.rules import Outcome, parse_score

Snapshot = Mapping[str, Any]


def hundredths(text: str | None) -> int | None:
    """Return a snapshot's score as hundredths."""
    return None if text is None else parse_score(text)


def cuts_of(snapshot: Snapshot) -> list[int]:
    """Return the cuts of the snapshot's own band, rising."""
    return [parse_score(cut) for cut in snapshot["policy"]["cuts"][snapshot["band"]["code"]]]


@dataclass(frozen=True, kw_only=True)
class Minimum:
    """A dimension below the least score that the policy asks of it."""

    dimension: str
    score: int
    least: int


def failed_minimums(snapshot: Snapshot) -> list[Minimum]:
    """Return the dimensions that stay below the policy's minimums."""
    least = {code: parse_score(value) for code, value in snapshot["policy"].get("minimums", {}).items()}
    scores = {each["code"]: hundredths(each["score"]) for each in snapshot["dimensions"]}
    return [
        Minimum(dimension=code, score=score, least=least[code])
        for code, score in scores.items()
        if code in least and score is not None and score < least[code]
    ]


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What comes next in the band: a level, and the total from which it is reached."""

    level: int
    cut: int
    gap: int | None
    """What the total lacks; None without a total, nothing or less where only a minimum stands in the way."""
    reached: bool
    """True at the band's highest level: the goal is the level that is held."""


def next_goal(snapshot: Snapshot) -> Goal:
    """Return the next level of the band, or the highest where it is held.

    Whoever has the cut in every requirement has it in every dimension, hence in the total: so it serves as the goal
    for single requirements too.
    """
    levels, cuts = list(snapshot["band"]["levels"]), cuts_of(snapshot)
    held = snapshot["level"] if snapshot["outcome"] == Outcome.LEVEL else None
    place = 0 if held is None else levels.index(held) + 1
    reached = place == len(levels)
    place = min(place, len(levels) - 1)
    total = hundredths(snapshot["total"])
    return Goal(
        level=levels[place], cut=cuts[place], gap=None if total is None else cuts[place] - total, reached=reached
    )


def goal_of(snapshot: Snapshot, dimension: str) -> int:
    """Return the score to aim at in a requirement of this dimension: the next cut, or the minimum where higher."""
    least = snapshot["policy"].get("minimums", {}).get(dimension)
    return max(next_goal(snapshot).cut, parse_score(least) if least is not None else 0)


def lowest_requirement(snapshot: Snapshot) -> Mapping[str, Any] | None:
    """Return the assessed requirement with the lowest score, the first of equals; None where none was assessed."""
    assessed = [each for each in snapshot["requirements"] if each["score"] is not None]
    return min(assessed, key=lambda each: parse_score(each["score"]), default=None)


def requirements_by_dimension(snapshot: Snapshot) -> Iterator[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """Yield each dimension with its requirements, in the standard's order."""
    for dimension in snapshot["dimensions"]:
        yield dimension, [each for each in snapshot["requirements"] if each["dimension"] == dimension["code"]]


@dataclass(frozen=True, kw_only=True)
class Change:
    """A value of the revision before and of this one; text as it is shown, None where there is none."""

    what: str
    """`level`, `total`, `dimension` or `requirement`."""
    name: str
    before: Any
    after: Any


def list_changes(before: Snapshot, after: Snapshot) -> list[Change]:
    """Return what differs between two revisions: level and total always, the rest where it changed."""
    changes = [
        Change(what="level", name="", before=_status(before), after=_status(after)),
        Change(what="total", name="", before=before["total"], after=after["total"]),
    ]
    for what, part in (("dimension", "dimensions"), ("requirement", "requirements")):
        old = {each["code"]: each["score"] for each in before[part]}
        changes += [
            Change(what=what, name=each["code"], before=old.get(each["code"]), after=each["score"])
            for each in after[part]
            if old.get(each["code"]) != each["score"]
        ]
    return changes


def _status(snapshot: Snapshot) -> tuple[str, int | None]:
    return snapshot["outcome"], snapshot["level"]


def format_points(thousandths: int) -> str:
    """Return points with the decimals they need: `5`, `2.5`, `3.333`."""
    whole, part = divmod(thousandths, 1000)
    return f"{whole}.{part:03d}".rstrip("0").rstrip(".")
