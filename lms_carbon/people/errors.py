"""What can be refused when people get in, are given roles, or change who they are."""

from lms_carbon.core.errors import ConflictError, DomainError, ForbiddenError, InvalidInputError, NotFoundError
from lms_carbon.core.i18n import mark


class InstitutionExistsError(ConflictError):
    """A slug that is taken."""

    sentence = mark("There is an institution {slug} already.")


class NoInstitutionError(NotFoundError):
    """A slug that nobody has."""

    sentence = mark("There is no institution {slug}.")


class NoPersonError(NotFoundError):
    """Nobody, or more than one person, answers to what was given."""

    sentence = mark("Nobody in this institution is found under {person}; give --person with the number.")


class MayNotGiveError(ForbiddenError):
    """Only administrators give and take roles."""

    sentence = mark("Only an administrator of this institution gives roles and takes them back.")


class SelfGrantError(ForbiddenError):
    """Separation of duties."""

    code = "self-grant"
    sentence = mark("Nobody gives a role to themselves; another administrator must do it.")


class WrongScopeError(InvalidInputError):
    """A role that is not given, or not there."""

    sentence = mark("The role {role} cannot be given there.")


class LastAdministratorError(ConflictError):
    """An institution without administrators could only be rescued from the command line."""

    sentence = mark("This is the last administrator; give the role to somebody else first.")


class _GoneError(DomainError):
    status = 410
    title = mark("This link no longer works")


class InvitationUsedError(_GoneError):
    """A single-use invitation, used."""

    code = "invitation-used"
    sentence = mark("This invitation has been used already. If it was you, sign in by link; else ask for a new one.")


class InvitationExpiredError(_GoneError):
    """Older than seven days."""

    code = "invitation-expired"
    sentence = mark("This invitation was good for seven days and is over. Ask for a new one.")


class LinkUsedError(_GoneError):
    """A one-time link, used or over: the two need the same next step."""

    code = "link-used"
    sentence = mark("This link has been used already or is older than 15 minutes. Ask for a new one.")


class HandoffUsedError(_GoneError):
    """A handoff code, used or over."""

    code = "handoff-used"
    sentence = mark("This link has been used already; go back to your course.")


class UnknownLinkError(NotFoundError):
    """An address that was never given out."""

    title = mark("This link no longer works")
    sentence = mark("We do not know this link. See whether the address was copied whole, or ask for a new one.")


class SecondFactorExistsError(ConflictError):
    """A factor in use is replaced only by somebody who has it."""

    sentence = mark("A second factor is set up already. Enter its code, then you can set up another.")


class MayNotEraseSelfError(ForbiddenError):
    """Erasing is an act of somebody who can be asked about it afterwards."""

    code = "erase-self"
    sentence = mark("Nobody erases themselves; another administrator must do it.")


class SamePersonError(InvalidInputError):
    """One number twice."""

    code = "merge-same"
    sentence = mark("Choose two different people.")


class MayNotMergeSelfError(ForbiddenError):
    """Whoever merges is neither of the two."""

    code = "merge-self"
    sentence = mark("Nobody merges themselves with somebody; another officer must do it.")


class HasRolesError(ForbiddenError):
    """A role would come to an account that it was not given to: whoever gives roles decides that."""

    code = "merge-roles"
    sentence = mark("One of the two has a role here, so that only an administrator may do this.")


class HasSignedError(ConflictError):
    """Names under what was written, marked or signed stay as they are."""

    code = "merge-signed"
    sentence = mark(
        "The person who is to go over has written, marked or signed something for the institution, and their name "
        "stays under it. Merge the other way round, if that is not so of the other."
    )


class MergedSinceError(ConflictError):
    """What a later merge moved on cannot be given back before that one is undone."""

    code = "merged-since"
    sentence = mark("One of the two was merged with somebody later. Undo that merge first.")


class MergeUndoneError(ConflictError):
    """Nothing left to give back."""

    code = "merge-undone"
    sentence = mark("This was undone already.")
