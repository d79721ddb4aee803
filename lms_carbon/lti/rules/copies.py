"""Where an activity says it comes from: the pick it was made from, and the links and courses it is a copy of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lms_carbon.lti.rules.claims import ID_LENGTH, expanded, tidy_text

MOST: Final = 50
_LONGEST: Final = 4096


@dataclass(frozen=True)
class Trail:
    """What the custom parameters tell; untrusted, as teachers can edit them."""

    pick: str | None
    links: tuple[str, ...]
    """Ids of the links that this one was copied from, the nearest first."""
    courses: tuple[str, ...]
    """Ids of the courses that this one was copied from."""


def read_trail(custom: Mapping[str, Any]) -> Trail:
    """Return where a link says it comes from; what the platform did not expand says nothing."""
    return Trail(
        pick=expanded(tidy_text(custom.get("pick"), limit=64)),
        links=_history(custom, "link_history", "rl_history"),
        courses=_history(custom, "context_history"),
    )


def _history(custom: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    """Return ids from a history variable (LTI core B.2.2, B.2.4): separated by commas."""
    told = next(
        (text for text in (expanded(tidy_text(custom.get(name), limit=_LONGEST)) for name in names) if text), ""
    )
    return tuple(part.strip() for part in told.split(",") if 0 < len(part.strip()) <= ID_LENGTH)[:MOST]
