"""What can stand in the way of a portfolio, in words for the person who meets it."""

from lms_carbon.core.errors import ConflictError, InvalidInputError
from lms_carbon.core.i18n import mark


class ReviewSettingsError(InvalidInputError):
    """Settings that do not go together; `problems` says which."""

    code = "review-settings"


class ReviewCodeTakenError(ConflictError):
    """Links name a review by its code, so a code is used once."""

    code = "review-code-taken"
    title = mark("This code is taken")
    sentence = mark("The code {code} belongs to another portfolio review of your institution.")


class ReviewExistsError(ConflictError):
    """One review an instrument."""

    code = "review-exists"
    sentence = mark("This instrument has a portfolio review already.")


class ReviewStateError(ConflictError):
    """A step that the review's state does not allow."""

    code = "review-state"
    sentence = mark("The portfolio review is not in a state that allows this. Look at it again and decide.")


class ReviewReleasedError(ConflictError):
    """Scores are out: the review stays as it is."""

    code = "review-released"
    title = mark("The scores are released")
    sentence = mark("The scores of this portfolio review are released, so it stays as it is.")


class ReviewNotOpenError(ConflictError):
    """Nobody has opened it yet."""

    code = "review-not-open"
    title = mark("This portfolio review is not open")
    sentence = mark("No officer has opened this portfolio review yet.")


class ReviewNotBegunError(ConflictError):
    """Before its time."""

    code = "review-not-begun"
    title = mark("This portfolio review has not begun")
    sentence = mark("This portfolio review has not begun yet.")


class ReviewOverError(ConflictError):
    """After its time, or closed by an officer, or its cycle is over."""

    code = "review-over"
    title = mark("This portfolio review is over")
    sentence = mark("The time to hand in is over. Nothing was changed; all that you saved before is still here.")
    safe = mark("What you saved before is safe.")


class PortfolioHandedInError(ConflictError):
    """What was handed in stays as it is."""

    code = "portfolio-handed-in"
    title = mark("Your portfolio is handed in")
    sentence = mark("Your portfolio is handed in and stays as it is. What was handed in is safe.")


class EvidenceError(InvalidInputError):
    """Evidence that lacks something; `problems` says what, by field."""

    code = "evidence"


class TooMuchEvidenceError(ConflictError):
    """More than assessors could look at."""

    code = "too-much-evidence"
    sentence = mark("A portfolio has at most {limit} pieces of evidence. Take one out that says less.")


class NotDeclaredError(InvalidInputError):
    """Nobody hands in without answering for it."""

    code = "not-declared"
    sentence = mark("Declare that the evidence is your own work before you hand in.")


class EmptyPortfolioError(InvalidInputError):
    """Nothing to look at."""

    code = "empty-portfolio"
    sentence = mark("There is nothing in your portfolio yet. Add at least one piece of evidence.")


class EvidenceMissingError(InvalidInputError):
    """Requirements without evidence that the candidate has not said they have none for."""

    code = "evidence-missing"
    sentence = mark("There is no evidence for {codes} yet. Add some, or confirm that you have none.")
