"""What a kind refuses, by name."""

from collections.abc import Sequence

from lms_carbon.core.errors import DomainError, InvalidInputError
from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.reasons import Problem


class ResponseShapeError(DomainError):
    """An answer that the page of this kind cannot have sent: wrong type, too long, a choice that does not exist."""

    status = 422
    code = "answer-shape"
    title = mark("That is not an answer to this question")
    sentence = mark("This answer does not fit its question and was not taken. The answer before it still stands.")


class ContentShapeError(InvalidInputError):
    """Question content that is not even a draft of its kind. `found` lists what is wrong and where."""

    code = "question-shape"
    title = mark("Something in the question is not right")

    def __init__(self, found: Sequence[Problem]) -> None:
        """Keep `found`, and its sentences by field."""
        by_field: dict[str, list[str]] = {}
        for problem in found:
            by_field.setdefault(problem.field, []).append(problem.reason.msgid)
        super().__init__(by_field)
        self.found = tuple(found)


class UnreadableNumberError(DomainError):
    """Text that is not a finite number of reasonable size."""

    code = "unreadable-number"
    sentence = mark("“{text}” cannot be read as a number.")


class UnreadableExpressionError(DomainError):
    """Text that is no formula or condition of calculated questions."""

    code = "unreadable-formula"
    sentence = mark("“{text}” cannot be read as a formula.")


class NoValueError(DomainError):
    """A formula that comes to no number: a division by 0, a name that has no number, a number beyond reason."""

    code = "no-value"
    sentence = mark("“{text}” comes to no number.")


class UnknownUnitError(DomainError):
    """A unit that the unit table does not have."""

    code = "unknown-unit"
    sentence = mark("The unit “{unit}” is not known.")
