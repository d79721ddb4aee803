"""Snapshots: all that a published result rests on, frozen (DESIGN §3). Whoever recomputes it from here gets the same.

Scores, weights and totals are text with both decimals (`"72.50"`) or null; points are integer thousandths:

    {"framework", "institution": {zh, en}, "person": {"name"}, "cycle": {"code", "title"},
     "position": {"code", "title"}, "band": {"code", "title", "levels"}, "years": null | "3.00",
     "outcome", "level", "total",
     "dimensions": [{"code", "title", "weight", "score", "contribution",
                     "instruments": [{"id", "kind", "title", "weight", "rule", "attempt", "earned", "possible",
                                      "score"}]}],
     "missing": [{"dimension", "instrument": {zh, en} | null}],
     "policy": {…as `policy_as_json`, "confirmed_by", "confirmed_at", "rationale"},
     "requirements": [{"id", "code", "dimension", "text", "earned", "possible", "score",
                       "items": [{"kind", "title", "instrument", "earned", "possible", "comments"}]}]}
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms_carbon.cycles.models import Instrument, Mark, Track
from lms_carbon.cycles.rules import instrument_score
from lms_carbon.framework.models import Requirement
from lms_carbon.framework.rules import Band, Dimension, Text
from lms_carbon.results.models import InstrumentScore
from lms_carbon.results.queries.evidence import Evidence
from lms_carbon.results.rules import Policy, contribution_of, format_score, policy_as_json

Comments = Mapping[tuple[int, str, int], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class TrackFacts:
    """What the snapshots of a track have in common."""

    framework: str
    institution: Mapping[str, str]
    track: Track
    band: Band
    dimension_titles: Mapping[Dimension, Text]
    policy: Policy
    confirmed_by: str
    instruments: Sequence[Instrument]
    requirements: Sequence[Requirement]
    """Of the position, in the standard's order."""


def make_snapshot(facts: TrackFacts, evidence: Evidence, comments: Comments) -> dict[str, Any]:
    """Return the snapshot of one candidacy, in the shape that the module says."""
    track, score = facts.track, evidence.score
    return {
        "framework": facts.framework,
        "institution": dict(facts.institution),
        "person": {"name": evidence.candidacy.person.name},
        "cycle": {"code": track.cycle.code, "title": track.cycle.title},
        "position": {"code": track.position.code, "title": track.position.title},
        "band": {
            "code": facts.band.code,
            "title": facts.band.title.as_json(),
            "levels": list(facts.band.levels),
        },
        "years": _score(evidence.candidacy.years),
        "outcome": score.outcome.value,
        "level": score.level,
        "total": _score(score.total),
        "dimensions": [_dimension(each, facts, evidence) for each in Dimension],
        "missing": _missing(facts, evidence),
        "policy": {
            **policy_as_json(facts.policy),
            "confirmed_by": facts.confirmed_by,
            "confirmed_at": track.policy_confirmed_at.isoformat() if track.policy_confirmed_at else None,
            "rationale": track.policy_rationale,
        },
        "requirements": _requirements(facts, evidence, comments),
    }


def digest_snapshot(snapshot: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a snapshot's canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _dimension(dimension: Dimension, facts: TrackFacts, evidence: Evidence) -> dict[str, Any]:
    score: int | None = getattr(evidence.score, dimension.value)
    weight = facts.band.weights[dimension]
    return {
        "code": dimension.value,
        "title": facts.dimension_titles[dimension].as_json(),
        "weight": weight,
        "score": _score(score),
        "contribution": None if score is None else format_score(contribution_of(score, weight)),
        "instruments": [
            _instrument(each, evidence.instruments.get(each.id)) for each in _instruments_of(dimension, facts)
        ],
    }


def _instrument(instrument: Instrument, part: InstrumentScore | None) -> dict[str, Any]:
    return {
        "id": instrument.id,
        "kind": instrument.kind.value,
        "title": instrument.title,
        "weight": instrument.weight,
        "rule": instrument.result_rule.value,
        "attempt": part.attempt if part else None,
        "earned": part.earned if part else None,
        "possible": part.possible if part else None,
        "score": format_score(part.score) if part else None,
    }


def _missing(facts: TrackFacts, evidence: Evidence) -> list[dict[str, Any]]:
    """Return what keeps dimensions from having a score: instruments without marks, or no instrument at all."""
    missing: list[dict[str, Any]] = []
    for dimension in Dimension:
        instruments = _instruments_of(dimension, facts)
        if not instruments:
            missing.append({"dimension": dimension.value, "instrument": None})
        missing += [
            {"dimension": dimension.value, "instrument": each.title}
            for each in instruments
            if each.id not in evidence.instruments
        ]
    return missing


def _requirements(facts: TrackFacts, evidence: Evidence, comments: Comments) -> list[dict[str, Any]]:
    """Return the profile: every requirement of the position, those that nothing assessed too."""
    marks: dict[int, list[Mark]] = {}
    for mark in evidence.marks:
        marks.setdefault(mark.requirement_id, []).append(mark)
    profile = []
    for requirement in facts.requirements:
        own = marks.get(requirement.id, [])
        earned, possible = sum(mark.earned for mark in own), sum(mark.possible for mark in own)
        profile.append(
            {
                "id": requirement.id,
                "code": requirement.code,
                "dimension": requirement.dimension,
                "text": requirement.statement.text,
                "earned": earned,
                "possible": possible,
                "score": format_score(instrument_score(earned, possible)) if own else None,
                "items": [_item(mark, comments) for mark in own],
            }
        )
    return profile


def _item(mark: Mark, comments: Comments) -> dict[str, Any]:
    return {
        "kind": mark.item_kind,
        "title": mark.title,
        "instrument": mark.instrument_id,
        "earned": mark.earned,
        "possible": mark.possible,
        "comments": list(comments.get((mark.candidacy_id, mark.item_kind, mark.item_id), ())),
    }


def _instruments_of(dimension: Dimension, facts: TrackFacts) -> list[Instrument]:
    return [each for each in facts.instruments if each.dimension == dimension.value]


def _score(hundredths: int | None) -> str | None:
    return None if hundredths is None else format_score(hundredths)
