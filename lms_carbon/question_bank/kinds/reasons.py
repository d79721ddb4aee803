"""Sentences as data: a message id and what fills its `{names}`. Translated where they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence: `gettext(msgid).format(**params)`."""

    msgid: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the sentence in English."""
        return self.msgid.format(**self.params)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a question's content.

    `field` is the name of the author form's field, `stem-en` or `choice-b-zh`, so that a summary can link to it.
    A problem that does not block is told (a missing translation); one that does keeps the question a draft.
    """

    field: str
    reason: Reason
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class Score:
    """What an answer earns, in thousandths of a point, and why."""

    earned: int
    why: Reason
