"""From points to a level (DESIGN §3): integers only, rounded half up at each step that a person sees.

Points are integer thousandths; scores, contributions and totals are integer hundredths of 0–100, so 7250 is 72.50.
Each step starts from the rounded values before it, so that whoever recomputes a result from the page gets the same.
"""

import enum
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lms_carbon.cycles.rules import FULL, half_up
from lms_carbon.framework.rules import Band, Dimension
from lms_carbon.results.errors import InvalidPointsError, InvalidScoreError, InvalidYearsError, NoCutsForBandError

HUNDREDTHS: Final = re.compile(r"(?P<whole>[0-9]{1,3})(?:\.(?P<part>[0-9]{1,2}))?")


class Outcome(enum.StrEnum):
    """What a candidacy comes to."""

    LEVEL = "level"
    BELOW_BAND = "below_band"
    INCOMPLETE = "incomplete"
    """A dimension has no score: missing is not zero."""
    INELIGIBLE = "ineligible"
    """The experience that the band asks for (B.2) is not there."""
    WITHHELD = "withheld"
    """An incident or dispute is open; a person sets it, no arithmetic does."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What the standard leaves open. Cuts and minimums are hundredths."""

    name: str
    version: str | int
    cuts: Mapping[str, tuple[int, ...]]
    """Per band the least totals of its levels, rising."""
    minimums: Mapping[Dimension, int]
    """The least score of a dimension; without it no level of the band is reached."""
    experience_years: Mapping[str, int | None]
    """Per band the years asked; None: not checked."""

    def cuts_of(self, band: Band) -> tuple[int, ...]:
        """Return the band's cuts, one for each of its levels; raises `NoCutsForBandError`."""
        try:
            return self.cuts[band.code]
        except KeyError:
            raise NoCutsForBandError(policy=self.name, band=band.code) from None


@dataclass(frozen=True, kw_only=True)
class DimensionPart:
    """One dimension's share in the total; score and contribution are None where it is missing."""

    dimension: Dimension
    score: int | None
    weight: int
    contribution: int | None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """An outcome with all that it rests on."""

    outcome: Outcome
    band: Band
    level: int | None
    total: int | None
    """None while a dimension is missing."""
    dimensions: tuple[DimensionPart, ...]
    policy: Policy

    @property
    def status(self) -> str:
        """Return `level_4`, or the outcome where there is no level."""
        return f"level_{self.level}" if self.outcome is Outcome.LEVEL else self.outcome.value

    @property
    def missing(self) -> tuple[Dimension, ...]:
        """Return the dimensions without a score."""
        return tuple(part.dimension for part in self.dimensions if part.score is None)


def dimension_score(instruments: Iterable[tuple[int | None, int]]) -> int | None:
    """Return the weighted mean of (score, weight) pairs in hundredths.

    None where there is no instrument or one has no score yet: missing is not zero. Weights are positive.
    """
    total = weights = 0
    for score, weight in instruments:
        if weight <= 0:
            raise ValueError("an instrument's weight is positive")
        if score is None:
            return None
        total += score * weight
        weights += weight
    return half_up(total, weights) if weights else None


def contribution_of(score: int, weight: int) -> int:
    """Return what a dimension score adds to the total under its weight in percent (B.3), in hundredths."""
    return half_up(score * weight, 100)


def level_at(total: int, *, levels: Sequence[int], cuts: Sequence[int]) -> int | None:
    """Return the highest level whose cut the total reaches; None below the first."""
    reached = [level for level, cut in zip(levels, cuts, strict=True) if total >= cut]
    return reached[-1] if reached else None


