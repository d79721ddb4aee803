"""The states of a question version as one table: which step leads from where to where, and who may take it."""

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Role


class VersionState(enum.StrEnum):
    """How far a version is."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SUSPENDED = "suspended"
    RETIRED = "retired"


STATE_NAMES: Final[Mapping[VersionState, str]] = MappingProxyType(
    {
        VersionState.DRAFT: mark("Draft"),
        VersionState.IN_REVIEW: mark("In review"),
        VersionState.APPROVED: mark("Approved"),
        VersionState.SUSPENDED: mark("Suspended"),
        VersionState.RETIRED: mark("Retired"),
    }
)
"""Message ids, in the order in which a version passes them."""

OPEN: Final = frozenset({VersionState.DRAFT, VersionState.IN_REVIEW})
"""A question has at most one version in these states, and at most one in `STANDING`."""

STANDING: Final = frozenset({VersionState.APPROVED, VersionState.SUSPENDED})
"""Signed off and not put aside. No new form takes what is suspended; those that froze it keep it."""


class Step(enum.StrEnum):
    """What can be done with a version; the values are those of `review_note.step` and of the audit trail."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    SIGN_LANGUAGE = "sign_language"
    SUPERSEDE = "supersede"
    RETIRE = "retire"
    SUSPEND = "suspend"
    RESUME = "resume"
    RESTORE_DRAFT = "restore_draft"
    RESTORE_APPROVED = "restore_approved"
    RESTORE_SUSPENDED = "restore_suspended"


STEP_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Step.SUBMIT: mark("sent to review"),
        Step.WITHDRAW: mark("taken back"),
        Step.SEND_BACK: mark("sent back"),
        Step.APPROVE: mark("approved"),
        Step.SIGN_LANGUAGE: mark("approved in another language"),
        Step.SUPERSEDE: mark("superseded"),
        Step.RETIRE: mark("retired"),
        Step.SUSPEND: mark("suspended"),
        Step.RESUME: mark("resumed"),
        Step.RESTORE_DRAFT: mark("brought back as a draft"),
        Step.RESTORE_APPROVED: mark("brought back as approved"),
        Step.RESTORE_SUSPENDED: mark("brought back as suspended"),
        "comment": mark("comment"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row of the table."""

    sources: frozenset[VersionState]
    target: VersionState
    roles: frozenset[Role]
    """One of them is needed; none where only another step brings this one about."""
    others_only: bool = False
    """Whether who wrote or edited the version may not take the step (DESIGN §2: author ≠ reviewer)."""


_AUTHOR: Final = frozenset({Role.AUTHOR})
_REVIEWER: Final = frozenset({Role.REVIEWER})
_RETIRED: Final = frozenset({VersionState.RETIRED})

TRANSITIONS: Final[Mapping[Step, Transition]] = MappingProxyType(
    {
        Step.SUBMIT: Transition(sources=frozenset({VersionState.DRAFT}), target=VersionState.IN_REVIEW, roles=_AUTHOR),
        Step.WITHDRAW: Transition(
            sources=frozenset({VersionState.IN_REVIEW}), target=VersionState.DRAFT, roles=_AUTHOR
        ),
        Step.SEND_BACK: Transition(
            sources=frozenset({VersionState.IN_REVIEW}), target=VersionState.DRAFT, roles=_REVIEWER, others_only=True
        ),
        Step.APPROVE: Transition(
            sources=frozenset({VersionState.IN_REVIEW}),
            target=VersionState.APPROVED,
            roles=_REVIEWER,
            others_only=True,
        ),
        # A translation may be read by another reviewer, and later.
        Step.SIGN_LANGUAGE: Transition(
            sources=frozenset({VersionState.APPROVED}),
            target=VersionState.APPROVED,
            roles=_REVIEWER,
            others_only=True,
        ),
        # Approving the next version puts this one aside; forms that froze it keep it.
        Step.SUPERSEDE: Transition(sources=STANDING, target=VersionState.RETIRED, roles=frozenset()),
        Step.RETIRE: Transition(
            sources=STANDING | {VersionState.DRAFT},
            target=VersionState.RETIRED,
            roles=_AUTHOR | _REVIEWER,
        ),
        # A doubt stops new forms at once, whoever has it; that it was none, another than the author says.
        Step.SUSPEND: Transition(
            sources=frozenset({VersionState.APPROVED}), target=VersionState.SUSPENDED, roles=_AUTHOR | _REVIEWER
        ),
        Step.RESUME: Transition(
            sources=frozenset({VersionState.SUSPENDED}),
            target=VersionState.APPROVED,
            roles=_REVIEWER,
            others_only=True,
        ),
        # Undoing what was done to many at once brings these about, and nothing else.
        Step.RESTORE_DRAFT: Transition(sources=_RETIRED, target=VersionState.DRAFT, roles=frozenset()),
        Step.RESTORE_APPROVED: Transition(sources=_RETIRED, target=VersionState.APPROVED, roles=frozenset()),
        Step.RESTORE_SUSPENDED: Transition(sources=_RETIRED, target=VersionState.SUSPENDED, roles=frozenset()),
    }
)


RESTORING: Final[Mapping[VersionState, Step]] = MappingProxyType(
    {
        VersionState.DRAFT: Step.RESTORE_DRAFT,
        VersionState.APPROVED: Step.RESTORE_APPROVED,
        VersionState.SUSPENDED: Step.RESTORE_SUSPENDED,
    }
)
"""The step that brings a retired version back to what it was."""


def is_possible(step: Step, state: VersionState) -> bool:
    """Tell whether the step leads anywhere from this state."""
    return state in TRANSITIONS[step].sources


def is_entitled(step: Step, roles: Collection[Role], *, wrote: bool) -> bool:
    """Tell whether somebody with these roles may take the step; `wrote`: they wrote or edited this version."""
    row = TRANSITIONS[step]
    return not row.roles.isdisjoint(roles) and not (row.others_only and wrote)
