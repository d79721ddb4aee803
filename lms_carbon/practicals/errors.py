"""What can stand in the way of a practical, in words for the person who meets it."""

from lms_carbon.core.errors import ConflictError, InvalidInputError
from lms_carbon.core.i18n import mark


class TaskDefectError(ValueError):
    """A shipped task that is not fit to ship: a defect of the product, not of a person's input."""


class FormulaError(ValueError):
    """A checkpoint's formula that gives no number over its data."""


class PracticalNotOpenError(ConflictError):
    """Nobody has opened it yet."""

    code = "practical-not-open"
    title = mark("This practical is not open")
    sentence = mark("No officer has opened this practical yet.")


class PracticalNotBegunError(ConflictError):
    """Before its time."""

    code = "practical-not-begun"
    title = mark("This practical has not begun")
    sentence = mark("This practical has not begun yet.")


class PracticalOverError(ConflictError):
    """After its deadline, or closed by an officer."""

    code = "practical-over"
    title = mark("This practical is over")
    sentence = mark("This practical is over; nobody can begin it any more.")


class SheetSubmittedError(ConflictError):
    """What was handed in stays as it was handed in."""

    code = "sheet-submitted"
    title = mark("This sheet is handed in")
    sentence = mark("This sheet is handed in and stays as it is. What you sent now was not taken.")
    safe = mark("Everything that was saved before it was handed in counts.")


class SheetOverError(ConflictError):
    """The deadline is past by more than what is allowed for a slow line."""

    code = "sheet-over"
    title = mark("The deadline is past")
    sentence = mark("The deadline was past when this arrived, so it was not taken.")
    safe = mark("Everything that was saved before the deadline counts and is handed in for you.")


class StaleSheetError(ConflictError):
    """Another window has saved since this one was opened."""

    code = "sheet-stale"
    title = mark("This sheet was changed in another window")
    sentence = mark("This sheet was saved in another window meanwhile. Look at both and decide.")


class AnswerShapeError(InvalidInputError):
    """An entry that is no number anybody typed; `problems` has the checkpoint's key."""

    code = "answer-shape"


class DeclarationNeededError(InvalidInputError):
    """Without the declaration nothing is handed in."""

    code = "declaration-needed"
    sentence = mark("Tick the declaration before you hand in.")


class PracticalSettingsError(InvalidInputError):
    """Settings that do not go together; `problems` says which."""

    code = "practical-settings"


class CodeTakenError(ConflictError):
    """Links name a practical by its code, so a code is used once."""

    code = "practical-code-taken"
    title = mark("This code is taken")
    sentence = mark("The code {code} belongs to another practical of your institution.")


class InstrumentTakenError(ConflictError):
    """One practical an instrument."""

    code = "practical-instrument-taken"
    sentence = mark("This instrument has a practical already.")


class NothingShownError(ConflictError):
    """A checkpoint that shows nothing the track's position asks for (DESIGN §3, Tags)."""

    code = "checkpoint-shows-nothing"
    title = mark("This task does not fit the position")
    sentence = mark("Checkpoint {checkpoint} shows nothing that this position asks for. Choose another task.")


class WrongStepError(ConflictError):
    """A step that the practical's state does not allow."""

    code = "practical-state"
    sentence = mark("The practical is not in a state that allows this. Look at it again and decide.")


class DeadlinePastError(ConflictError):
    """Opening what is over already."""

    code = "practical-deadline-past"
    title = mark("The deadline is past")
    sentence = mark("The deadline of this practical is past. Move it before you open the practical.")


class ReleasedError(ConflictError):
    """Scores are out: the practical stays as it is."""

    code = "practical-released"
    title = mark("The scores are released")
    sentence = mark("The scores of this practical are released, so it stays as it is.")
