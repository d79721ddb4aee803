"""The frozen shapes of a competence framework, and what follows from its texts alone.

The words are those of DESIGN §2; clause numbers in comments are T/MIITEC 020-2024's.
"""

import enum
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

TMIITEC_020_2024: Final = "T/MIITEC 020-2024"
"""The code of the framework that ships with the product."""


class Dimension(enum.StrEnum):
    """The three dimensions of clause 4, in the order of the standard."""

    KNOWLEDGE = "knowledge"
    SKILL = "skill"
    PRACTICE = "practice"

    @property
    def letter(self) -> str:
        """Return the letter that stands for the dimension in a requirement's code: a, b or c."""
        return "abc"[list(Dimension).index(self)]


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages; the Chinese is the source."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the Chinese for `zh`, else the English."""
        return self.zh if language == "zh" else self.en

    def as_json(self) -> dict[str, str]:
        """Return `{"zh", "en"}`."""
        return {"zh": self.zh, "en": self.en}


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One item of clause 5. `shared_with` are the codes of all others with the same Chinese text."""

    code: str
    guid: uuid.UUID
    dimension: Dimension
    ordinal: int
    proficiency: tuple[str, ...]
    text: Text
    shared_with: tuple[str, ...]
    related: tuple[str, ...]
    """Codes of similar but not identical requirements: editorial, symmetric."""

    @property
    def position_code(self) -> str:
        """Return the clause of the position, `5.2.1` for `5.2.1-b-3`."""
        return self.code.split("-")[0]


@dataclass(frozen=True, kw_only=True)
class Position:
    """A position of table 1 with its duties."""

    code: str
    title: Text
    duties: Text
    requirements: tuple[Requirement, ...]

    def requirements_of(self, dimension: Dimension) -> tuple[Requirement, ...]:
        """Return the position's requirements in one dimension, in the standard's order."""
        return tuple(r for r in self.requirements if r.dimension is dimension)


@dataclass(frozen=True, kw_only=True)
class Direction:
    """A direction of clause 3: positions that belong together."""

    code: str
    title: Text
    positions: tuple[Position, ...]


@dataclass(frozen=True, kw_only=True)
class Band:
    """A band of B.2 with its levels and, per dimension, the weights of B.3 in percent (they sum to 100)."""

    code: str
    title: Text
    levels: tuple[int, ...]
    description: Text
    experience: Text
    experience_years: int | None
    """Years of work the band asks for; None where the standard names no number."""
    weights: Mapping[Dimension, int]


@dataclass(frozen=True, kw_only=True)
class Framework:
    """A whole framework. `document` keeps the parts that nothing computes with, as they were written."""

    code: str
    urn: str
    title: Text
    directions: tuple[Direction, ...]
    bands: tuple[Band, ...]
    dimension_titles: Mapping[Dimension, Text]
    document: Mapping[str, Any]

    @property
    def positions(self) -> tuple[Position, ...]:
        """Return all positions in the standard's order."""
        return tuple(p for direction in self.directions for p in direction.positions)

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Return all requirements in the standard's order."""
        return tuple(r for position in self.positions for r in position.requirements)

    def band(self, code: str) -> Band | None:
        """Return the band of that code; None where there is none."""
        return next((band for band in self.bands if band.code == code), None)


def guid_of(urn: str, code: str) -> uuid.UUID:
    """Return the GUID of a requirement: the same wherever and whenever the framework is loaded (DESIGN §5)."""
    return uuid.uuid5(uuid.NAMESPACE_URL, urn + code)


def proficiency_of(text: str, verbs: Sequence[str]) -> tuple[str, ...]:
    """Return the proficiency verbs of a requirement's Chinese text in their order of occurrence.

    A verb that occurs twice counts twice: 5.3.1-a-1 asks 掌握 of two things.
    """
    return tuple(re.findall("|".join(map(re.escape, verbs)), text)) if verbs else ()


def shared_codes(texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return for each code all other codes with the same text, in the order given."""
    codes_of: dict[str, list[str]] = {}
    for code, text in texts.items():
        codes_of.setdefault(text, []).append(code)
    return {code: tuple(c for c in codes_of[text] if c != code) for code, text in texts.items()}


def related_codes(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return for each code those it is paired with, both ways."""
    related: dict[str, list[str]] = {}
    for one, other in pairs:
        related.setdefault(one, []).append(other)
        related.setdefault(other, []).append(one)
    return {code: tuple(sorted(others)) for code, others in related.items()}


def framework_as_json(framework: Framework) -> dict[str, Any]:
    """Return the framework whole, as `lms-carbon framework show --format json` prints it."""
    # `related` is how the file writes the pairs; outside, each requirement carries its own.
    whole = {key: part for key, part in framework.document.items() if key != "related"}
    whole["directions"] = [_direction_as_json(direction) for direction in framework.directions]
    return whole


def _direction_as_json(direction: Direction) -> dict[str, Any]:
    return {
        "code": direction.code,
        "title": direction.title.as_json(),
        "positions": [
            {
                "code": position.code,
                "title": position.title.as_json(),
                "duties": position.duties.as_json(),
                "requirements": [requirement_as_json(r) for r in position.requirements],
            }
            for position in direction.positions
        ],
    }


def requirement_as_json(requirement: Requirement) -> dict[str, Any]:
    """Return one requirement in the shape of the whole document."""
    return {
        "code": requirement.code,
        "guid": str(requirement.guid),
        "dimension": requirement.dimension.value,
        "proficiency": list(requirement.proficiency),
        "text": requirement.text.as_json(),
        "shared_with": list(requirement.shared_with),
        "related": list(requirement.related),
    }


def iterate_texts(part: Any, place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every bilingual leaf of a document with its place, such as `bands[0].title`."""
    if isinstance(part, Mapping):
        if "zh" in part or "en" in part:
            yield place, part
        for key, value in part.items():
            yield from iterate_texts(value, f"{place}.{key}" if place else str(key))
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield from iterate_texts(value, f"{place}[{index}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A statement that an item shows; `positions` restricts it to some of those that share the statement."""

    statement_id: int
    positions: Sequence[str] | None


def resolve_tags(tags: Sequence[Tag], requirements: Mapping[int, int], position: str) -> list[int]:
    """Return the requirements of `position` that are left of an item's tags (DESIGN §3), each once, in tag order.

    `requirements` maps statement to requirement of that position.
    """
    left = [
        requirements[tag.statement_id]
        for tag in tags
        if tag.statement_id in requirements and (tag.positions is None or position in tag.positions)
    ]
    return list(dict.fromkeys(left))
