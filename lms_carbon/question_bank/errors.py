"""What the question bank refuses, by name, with the sentence that is read."""

from collections.abc import Mapping, Sequence

from lms_carbon.core.errors import ConflictError, DomainError, ForbiddenError, InvalidInputError
from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.reasons import Reason


class OwnQuestionError(ForbiddenError):
    """Who wrote or edited a version may not sign it off."""

    code = "own-question"
    title = mark("Someone else must approve it")
    sentence = mark("You wrote this question, so someone else must approve it.")


class StaleDraftError(ConflictError):
    """Somebody saved the draft after this form was opened."""

    code = "draft-changed"
    title = mark("This draft has changed meanwhile")
    sentence = mark("{name} saved this draft after you opened it. Nothing of yours is lost: compare and decide.")


class StepNotPossibleError(ConflictError):
    """The version is in a state from which the step does not lead."""

    code = "step-not-possible"
    sentence = mark("This version has moved on meanwhile, so that step is no longer possible.")


class ChangedSinceReadError(ConflictError):
    """A reviewer decided about something other than what they read."""

    code = "changed-since-read"
    sentence = mark("This version was changed after you opened it. Read it again before you decide.")


class NotADraftError(ConflictError):
    """Versions in review, approved or retired are never edited."""

    code = "not-a-draft"
    title = mark("This version is no draft")
    sentence = mark("Only drafts can be edited. Make a new version to change an approved question.")


class OpenVersionError(ConflictError):
    """A question has one version under way at most."""

    code = "open-version"
    title = mark("A version is under way already")
    sentence = mark("Version {number} of this question is still under way. Finish that one first.")


class NotReadyError(DomainError):
    """The version lacks what review asks for."""

    code = "not-ready"
    title = mark("This question is not ready for review")
    sentence = mark("This question is not ready for review. The list beside it says what is missing.")


class ReasonMissingError(InvalidInputError):
    """Sending back without saying why helps nobody."""

    code = "reason-missing"
    sentence = mark("Say why you send it back, so that the author can act on it.")


class DoubtMissingError(InvalidInputError):
    """Suspending without saying why leaves nobody anything to look into."""

    code = "doubt-missing"
    sentence = mark("Say what is in doubt, so that somebody can look into it.")


class NoLanguageChosenError(InvalidInputError):
    """Approving in no language is not approving."""

    code = "no-language-chosen"
    sentence = mark("Tick at least one language in which you approve it.")


class LanguageIncompleteError(InvalidInputError):
    """A language in which a candidate would miss something."""

    code = "language-incomplete"
    sentence = mark("Not everything is written in that language, so it cannot be approved in it.")


class EmptyNoteError(InvalidInputError):
    """A comment without words."""

    code = "empty-note"
    sentence = mark("There is no text to add.")


class NoteTooLongError(InvalidInputError):
    """A comment of book length."""

    code = "note-too-long"
    sentence = mark("A comment has at most {limit} characters; this one has {length}.")


class DraftShapeError(InvalidInputError):
    """What an author entered cannot even be kept as a draft."""

    code = "draft-shape"
    title = mark("Something in the question is not right")
    sentence = mark("The question was not saved: some fields need another look. What you entered is still here.")

    def __init__(self, problems: Mapping[str, object]) -> None:
        """Keep `problems`: field → sentences."""
        super().__init__(problems)


class UnknownStatementError(InvalidInputError):
    """A tag names a statement that no loaded standard has."""

    code = "unknown-statement"
    sentence = mark("One of the requirements is not in the standard any more. Choose again.")


class TooManyTagsError(InvalidInputError):
    """A question that shows everything shows nothing."""

    code = "too-many-tags"
    sentence = mark("A question is tagged to at most {limit} requirements.")


class UnknownKindError(DomainError):
    """No such kind of question."""

    status = 404
    code = "unknown-kind"
    title = mark("Nothing here")
    sentence = mark("There is no such kind of question.")


class WeightFileError(InvalidInputError):
    """A file that is no workbook, or one that means harm."""

    code = "weight-file"
    sentence = mark("This is no XLSX workbook of at most {limit} MB, so it was not taken. Save the sheet as XLSX.")


class WeightSheetError(InvalidInputError):
    """A sheet of weights that cannot hold as it is; nothing of it was taken."""

    code = "weight-sheet"
    sentence = mark("The weight table was not taken. The rows named here need another look.")

    def __init__(self, found: Sequence[Reason]) -> None:
        """Keep what is wrong, in the order of the sheet."""
        super().__init__({"file": [str(reason) for reason in found]})
        self.found = tuple(found)


class NothingChosenError(InvalidInputError):
    """An act on many questions without any."""

    code = "nothing-chosen"
    sentence = mark("No question is ticked, so nothing was done.")


class TooManyChosenError(InvalidInputError):
    """An act on more questions than are taken at once."""

    code = "too-many-chosen"
    sentence = mark("At most {limit} questions are changed at once. Narrow the list down first.")


class UnknownRequirementError(InvalidInputError):
    """A code that the standard does not have."""

    code = "unknown-requirement"
    sentence = mark("The standard has no requirement of this code. Codes look like 5.2.1-a-3.")


class UndoneAlreadyError(ConflictError):
    """An act is taken back once."""

    code = "undone-already"
    sentence = mark("This was undone already.")


class ViewNameError(InvalidInputError):
    """A view without a name, or with one of book length."""

    code = "view-name"
    sentence = mark("A view has a name of 1 to {limit} characters.")


class TooManyViewsError(InvalidInputError):
    """More views than anybody finds their way in."""

    code = "too-many-views"
    sentence = mark("You keep {limit} views already. Remove one first.")


class UnknownQuestionCodeError(InvalidInputError):
    """A code that no question of the institution has."""

    code = "unknown-question-code"
    sentence = mark("There is no question of this code.")


class OwnEnemyError(InvalidInputError):
    """A question that is to be parted from itself."""

    code = "own-enemy"
    sentence = mark("This is the question itself.")


class KeyReusedError(DomainError):
    """An `Idempotency-Key` stands for one request."""

    code = "key-reused"
    sentence = mark("This Idempotency-Key was sent with another request before. Take a new one.")


class KeyTooLongError(InvalidInputError):
    """A key that is no key."""

    code = "key-too-long"
    sentence = mark("An Idempotency-Key has at most {limit} characters.")
