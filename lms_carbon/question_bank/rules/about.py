"""What a version says about itself beside its content, and the limits of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from lms_carbon.core.i18n import mark

COGNITIVE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "remember": mark("Remember"),
        "understand": mark("Understand"),
        "apply": mark("Apply"),
        "analyse": mark("Analyse"),
    }
)
"""Cognitive levels with their message ids, lowest first (Bloom's, revised, without the two that no kind here shows)."""

DIFFICULTIES: Final[Mapping[int, str]] = MappingProxyType(
    {
        90: mark("Very easy"),
        75: mark("Easy"),
        60: mark("Medium"),
        45: mark("Hard"),
        30: mark("Very hard"),
    }
)
"""Expected shares of right answers that the form offers, in hundredths."""

DIFFICULTY_BANDS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {"easy": (70, 100), "medium": (50, 69), "hard": (0, 49)}
)
"""How lists and counts group the expected share of right answers: lowest and highest of each, in hundredths."""

DIFFICULTY_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"easy": mark("Easy"), "medium": mark("Medium"), "hard": mark("Hard")}
)

MAX_POINTS: Final = 100_000
"""In thousandths."""
MAX_MINUTES: Final = 180
MAX_TITLE: Final = 120
MAX_SOURCE: Final = 500
MAX_NOTE: Final = 4_000
MAX_TAGS: Final = 12
MAX_FIELD: Final = 60_000
"""Characters of one form field that are read at all; each kind's own limits are lower."""


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A statement that a version shows; `positions` are codes, None for all that share the statement."""

    statement_id: int
    positions: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """All that an author writes of a version, checked and cleaned. Bilingual texts are `{"zh", "en"}`."""

    title: Mapping[str, str]
    content: Mapping[str, Any]
    points: int = 1_000
    """In thousandths."""
    cognitive: str = "understand"
    difficulty: int = 60
    minutes: int = 2
    source: Mapping[str, str] = field(default_factory=lambda: {"zh": "", "en": ""})
    needs_expert_review: bool = False
    tags: tuple[Tag, ...] = ()
