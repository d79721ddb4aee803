"""What can stand in the way on a learning path, in words for the person who meets it."""

from lms_carbon.core.errors import ConflictError, ForbiddenError, InvalidInputError
from lms_carbon.core.i18n import mark


class PathNotReadyError(ConflictError):
    """No published result, no path: what is short is read from nothing else."""

    code = "path-not-ready"
    title = mark("Your path is not there yet")
    sentence = mark("A path is made from a published result, and there is none for you yet.")


class StepStateError(ConflictError):
    """Another window, or a mentor, was faster."""

    code = "step-state"
    title = mark("This activity stands differently now")
    sentence = mark("This activity is further on, or was put back, since you opened the page. Look at it again.")


class NotConfirmerError(ForbiddenError):
    """Only mentors and officers confirm."""

    code = "not-confirmer"
    title = mark("Somebody else confirms this")
    sentence = mark("A mentor or an officer of your institution confirms this activity; you cannot.")
    safe = mark("What you said about it is kept.")


class OwnConfirmationError(ForbiddenError):
    """Nobody confirms for themselves, whatever roles they have."""

    code = "own-confirmation"
    title = mark("Somebody else confirms this")
    sentence = mark("This is your own activity, so another mentor or officer must confirm it.")
    safe = mark("What you said about it is kept.")


class ReasonNeededError(InvalidInputError):
    """Whoever sends something back says why."""

    code = "reason-needed"
    title = mark("Say what is missing")
    sentence = mark("Say what is missing, so that the candidate knows what to do. Nothing has been sent back yet.")


class InvalidActivityError(InvalidInputError):
    """An activity of a file that the framework does not know."""

    code = "invalid-activity"
    title = mark("This activity cannot be read")
    sentence = mark("The activity {activity} is not right at {place}: {value} is not known.")
