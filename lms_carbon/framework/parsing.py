"""From a document to a `Framework`: every shape checked, every mistake named with its place."""

import re
from collections.abc import Mapping
from typing import Any

from lms_carbon.framework.errors import InvalidFrameworkError
from lms_carbon.framework.rules import (
    Band,
    Dimension,
    Direction,
    Framework,
    Position,
    Requirement,
    Text,
    guid_of,
    iterate_texts,
    proficiency_of,
    related_codes,
    shared_codes,
)

CODE = re.compile(r"[0-9]+(\.[0-9]+)+-[abc]-[1-9][0-9]*")
SECTIONS = (
    "scope",
    "terms",
    "dimensions",
    "elements",
    "proficiency_verbs",
    "improvement",
    "stages",
    "providers",
    "methods",
    "references",
    "editorial",
)


def parse_framework(document: object) -> Framework:
    """Return the framework that a document describes; raises `InvalidFrameworkError`."""
    if not isinstance(document, Mapping):
        raise InvalidFrameworkError("the top", "a mapping with code, title, directions and bands is expected")
    for place, leaf in iterate_texts(document):
        _text(leaf, place)
    for section in SECTIONS:
        _list(document, section, "")
    directions = _directions(document)
    return Framework(
        code=_word(document, "code", ""),
        urn=_word(document, "urn", ""),
        title=_text(document.get("title"), "title"),
        directions=directions,
        bands=_bands(document),
        dimension_titles=_dimension_titles(document),
        document=document,
    )


def _dimension_titles(document: Mapping[str, Any]) -> dict[Dimension, Text]:
    found = {}
    for index, entry in enumerate(document["dimensions"]):
        place = f"dimensions[{index}]"
        found[_dimension(_word(entry, "code", place), place)] = _text(entry.get("title"), f"{place}.title")
    if list(found) != list(Dimension):
        raise InvalidFrameworkError("dimensions", "knowledge, skill and practice are expected, in this order")
    return found


def _directions(document: Mapping[str, Any]) -> tuple[Direction, ...]:
    if not _list(document, "directions", ""):
        raise InvalidFrameworkError("directions", "there is none")
    facts = _requirement_facts(document)
    directions = []
    for index, entry in enumerate(_list(document, "directions", "")):
        place = f"directions[{index}]"
        code = _word(entry, "code", place)
        positions = []
        for number, item in enumerate(_list(entry, "positions", place)):
            here = f"{place}.positions[{number}]"
            position = _position(item, here, facts)
            if not position.code.startswith(code + "."):
                raise InvalidFrameworkError(f"{here}.code", f"{position.code} does not belong to {code}")
            positions.append(position)
        directions.append(
            Direction(code=code, title=_text(entry.get("title"), f"{place}.title"), positions=tuple(positions))
        )
    _refuse_twice([d.code for d in directions], "directions")
    _refuse_twice([p.code for d in directions for p in d.positions], "positions")
    return tuple(directions)


class _Facts:
    """What a requirement shows about itself only when all requirements are known."""

    def __init__(self, urn: str, verbs: list[str], texts: dict[str, Text], pairs: list[tuple[str, str]]) -> None:
        self.urn = urn
        self.verbs = verbs
        self.shared = shared_codes({code: text.zh for code, text in texts.items()})
        self.related = related_codes(pairs)


def _requirement_facts(document: Mapping[str, Any]) -> _Facts:
    texts: dict[str, Text] = {}
    for i, direction in enumerate(_list(document, "directions", "")):
        for j, position in enumerate(_list(direction, "positions", f"directions[{i}]")):
            here = f"directions[{i}].positions[{j}]"
            for k, item in enumerate(_list(position, "requirements", here)):
                place = f"{here}.requirements[{k}]"
                code = _word(item, "code", place)
                if CODE.fullmatch(code) is None:
                    raise InvalidFrameworkError(f"{place}.code", f"{code} is not of the form 5.2.1-b-3")
                if code in texts:
                    raise InvalidFrameworkError(place, f"{code} occurs twice")
                texts[code] = _text(item, place)
    _refuse_divided_statements(texts)
    verbs = [verb["zh"] for verb in document["proficiency_verbs"]]
    return _Facts(_word(document, "urn", ""), verbs, texts, _related_pairs(document, texts))


def _refuse_divided_statements(texts: dict[str, Text]) -> None:
    """One Chinese text is one statement (DESIGN §2), so it cannot have two translations or dimensions."""
    first: dict[str, tuple[str, str]] = {}
    for code, text in texts.items():
        known, english = first.setdefault(text.zh, (code, text.en))
        if english != text.en:
            raise InvalidFrameworkError(code, f"it has the Chinese text of {known} but another English one")
        if known.split("-")[1:2] != code.split("-")[1:2]:
            raise InvalidFrameworkError(code, f"it has the text of {known}, which is of another dimension")


def _related_pairs(document: Mapping[str, Any], texts: dict[str, Text]) -> list[tuple[str, str]]:
    pairs = []
    for index, entry in enumerate(_list(document, "related", "")):
        place = f"related[{index}]"
        pair = _list(entry, "requirements", place)
        if len(pair) != 2 or any(code not in texts for code in pair):
            raise InvalidFrameworkError(place, "two requirement codes of this framework are expected")
        if texts[pair[0]] == texts[pair[1]]:
            raise InvalidFrameworkError(place, "the two have the same text; that needs no pair")
        if entry.get("editorial") is not True:
            raise InvalidFrameworkError(place, "a relation is ours, so it must say `editorial: true`")
        pairs.append((pair[0], pair[1]))
    _refuse_twice([" and ".join(sorted(pair)) for pair in pairs], "related")
    return pairs