def decide_level(
    *, band: Band, scores: Mapping[Dimension, int | None], policy: Policy, years: int | None = None
) -> Decision:
    """Return what the dimension scores (hundredths) come to in a band under a policy.

    `years` of experience are hundredths too; None is not checked. Too little experience comes first, because no
    score still to come can mend it; then missing dimensions; then minimums and cuts.
    Raises `NoCutsForBandError`.
    """
    cuts = policy.cuts_of(band)
    parts = tuple(_part(dimension, scores.get(dimension), band.weights[dimension]) for dimension in Dimension)
    contributions = [part.contribution for part in parts if part.contribution is not None]
    total = sum(contributions) if len(contributions) == len(parts) else None
    level = None
    asked = policy.experience_years.get(band.code)
    if asked is not None and years is not None and years < asked * 100:
        outcome = Outcome.INELIGIBLE
    elif total is None:
        outcome = Outcome.INCOMPLETE
    else:
        level = level_at(total, levels=band.levels, cuts=cuts) if _minimums_met(parts, policy) else None
        outcome = Outcome.BELOW_BAND if level is None else Outcome.LEVEL
    return Decision(outcome=outcome, band=band, level=level, total=total, dimensions=parts, policy=policy)


def _part(dimension: Dimension, score: int | None, weight: int) -> DimensionPart:
    contribution = None if score is None else contribution_of(score, weight)
    return DimensionPart(dimension=dimension, score=score, weight=weight, contribution=contribution)


def _minimums_met(parts: Iterable[DimensionPart], policy: Policy) -> bool:
    return all(part.score is not None and part.score >= policy.minimums.get(part.dimension, 0) for part in parts)


def parse_score(value: object) -> int:
    """Return a score as hundredths; raises `InvalidScoreError` for what is no number from 0 to 100.

    Takes whole numbers and text with at most two decimals; floats are refused, since they are not what was typed.
    """
    hundredths = _hundredths(value)
    if hundredths is None or hundredths > FULL:
        raise InvalidScoreError(value)
    return hundredths


def parse_years(value: object) -> int:
    """Return years of experience as hundredths; raises `InvalidYearsError`."""
    hundredths = _hundredths(value)
    if hundredths is None or hundredths > 100_00:
        raise InvalidYearsError(value)
    return hundredths


def _hundredths(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    match = HUNDREDTHS.fullmatch(str(value))
    return int(match["whole"]) * 100 + int((match["part"] or "").ljust(2, "0")) if match else None


def format_score(hundredths: int) -> str:
    """Return hundredths with both decimals, `72.50`."""
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def format_cut(hundredths: int) -> str:
    """Return hundredths as a person writes a cut: `60`, `62.5`."""
    return format_score(hundredths).rstrip("0").rstrip(".")


POINTS: Final = re.compile(r"(?P<whole>[0-9]{1,6})(?:\.(?P<part>[0-9]{1,3}))?")


def parse_points(value: str) -> int:
    """Return points as thousandths; raises `InvalidPointsError`."""
    match = POINTS.fullmatch(value.strip())
    if match is None:
        raise InvalidPointsError(value=value)
    return int(match["whole"]) * 1000 + int((match["part"] or "").ljust(3, "0"))


def format_points(thousandths: int) -> str:
    """Return points as a person writes them: `8`, `7.5`."""
    return f"{thousandths // 1000}.{thousandths % 1000:03d}".rstrip("0").rstrip(".")


def policy_as_json(policy: Policy) -> dict[str, Any]:
    """Return a policy as files, tracks and results keep it."""
    return {
        "name": policy.name,
        "version": policy.version,
        "cuts": {band: [format_cut(cut) for cut in cuts] for band, cuts in policy.cuts.items()},
        "minimums": {dimension.value: format_cut(least) for dimension, least in policy.minimums.items()},
        "experience_years": dict(policy.experience_years),
    }


def decision_as_json(decision: Decision) -> dict[str, Any]:
    """Return a decision as `lms-carbon level compute --format json` prints it."""
    return {
        "status": decision.status,
        "band": decision.band.code,
        "level": decision.level,
        "total": None if decision.total is None else format_score(decision.total),
        "dimensions": {
            part.dimension.value: {
                "score": None if part.score is None else format_score(part.score),
                "weight": part.weight,
                "contribution": None if part.contribution is None else format_score(part.contribution),
            }
            for part in decision.dimensions
        },
        "missing": [dimension.value for dimension in decision.missing],
        "policy": policy_as_json(decision.policy),
    }
