"""What an item declares: its responses with their right answers and mappings, and its outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

from lms_carbon.question_bank.interchange.qti.names import Element, children, words

Values = tuple[str, ...]
"""A QTI value: none, one or several strings; () is NULL."""

_MOST: Final = 15
"""Powers of ten that a number in a file may have; more is no score and no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A mapping of values to points."""

    entries: Mapping[str, Fraction]
    folded: frozenset[str] = frozenset()
    """Keys that are compared without regard to case."""
    default: Fraction = Fraction(0)
    lower: Fraction | None = None
    upper: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A response, outcome or template variable."""

    identifier: str
    cardinality: str
    base_type: str
    correct: Values = ()
    default: Values = ()
    mapping: Mapped | None = None
    areas: bool = False
    """Whether points of a picture are mapped."""
    normal_maximum: str | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """All variables of an item, by identifier."""

    responses: Mapping[str, Declaration]
    outcomes: Mapping[str, Declaration] = field(default_factory=dict)


def read_declarations(item: Element) -> Declared:
    """Return what an item declares."""
    return Declared(
        responses={each.identifier: each for each in map(_declaration, children(item, "responseDeclaration"))},
        outcomes={each.identifier: each for each in map(_declaration, children(item, "outcomeDeclaration"))},
    )


def read_fraction(text: str | None) -> Fraction | None:
    """Return a decimal number exactly; None for what is none, or of a size that nobody means."""
    try:
        number = Decimal((text or "").strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or len(number.as_tuple().digits) > 2 * _MOST or abs(number.adjusted()) > _MOST:
        return None
    return Fraction(number)


def _declaration(element: Element) -> Declaration:
    mapping = children(element, "mapping")
    return Declaration(
        identifier=element.get("identifier", ""),
        cardinality=element.get("cardinality", "single"),
        base_type=element.get("baseType", ""),
        correct=_values(element, "correctResponse"),
        default=_values(element, "defaultValue"),
        mapping=_mapping(mapping[0]) if mapping else None,
        areas=bool(children(element, "areaMapping")),
        normal_maximum=element.get("normalMaximum"),
    )


def _values(element: Element, name: str) -> Values:
    return tuple(words(value) for found in children(element, name) for value in children(found, "value"))


def _mapping(element: Element) -> Mapped:
    entries = children(element, "mapEntry")
    return Mapped(
        entries={
            _folded(entry.get("mapKey", "")): read_fraction(entry.get("mappedValue")) or Fraction(0)
            for entry in entries
        },
        folded=frozenset(
            _folded(entry.get("mapKey", "")) for entry in entries if entry.get("caseSensitive") == "false"
        ),
        default=read_fraction(element.get("defaultValue")) or Fraction(0),
        lower=read_fraction(element.get("lowerBound")),
        upper=read_fraction(element.get("upperBound")),
    )


def _folded(text: str) -> str:
    return " ".join(text.split())
