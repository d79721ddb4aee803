"""What can stand in the way of an exam, in words for the person who meets it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms_carbon.core.errors import ConflictError, InvalidInputError, NotFoundError, TooLargeError
from lms_carbon.core.i18n import mark


@dataclass(frozen=True, slots=True)
class FormProblem:
    """A sentence about the form, and the slot it is about; `other` is a second one."""

    sentence: str
    slot: int | None = None
    other: int | None = None

    @property
    def params(self) -> Mapping[str, object]:
        """What fills the sentence."""
        return {"slot": self.slot, "other": self.other}


class ExamGoneError(NotFoundError):
    """A link in a course still points at an exam that an officer has removed."""

    status = 410
    code = "exam-gone"
    title = mark("This exam was removed")
    sentence = mark("Your institution has removed this exam. Ask your teacher for the link to the one that counts.")


class ExamNotOpenError(ConflictError):
    """Nobody has opened it yet."""

    code = "exam-not-open"
    title = mark("This exam is not open")
    sentence = mark("No officer has opened this exam yet.")


class ExamNotBegunError(ConflictError):
    """Before its time."""

    code = "exam-not-begun"
    title = mark("This exam has not begun")
    sentence = mark("This exam has not begun yet.")


class ExamOverError(ConflictError):
    """After its time, or closed by an officer."""

    code = "exam-over"
    title = mark("This exam is over")
    sentence = mark("This exam is over; nobody can begin it any more.")


class NoAttemptsLeftError(ConflictError):
    """All attempts are used."""

    code = "no-attempts-left"
    title = mark("You have no attempts left")
    sentence = mark("You have used all your attempts at this exam.")


class RulesNotAcceptedError(InvalidInputError):
    """The rules are accepted, or there is no exam."""

    code = "rules-not-accepted"
    sentence = mark("Accept the rules of the exam before you begin.")


class AttemptError(ConflictError):
    """An attempt does not take what was sent; `members` says more to the page that sent it."""

    def __init__(self, members: Mapping[str, Any] | None = None, **params: object) -> None:
        """`members` stand in the problem+json answer beside the sentence."""
        super().__init__(**params)
        self.members: Mapping[str, Any] = members or {}


class TakenOverError(AttemptError):
    """Another window or device has the attempt now."""

    code = "taken-over"
    title = mark("The exam goes on elsewhere")
    sentence = mark(
        "The exam goes on on another device or in another window; this one no longer saves. "
        "What it still held is kept for the officer."
    )


class SubmittedError(AttemptError):
    """The attempt is submitted."""

    code = "submitted"
    title = mark("This exam is submitted")
    sentence = mark("This exam is submitted. What came afterwards is kept for the officer.")


class ClosedError(AttemptError):
    """The time is over by more than what is allowed for a slow line."""

    code = "closed"
    title = mark("The time is up")
    sentence = mark("The time was up when this arrived. It is kept for the officer, who decides.")


class FaultyAnswersError(AttemptError):
    """Some of what was sent was not taken; the rest is saved and stands in `saved`."""

    status = 422
    code = "answer-shape"
    title = mark("Some of that was not taken")
    sentence = mark("Some of what was sent is not an answer and was not taken; everything else is saved.")


class AnswerTooLargeError(FaultyAnswersError):
    """An answer larger than 64 kB; the others are saved."""

    status = 413
    code = "answer-too-large"
    title = mark("That answer is too large")
    sentence = mark("An answer is larger than 64 kB and was not taken; everything else is saved.")


class BodyTooLargeError(TooLargeError):
    """More than 1 MB in one request: it is not even read."""

    code = "answer-too-large"
    sentence = mark("More than 1 MB came at once and was not taken. What was saved before still stands.")


class UnreadableChangesError(InvalidInputError):
    """A request of which nothing can be read."""

    code = "answer-shape"
    title = mark("That could not be read")
    sentence = mark("What was sent could not be read, and nothing of it was taken. What was saved before still stands.")


class CodeTakenError(ConflictError):
    """Links name an exam by its code, so a code is used once, also after its exam was removed."""

    code = "exam-code-taken"
    title = mark("This code is taken")
    sentence = mark("The code {code} belongs to another exam of your institution, perhaps a removed one.")


class InstrumentTakenError(ConflictError):
    """One exam an instrument."""

    code = "instrument-taken"
    sentence = mark("This instrument has an exam already.")


class WrongStepError(ConflictError):
    """A step that the exam's state does not allow."""

    code = "exam-state"
    sentence = mark("The exam is not in a state that allows this. Look at it again and decide.")


class NoFrozenFormError(ConflictError):
    """Nothing to answer."""

    code = "no-frozen-form"
    title = mark("The exam has no form")
    sentence = mark("Freeze a form before you open the exam.")


class StillRunningError(ConflictError):
    """People are in the exam."""

    code = "still-running"
    title = mark("People are still in the exam")
    sentence = mark("{count} people are still in the exam; the last one ends at {until} UTC.")


class NothingToReleaseError(ConflictError):
    """A practice exam has no scores that count."""

    code = "nothing-to-release"
    sentence = mark("A practice exam has no scores to release.")


class ReleasedError(ConflictError):
    """Scores are out: the exam stays as it is."""

    code = "exam-released"
    title = mark("The scores are released")
    sentence = mark("The scores of this exam are released, so it stays as it is.")


class FormFrozenError(ConflictError):
    """A frozen form never changes."""

    code = "form-frozen"
    title = mark("This form is frozen")
    sentence = mark("This form is frozen and never changes. Make another form instead.")


class FormNotReadyError(InvalidInputError):
    """What keeps a form from being frozen. `found` lists it."""

    code = "form-not-ready"
    title = mark("This form is not ready")
    sentence = mark("This form cannot be frozen yet; see what is missing.")

    def __init__(self, found: Sequence[FormProblem]) -> None:
        """Keep `found`, and its sentences by slot."""
        super().__init__({str(each.slot or "form"): [each.sentence.format(**each.params)] for each in found})
        self.found = tuple(found)


class QuestionNotApprovedError(ConflictError):
    """Only approved questions go into a form."""

    code = "question-not-approved"
    title = mark("This question is not approved")
    sentence = mark("Only approved questions go into a form.")


class LanguageNotApprovedError(ConflictError):
    """A form takes what somebody approved in each language of the exam."""

    code = "language-not-approved"
    title = mark("This question is not approved in every language of the exam")
    sentence = mark("This question is not approved in every language of the exam, so the form does not take it.")


class OtherLanguageError(InvalidInputError):
    """The exam is not held in this language."""

    code = "other-language"
    sentence = mark("The exam is not held in this language. Choose one that the page offers.")


class AlreadyInFormError(ConflictError):
    """One question, one slot."""

    code = "already-in-form"
    title = mark("This question is in the form already")
    sentence = mark("This question is in the form already, in this or another version.")


class EnemyInFormError(ConflictError):
    """An author said that the two never stand in one form."""

    code = "enemy-in-form"
    sentence = mark("This question must not stand in one form with {code}, which is in it already.")


class FormFullError(ConflictError):
    """More questions than anybody answers."""

    code = "form-full"
    sentence = mark("A form has at most {limit} questions.")


class PointsError(InvalidInputError):
    """Points out of range."""

    code = "points"
    sentence = mark("A question has between 0.01 and 1000 points.")


class ExamSettingsError(InvalidInputError):
    """Settings that do not go together; `problems` says which."""

    code = "exam-settings"
