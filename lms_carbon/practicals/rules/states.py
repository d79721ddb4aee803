"""States of practicals as a table, and what they mean for a candidate at the door."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

GRACE: Final = timedelta(seconds=60)
"""What arrives up to this long after the deadline counts: a slow line is not the candidate's fault."""

STEPS: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    "open": (frozenset({"draft", "closed"}), "open"),
    "close": (frozenset({"open"}), "closed"),
}
"""Step of a practical → from which states, to which state."""


class SubmittedBy(enum.StrEnum):
    """Who handed a sheet in."""

    CANDIDATE = "candidate"
    SCHEDULER = "scheduler"
    """The scheduler at the deadline, for those who were gone."""


class Door(enum.StrEnum):
    """What a candidate finds at a practical's start page."""

    WORKING = "working"
    """A sheet is open: go on with it."""
    DONE = "done"
    """It is handed in."""
    OPEN = "open"
    """A sheet may be begun."""
    NOT_OPEN = "not_open"
    NOT_BEGUN = "not_begun"
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class DoorFacts:
    """What decides; `now` is the database's clock, `sheet` the state of one's own sheet, None without one."""

    state: str
    opens_at: datetime | None
    closes_at: datetime
    sheet: str | None
    now: datetime


def door(facts: DoorFacts) -> Door:
    """Return what the candidate finds. A sheet that is open goes on until the deadline, whatever an officer closes."""
    if facts.sheet is not None:
        return Door.DONE if facts.sheet == "submitted" else Door.WORKING
    if facts.state == "draft":
        return Door.NOT_OPEN
    if facts.state == "closed" or facts.now >= facts.closes_at:
        return Door.OVER
    if facts.opens_at is not None and facts.now < facts.opens_at:
        return Door.NOT_BEGUN
    return Door.OPEN
