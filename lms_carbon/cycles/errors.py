"""What can stand in the way in a cycle, in words for the person who meets it."""

from lms_carbon.core.errors import ConflictError, ForbiddenError
from lms_carbon.core.i18n import mark


class CycleNotOpenError(ConflictError):
    """The cycle has not begun, or is over."""

    code = "cycle-not-open"
    title = mark("This cycle is not open")
    sentence = mark("This assessment cycle is not open now, so nothing can begin in it.")


class PolicyNotConfirmedError(ConflictError):
    """A track without a confirmed policy: the standard gives no cut scores, somebody must answer for them."""

    code = "policy-not-confirmed"
    title = mark("The policy is not confirmed")
    sentence = mark("Confirm the policy of {track} by name and reason before the cycle opens.")


class PolicyFrozenError(ConflictError):
    """A policy that was confirmed and is in use."""

    code = "policy-frozen"
    title = mark("The policy is fixed")
    sentence = mark("The cycle is open, so its policy can no longer be changed.")


class NotEnteredError(ForbiddenError):
    """Somebody without a candidacy, in a track that does not enter by itself."""

    code = "not-entered"
    title = mark("You are not entered for this assessment")
    sentence = mark("You are not entered for {track}. Ask the officer of your institution to enter you.")


class AskedError(ForbiddenError):
    """Entry was asked for and waits for an officer."""

    code = "entry-asked"
    title = mark("Your entry waits for an officer")
    sentence = mark("Your entry for {track} was asked for and waits for an officer. You will be told in your inbox.")


class AlreadyReleasedError(ConflictError):
    """Release happens once."""

    code = "already-released"
    title = mark("These scores are released already")
    sentence = mark("These scores are released already.")


class CodeTakenError(ConflictError):
    """Links name a cycle by its code, so a code is used once."""

    code = "cycle-code-taken"
    title = mark("This code is taken")
    sentence = mark("The code {code} belongs to another cycle of your institution.")


class TrackTakenError(ConflictError):
    """A position and band once in a cycle."""

    code = "track-taken"
    title = mark("This position is in the cycle already")
    sentence = mark("{track} is in this cycle already, in this band.")


class NothingPlannedError(ConflictError):
    """A cycle without a track has nothing that could open."""

    code = "nothing-planned"
    title = mark("Nothing is planned yet")
    sentence = mark("Add a position before the cycle opens.")


class PlanFixedError(ConflictError):
    """What counts how is fixed once the cycle is open."""

    code = "plan-fixed"
    title = mark("The plan is fixed")
    sentence = mark("The cycle is no longer being planned, so this stays as it is.")


class StillUsedError(ConflictError):
    """Something hangs on what was to be removed."""

    code = "still-used"
    title = mark("This is still in use")
    sentence = mark("There is something in it already, so it cannot be removed.")


class EntryClosedError(ConflictError):
    """The cycle is closing or over: who is in it is settled."""

    code = "entry-closed"
    title = mark("Entries are closed")
    sentence = mark("The cycle is closed, so its list of candidates stays as it is.")


class DeadlinePastError(ConflictError):
    """An end that lies behind."""

    code = "deadline-past"
    title = mark("This end lies in the past")
    sentence = mark("The end lies in the past. Choose a later one, or end the cycle now.")


class BothInTrackError(ConflictError):
    """Two persons with work in one track do not become one candidate."""

    code = "merge-track"
    title = mark("Both are candidates of one track")
    sentence = mark(
        "Both are entered for {track}, and the person who is to go over has work there. Merge the other way round, if "
        "the other has none there; else they stay two."
    )
