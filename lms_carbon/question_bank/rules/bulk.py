"""Acts on many questions at once: what they are called, and what becomes of each question."""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lms_carbon.core.i18n import mark

MAX_BULK: Final = 500
"""Questions that one act takes: more would hold the bank's locks for longer than anybody waits."""


class Act(enum.StrEnum):
    """What can be done to many at once."""

    TAG = "tag"
    UNTAG = "untag"
    RETIRE = "retire"


ACT_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Act.TAG: mark("Tagged to a requirement"),
        Act.UNTAG: mark("Taken off a requirement"),
        Act.RETIRE: mark("Retired"),
    }
)


class Outcome(enum.StrEnum):
    """What became of one question, when the act was done and when it was taken back."""

    CHANGED = "changed"
    RENEWED = "renewed"
    SAME = "same"
    IN_REVIEW = "in_review"
    NOT_POSSIBLE = "not_possible"
    TOO_MANY = "too_many"
    UNDONE = "undone"
    MOVED_ON = "moved_on"


DONE: Final = frozenset({Outcome.CHANGED, Outcome.RENEWED})
"""What there is to take back."""

OUTCOME_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Outcome.CHANGED: mark("changed"),
        Outcome.RENEWED: mark("changed in a new version, which waits for review"),
        Outcome.SAME: mark("was so already"),
        Outcome.IN_REVIEW: mark("left alone: a version is in review"),
        Outcome.NOT_POSSIBLE: mark("left alone: its state does not allow it"),
        Outcome.TOO_MANY: mark("left alone: it has as many requirements as a question may have"),
        Outcome.UNDONE: mark("undone"),
        Outcome.MOVED_ON: mark("not undone: somebody worked on it since"),
    }
)
