"""Why a login, a launch or a registration is refused, in words for the person who wanted in.

Three things can be done about a refused launch: open the activity again, allow cookies, or have somebody correct
how platform and tool are set up. The sentence says which; `check` names for the log what exactly did not hold.
"""

from typing import ClassVar

from lms_carbon.core.errors import ConflictError, DomainError, InvalidInputError, NotFoundError
from lms_carbon.core.i18n import mark


class LaunchRefusedError(DomainError):
    """A login or launch that is not let in. Never leads to a session."""

    status = 400
    code = "launch-refused"
    title = mark("The activity could not be opened")
    sentence = mark("Go back to your course and open the activity again.")

    def __init__(self, check: str | None = None, **params: object) -> None:
        super().__init__(**params)
        self.check = check or self.code
        """The name of the check that failed, for the log."""


class SetUpError(LaunchRefusedError):
    """Nothing that the person at the page could do better."""

    code = "set-up"
    sentence = mark(
        "The learning platform and this tool do not agree on how they are set up. Tell the teacher of the course"
        " and name the reference number."
    )


class LoginRequestError(SetUpError):
    """A login request without something that every one has (security framework 5.1.1.1)."""

    code = "login-request"
    sentence = mark(
        "The learning platform's request is incomplete. Tell the teacher of the course and name the reference number."
    )


class UnknownPlatformError(SetUpError):
    """No registration has this issuer and client id."""

    code = "platform-unknown"
    sentence = mark(
        "This learning platform is not registered here. Tell the teacher of the course and name the reference number."
    )


class PlatformError(LaunchRefusedError):
    """The platform itself answered the login with an error (OAuth 2.0 4.1.2.1)."""

    code = "platform-error"
    title = mark("The learning platform did not let you in")
    sentence = mark("The learning platform says: {said}. Go back to your course and open the activity again.")


class TokenError(LaunchRefusedError):
    """The id_token is not one: not three parts, not JSON, too large, not signed as agreed."""

    code = "token-format"
    sentence = mark("What the learning platform sent could not be read. Go back to your course and open it again.")


class SignatureError(SetUpError):
    """The signature is not the platform's."""

    code = "signature"


class KeysetError(LaunchRefusedError):
    """The platform's keys could not be fetched, or what came is no keyset."""

    status: ClassVar[int] = 424
    code = "keyset"
    sentence = mark(
        "The learning platform's keys could not be fetched. Wait a minute, then open the activity again from your"
        " course."
    )


class ClaimError(SetUpError):
    """A claim is missing, of the wrong kind, or not what was agreed; `check` names it."""

    code = "claim"


class TimeError(LaunchRefusedError):
    """The id_token is too old, or from the future."""

    code = "time"
    title = mark("This took too long")
    sentence = mark("The way here took too long. Go back to your course and open the activity again.")


class AnonymousError(LaunchRefusedError):
    """A launch that does not say who it is for (LTI core 5.3.6.1); an assessment needs to know."""

    code = "anonymous"
    title = mark("This activity needs to know who you are")
    sentence = mark("The learning platform did not say who you are. Sign in there and open the activity again.")


class MessageTypeError(LaunchRefusedError):
    """A message that this tool does not understand."""

    code = "message-type"
    title = mark("This kind of link does not lead anywhere here")
    sentence = mark("This tool opens activities in courses; it cannot be used from this place of the platform.")


class UnknownDeploymentError(SetUpError):
    """A registered platform, but not a place in it that is known."""

    code = "deployment"
    sentence = mark(
        "This place of the learning platform is not registered here. Tell the teacher of the course and name the"
        " reference number."
    )


class PendingDeploymentError(SetUpError):
    """A place that this launch told of, and that an administrator has to confirm."""

    code = "deployment-pending"
    title = mark("This place is new here")
    sentence = mark(
        "An administrator of this tool has to confirm this place of the learning platform first. Tell the teacher of"
        " the course, and open the activity again later."
    )


class LoginUnknownError(LaunchRefusedError):
    """No login was begun with this state, or it belongs to another registration, nonce or target."""

    code = "login-unknown"
    sentence = mark("This link did not begin here. Go back to your course and open the activity again.")


class LoginUsedError(LaunchRefusedError):
    """A launch sent twice."""

    code = "login-used"
    title = mark("This link has been used already")
    sentence = mark("This link has been used already; go back to your course.")


class LoginExpiredError(TimeError):
    """More than ten minutes between login and launch."""

    code = "login-expired"


class OtherBrowserError(LaunchRefusedError):
    """The launch comes from another browser than the login."""

    code = "other-browser"
    title = mark("This link belongs to another browser")
    sentence = mark("This link was begun in another browser. Go back to your course and open the activity again.")


class CookieBlockedError(LaunchRefusedError):
    """The browser did not bring back the cookie that ties login and launch together."""

    code = "cookie-blocked"
    title = mark("Your browser keeps no cookies here")
    sentence = mark(
        "Your browser did not keep our cookie inside the course page. Open the activity in a window of its own from"
        " your course, or allow cookies for this site."
    )


class BinderAskedError(LaunchRefusedError):
    """The login is bound by what a script of ours keeps: a page has to bring it (`views.ladder`). Nobody reads this."""

    code = "binder-asked"

    def __init__(self, binding: str) -> None:
        super().__init__()
        self.binding = binding


class ForeignPageError(LaunchRefusedError):
    """A post that only our own page may make, from another site's page or from none."""

    code = "foreign-page"


class PassOverError(LaunchRefusedError):
    """The page in the frame was open too long, or its session has ended."""

    code = "pass-over"
    title = mark("This page was open too long")


class TargetGoneError(NotFoundError):
    """A link that was accepted, to something that this institution does not have (any more)."""

    code = "target-gone"
    title = mark("This activity leads nowhere any more")
    sentence = mark("What this activity opened is no longer here. Tell the teacher of the course.")


class RosterUnreachableError(DomainError):
    """No answer about a course's members, or none that is a roster."""

    status: ClassVar[int] = 424
    code = "roster-unreachable"
    title = mark("The roster could not be read")
    sentence = mark("The learning platform does not say who is in the course. Wait a minute, then try again.")


class RosterRefusedError(RosterUnreachableError):
    """The platform does not let this tool read rosters."""

    code = "roster-refused"
    sentence = mark(
        "The learning platform does not let this tool read who is in the course; its administrator can change that."
    )


class AlreadyPickedError(ConflictError):
    """The platform takes one answer to each request."""

    code = "already-picked"
    title = mark("This choice was made already")
    sentence = mark("Go back to your course; to add more, open the picker there once more.")


class NoSuchTargetError(InvalidInputError):
    """Not one of the things that this institution has to place."""

    code = "target-unknown"
    sentence = mark("Choose one of the activities in the list.")


class NothingHandedInError(NotFoundError):
    """A review of somebody who has handed in nothing, or whom this tool does not know."""

    code = "nothing-handed-in"
    title = mark("There is nothing to look at")
    sentence = mark("This person has not handed in anything here yet.")
