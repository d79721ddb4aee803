"""Why a platform cannot be connected, in words for the administrator who connects it."""

from typing import ClassVar

from lms_carbon.core.errors import ConflictError, DomainError, InvalidInputError
from lms_carbon.core.i18n import mark


class RegistrationExistsError(ConflictError):
    """This issuer and client id are registered already."""

    code = "registration-exists"
    sentence = mark("{issuer} with the client id {client_id} is registered already.")


class RegistrationInputError(InvalidInputError):
    """An address that cannot be used."""

    code = "registration-input"
    sentence = mark("{name} must be an https address: {value}")


class PlatformInvitationOverError(DomainError):
    """An invitation that was used, or is older than seven days."""

    status: ClassVar[int] = 410
    code = "platform-invitation-over"
    title = mark("This link is used up")
    sentence = mark(
        "A link for connecting a platform works once, within seven days. Make a new one on the platforms page."
    )


class PlatformDocumentError(DomainError):
    """What a platform says of itself, or answers to a registration, is not what the specifications ask for."""

    code = "platform-document"
    title = mark("The platform could not be connected")
    sentence = mark("What the platform says of itself cannot be used: {lacks} is missing or not as it should be.")
    safe = mark("Nothing was registered here; the link can be used again.")


class PlatformSilentError(PlatformDocumentError):
    """No answer, or none that is let in."""

    status: ClassVar[int] = 424
    code = "platform-silent"
    sentence = mark(
        "The platform's address did not answer. It must be reachable from this tool by https; addresses in private"
        " networks have to be allowed in the settings."
    )


class PlatformRefusesError(PlatformDocumentError):
    """The platform does not take the registration."""

    status: ClassVar[int] = 424
    code = "platform-refuses"
    sentence = mark("The platform refused with the answer {status}. Begin the registration there once more.")


class NoInstitutionError(InvalidInputError):
    """No such institution."""

    code = "institution-unknown"
    sentence = mark("There is no institution called {slug}.")
