"""Rubrics as documents: what a YAML file of a rubric holds.

    code: spreadsheet
    version: 1                       # 1 where it is left out
    title: {zh: …, en: …}
    criteria:
      - title: {zh: …, en: …}
        guidance: {zh: …, en: …}     # may be left out
        points: "10"
        levels:                      # best first or worst first, 2 to 9 of them, all different
          - {points: "10", title: {zh: …, en: …}, text: {zh: …, en: …}}
        tags: ["5.2.1-b-2"]          # requirement codes; a tag holds for every position that shares the text

Points are text or whole numbers, never YAML floats.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lms_carbon.marking.rules.points import MAX_POINTS, parse_points

MAX_LEVELS: Final = 9
"""A level is chosen by one digit."""


class RubricShapeError(ValueError):
    """A document that is no rubric; its text is the place that is not right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPart:
    """What earns how many thousandths."""

    points: int
    title: Mapping[str, str]
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionDocument:
    """One criterion as written; `levels` from best to worst."""

    title: Mapping[str, str]
    guidance: Mapping[str, str]
    points: int
    levels: tuple[LevelPart, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricDocument:
    """A rubric as written."""

    code: str
    version: int
    title: Mapping[str, str]
    criteria: tuple[CriterionDocument, ...]


def read_rubric(document: Mapping[str, Any]) -> RubricDocument:
    """Read a rubric; raises `RubricShapeError` with the place that is wrong, such as `criteria[1].levels[0].points`."""
    code = document.get("code")
    if not isinstance(code, str) or not 0 < len(code) <= 64:
        raise RubricShapeError("code")
    version = document.get("version", 1)
    if type(version) is not int or version < 1:
        raise RubricShapeError("version")
    criteria = document.get("criteria")
    if not isinstance(criteria, list) or not criteria:
        raise RubricShapeError("criteria")
    return RubricDocument(
        code=code,
        version=version,
        title=_texts(document, "title", ""),
        criteria=tuple(_criterion(part, f"criteria[{index}]") for index, part in enumerate(criteria)),
    )


def _criterion(part: Any, place: str) -> CriterionDocument:
    if not isinstance(part, Mapping):
        raise RubricShapeError(place)
    points = _points(part, place, MAX_POINTS)
    if points == 0:
        raise RubricShapeError(f"{place}.points")
    levels = part.get("levels")
    if not isinstance(levels, list) or not 2 <= len(levels) <= MAX_LEVELS:
        raise RubricShapeError(f"{place}.levels")
    read = [_level(level, f"{place}.levels[{index}]", points) for index, level in enumerate(levels)]
    if len({level.points for level in read}) < len(read):
        raise RubricShapeError(f"{place}.levels")
    tags = part.get("tags")
    if not isinstance(tags, list) or not tags or not all(isinstance(tag, str) for tag in tags):
        raise RubricShapeError(f"{place}.tags")
    return CriterionDocument(
        title=_texts(part, "title", place),
        guidance=_texts(part, "guidance", place) if part.get("guidance") else {"zh": "", "en": ""},
        points=points,
        levels=tuple(sorted(read, key=lambda level: -level.points)),
        tags=tuple(tags),
    )


def _level(part: Any, place: str, most: int) -> LevelPart:
    if not isinstance(part, Mapping):
        raise RubricShapeError(place)
    return LevelPart(
        points=_points(part, place, most), title=_texts(part, "title", place), text=_texts(part, "text", place)
    )


def _points(part: Mapping[str, Any], place: str, most: int) -> int:
    written = part.get("points")
    if isinstance(written, bool) or not isinstance(written, str | int):
        raise RubricShapeError(f"{place}.points")
    try:
        points = parse_points(str(written))
    except ValueError as problem:
        raise RubricShapeError(f"{place}.points") from problem
    if points > most:
        raise RubricShapeError(f"{place}.points")
    return points


def _texts(part: Mapping[str, Any], name: str, place: str) -> dict[str, str]:
    texts = part.get(name)
    where = f"{place}.{name}" if place else name
    if not isinstance(texts, Mapping):
        raise RubricShapeError(where)
    if not all(isinstance(texts.get(language), str) and texts[language].strip() for language in ("zh", "en")):
        raise RubricShapeError(where)
    return {language: texts[language].strip() for language in ("zh", "en")}