def _position(entry: Mapping[str, Any], place: str, facts: _Facts) -> Position:
    code = _word(entry, "code", place)
    requirements = []
    counts = dict.fromkeys(Dimension, 0)
    for index, item in enumerate(entry["requirements"]):
        here = f"{place}.requirements[{index}]"
        requirement = _requirement(item, here, facts)
        counts[requirement.dimension] += 1
        if requirement.position_code != code or requirement.ordinal != counts[requirement.dimension]:
            raise InvalidFrameworkError(f"{here}.code", f"{requirement.code} is out of place in {code}")
        requirements.append(requirement)
    order = list(Dimension)
    if [r.dimension for r in requirements] != sorted((r.dimension for r in requirements), key=order.index):
        raise InvalidFrameworkError(place, "requirements go by dimension: a, then b, then c")
    return Position(
        code=code,
        title=_text(entry.get("title"), f"{place}.title"),
        duties=_text(entry.get("duties"), f"{place}.duties"),
        requirements=tuple(requirements),
    )


def _requirement(entry: Mapping[str, Any], place: str, facts: _Facts) -> Requirement:
    code = entry["code"]
    _, letter, ordinal = code.split("-")
    text = _text(entry, place)
    if text.zh.endswith(("；", "。", ";", ".")):
        raise InvalidFrameworkError(place, "requirement texts stand without their closing mark")
    proficiency = proficiency_of(text.zh, facts.verbs)
    if facts.verbs and not proficiency:
        raise InvalidFrameworkError(place, "none of the proficiency verbs occurs in the text")
    return Requirement(
        code=code,
        guid=guid_of(facts.urn, code),
        dimension=next(d for d in Dimension if d.letter == letter),
        ordinal=int(ordinal),
        proficiency=proficiency,
        text=text,
        shared_with=facts.shared[code],
        related=facts.related.get(code, ()),
    )


def _bands(document: Mapping[str, Any]) -> tuple[Band, ...]:
    bands = []
    next_level = 1
    for index, entry in enumerate(_list(document, "bands", "")):
        place = f"bands[{index}]"
        levels = _list(entry, "levels", place)
        if not levels or levels != list(range(next_level, next_level + len(levels))):
            raise InvalidFrameworkError(f"{place}.levels", f"levels count on without gaps from {next_level}")
        next_level += len(levels)
        bands.append(
            Band(
                code=_word(entry, "code", place),
                title=_text(entry.get("title"), f"{place}.title"),
                levels=tuple(levels),
                description=_text(entry.get("description"), f"{place}.description"),
                experience=_text(entry.get("experience"), f"{place}.experience"),
                experience_years=_years(entry.get("experience_years"), f"{place}.experience_years"),
                weights=_weights(entry.get("weights"), f"{place}.weights"),
            )
        )
    if not bands:
        raise InvalidFrameworkError("bands", "there is none")
    _refuse_twice([band.code for band in bands], "bands")
    return tuple(bands)


def _years(value: object, place: str) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 < value < 100):
        return value
    raise InvalidFrameworkError(place, "whole years are expected, or null")


def _weights(value: object, place: str) -> dict[Dimension, int]:
    if not isinstance(value, Mapping) or set(value) != set(Dimension):
        raise InvalidFrameworkError(place, "a weight for knowledge, skill and practice is expected")
    if any(type(w) is not int or w < 0 for w in value.values()) or sum(value.values()) != 100:
        raise InvalidFrameworkError(place, "weights are whole percentages that sum to 100")
    return {dimension: value[dimension] for dimension in Dimension}


def _dimension(code: str, place: str) -> Dimension:
    if code not in set(Dimension):
        raise InvalidFrameworkError(place, f"{code} is not a dimension")
    return Dimension(code)


def _list(entry: object, key: str, place: str) -> list[Any]:
    value = entry.get(key) if isinstance(entry, Mapping) else None
    if not isinstance(value, list):
        raise InvalidFrameworkError(f"{place}.{key}".lstrip("."), "a list is expected")
    return value


def _word(entry: object, key: str, place: str) -> str:
    value = entry.get(key) if isinstance(entry, Mapping) else None
    if not isinstance(value, str) or not value.strip():
        raise InvalidFrameworkError(f"{place}.{key}".lstrip("."), "a text is expected")
    return value


def _text(value: object, place: str) -> Text:
    if not isinstance(value, Mapping):
        raise InvalidFrameworkError(place, "a text in both languages is expected (zh and en)")
    for language in ("zh", "en"):
        text = value.get(language)
        if not isinstance(text, str) or not text.strip() or text != text.strip():
            raise InvalidFrameworkError(f"{place}.{language}", "a text is expected, without spaces around it")
    return Text(zh=value["zh"], en=value["en"])


def _refuse_twice(codes: list[str], place: str) -> None:
    for code in codes:
        if codes.count(code) > 1:
            raise InvalidFrameworkError(place, f"{code} occurs twice")
