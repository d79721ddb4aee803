"""Named errors. Each carries the sentence that the person at the page will read.

A domain package subclasses `DomainError` in its own `errors.py`; the edge (`core.web`) turns it into a page or
into problem+json (RFC 9457). The sentence is an English message id, translated only there.
"""

from collections.abc import Mapping
from typing import ClassVar

from lms_carbon.core.i18n import mark


class DomainError(Exception):
    """Something the caller may be told. `params` fill the `{names}` of the sentence.

    Its page says what happened (`title`, `sentence`), what is safe (`safe`) and what to do (`advice`, `way_on`).
    """

    status: ClassVar[int] = 422
    code: ClassVar[str] = "unprocessable"
    title: ClassVar[str] = mark("That did not work")
    sentence: ClassVar[str] = mark("That cannot be done as things stand.")
    safe: ClassVar[str] = ""
    """What is not lost, where the reader may fear for it."""
    advice: ClassVar[str] = ""
    """What to do, where neither the sentence nor the button says it."""
    way_on: ClassVar[str] = ""
    """The button's words, where the status alone does not tell them."""
    way_on_href: str = ""
    """Where the button leads; an instance may set it, say to the address a platform gave to return to."""

    members: Mapping[str, object] = {}
    """What the problem+json answer says beside the sentence (RFC 9457 3.2), for programs."""

    def __init__(self, **params: object) -> None:
        super().__init__(self.code)
        self.params: Mapping[str, object] = params

    def __str__(self) -> str:
        return self.sentence.format(**self.params)


class NotSignedInError(DomainError):
    """No session, or one that has ended."""

    status = 401
    code = "not-signed-in"
    title = mark("You are not signed in")
    sentence = mark("Open the activity again from your course, or sign in by link.")


class ForbiddenError(DomainError):
    """Signed in, but this is not theirs to do."""

    status = 403
    code = "forbidden"
    title = mark("This page is not open to you")
    sentence = mark("You may not open this page; ask an officer if you need it.")


class SecondFactorNeededError(ForbiddenError):
    """The role is theirs, but this session has not shown the second factor. Pages lead there; the API says so."""

    code = "second-factor-needed"
    title = mark("One more step")
    sentence = mark("Enter the code of your authenticator first.")


class NotFoundError(DomainError):
    """No such object, or one of another institution: the two look the same from outside."""

    status = 404
    code = "not-found"
    title = mark("Nothing here")
    sentence = mark("There is nothing at this address, or it is not yours to see.")
    safe = mark("Your answers and work are safe.")


class ConflictError(DomainError):
    """The state of the thing does not allow this step any more."""

    status = 409
    code = "conflict"
    title = mark("This has changed meanwhile")
    sentence = mark("This was changed elsewhere meanwhile. Look at it again and decide.")


class InvalidInputError(DomainError):
    """Input of the wrong shape. `problems` maps a field to the sentences about it."""

    status = 422
    code = "invalid-input"
    title = mark("Something in the form is not right")
    sentence = mark("Some fields need another look; what you entered is still here.")

    def __init__(self, problems: Mapping[str, object] | None = None, **params: object) -> None:
        super().__init__(**params)
        self.problems: Mapping[str, object] = problems or {}


class TooLargeError(DomainError):
    """More than we take at once."""

    status = 413
    code = "too-large"
    title = mark("That is too large")
    sentence = mark("That is larger than what can be taken at once.")
