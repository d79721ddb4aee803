"""What can stand in the way of marking, in words for the person who meets it."""

from lms_carbon.core.errors import ConflictError, InvalidInputError
from lms_carbon.core.i18n import mark


class RubricDocumentError(InvalidInputError):
    """A rubric's document lacks something."""

    code = "rubric-document"
    sentence = mark("The rubric {rubric} cannot be taken: {place} is missing or not right.")


class UnknownTagError(InvalidInputError):
    """A criterion names a requirement that the loaded standard does not have."""

    code = "unknown-tag"
    sentence = mark("The rubric {rubric} names {requirement}, which the standard does not have.")


class RubricNotApprovedError(ConflictError):
    """A rubric that nobody has signed off yet."""

    code = "rubric-not-approved"
    title = mark("This rubric is not approved")
    sentence = mark("The rubric {rubric} is not approved yet, so nothing can be marked by it.")


class NoRequirementLeftError(ConflictError):
    """A criterion whose tags all drop out for the position: its points would count for nothing."""

    code = "no-requirement-left"
    title = mark("The rubric does not fit this position")
    sentence = mark("“{criterion}” shows nothing that {position} asks for. Choose another rubric.")


class PlanFrozenError(ConflictError):
    """One instrument, one rubric."""

    code = "plan-frozen"
    title = mark("The rubric is fixed")
    sentence = mark("Another rubric is fixed for this instrument already and can no longer be changed.")


class NoPlanError(ConflictError):
    """Something was handed in where nothing says how to mark it: a fault in how the instrument was set up."""

    code = "no-plan"
    title = mark("There is no rubric yet")
    sentence = mark("No rubric is fixed for this instrument yet, so nothing can be handed in to be marked.")


class NothingToTakeError(ConflictError):
    """The queue is empty, or somebody else was quicker."""

    code = "nothing-to-take"
    title = mark("No work is waiting")
    sentence = mark("No work is waiting for you here now; others may have taken the last one.")


class MarkFinishedError(ConflictError):
    """Marks that were finished in another window."""

    code = "mark-finished"
    title = mark("You have finished this work")
    sentence = mark("You have finished this work already; its marks stay as they are.")


class NotPointsError(InvalidInputError):
    """Text where a number of points belongs."""

    code = "not-points"
    sentence = mark("{written} is not a number of points. Write one such as 7.5.")


class PointsTooManyError(InvalidInputError):
    """More points than there are, where none were given before."""

    code = "points-too-many"
    sentence = mark("{points} is more than the {possible} this item has. It was not saved.")


class PointsStillStandError(InvalidInputError):
    """More points than there are; those given before stay."""

    code = "points-too-many"
    sentence = mark("{points} is more than the {possible} this item has. The {before} given before still stands.")


class CommentTooLongError(InvalidInputError):
    """A comment longer than anybody reads."""

    code = "comment-too-long"
    sentence = mark("The comment is longer than {limit} characters and was not saved. Shorten it.")


class CriteriaOpenError(ConflictError):
    """Finishing while something is without points."""

    code = "criteria-open"
    title = mark("Something is still open")
    sentence = mark("Not finished yet. Still without points: {criteria}.")


class ReasonsOpenError(ConflictError):
    """A decision without its reason."""

    code = "reasons-open"
    title = mark("Something is still open")
    sentence = mark("Not decided yet. Points and a reason are needed for: {criteria}.")


class MarkedThemselvesError(ConflictError):
    """Two persons of whom one marked the other do not become one."""

    code = "merge-marked"
    sentence = mark(
        "One of the two has marked, or declined to mark, work of the other. Another assessor must mark it before they "
        "can be one person."
    )
