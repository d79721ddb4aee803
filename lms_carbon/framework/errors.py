"""What can go wrong with a framework, in words for the person who loads or asks for one."""

from lms_carbon.core.errors import ConflictError, DomainError, NotFoundError
from lms_carbon.core.i18n import mark


class InvalidFrameworkError(DomainError):
    """A framework document of the wrong shape. `place` is a path such as `directions[0].code`."""

    code = "invalid-framework"
    title = mark("This framework cannot be read")
    sentence = mark("The framework document is not right at {place}: {problem}")

    def __init__(self, place: str, problem: str) -> None:
        """Say where, and what is wrong there."""
        super().__init__(place=place, problem=problem)


class UnreadableDocumentError(DomainError):
    """A file that is missing, not text, or not YAML or JSON."""

    code = "unreadable-document"
    title = mark("This file cannot be read")
    sentence = mark("{name} cannot be read: {problem}")

    def __init__(self, name: str, problem: str) -> None:
        """Say where, and what is wrong there."""
        super().__init__(name=name, problem=problem)


class RequirementsRemovedError(ConflictError):
    """A reload that lacks requirements which tags, marks and results may already name."""

    code = "requirements-removed"
    title = mark("Requirements are missing")
    sentence = mark(
        "{framework} is already loaded with requirements that this document lacks: {codes}. "
        "Nothing was changed; load a new edition under a code of its own."
    )


class UnknownFrameworkError(NotFoundError):
    """No framework of that code is loaded."""

    code = "unknown-framework"
    title = mark("No such framework")
    sentence = mark("No framework {framework} is loaded.")


class UnknownPositionError(NotFoundError):
    """The framework has no position of that code."""

    code = "unknown-position"
    title = mark("No such position")
    sentence = mark("{framework} has no position {position}.")


class UnknownBandError(NotFoundError):
    """The framework has no band of that code."""

    code = "unknown-band"
    title = mark("No such band")
    sentence = mark("{framework} has no band {band}.")
