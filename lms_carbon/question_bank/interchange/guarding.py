"""What is wrong with one question stays with that question: the others of its file come in, or go out, all the same."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.interchange.base import SKIPPED, Finding, Item
from lms_carbon.question_bank.interchange.errors import RefusedFileError
from lms_carbon.question_bank.kinds.reasons import Reason

NOT_READ: Final = mark("It is written in a way that cannot be read.")
NOT_WRITTEN: Final = mark("It is not finished enough to be written in this format.")
TOO_MUCH: Final = mark("It asks for more than a question can hold.")
TEXT_TOO_LONG: Final = mark("A text of it has more than {limit} characters.")

log = structlog.get_logger("lms_carbon.question_bank")


def read_guarded(
    read: Callable[..., Finding], *given: object, place: str, identifier: str, line: int | None = None
) -> Finding:
    """Return what `read(*given)` says about a question; where it fails by a fault, that the question was skipped.

    A `RefusedFileError` is about the file, so it goes on its way.
    """
    try:
        return read(*given)
    except RefusedFileError:
        raise
    except Exception:
        log.exception("question not read", place=place, line=line)
        return skipped(NOT_READ, place=place, identifier=identifier, line=line)


def skipped(msgid: str, *, place: str, identifier: str, line: int | None = None, **params: object) -> Finding:
    """Return the finding of a question of which nothing is taken."""
    return Finding(place=place, line=line, identifier=identifier, status=SKIPPED, reasons=(Reason(msgid, params),))


@contextmanager
def writing_guarded(item: Item, findings: list[Finding], *, place: str) -> Iterator[None]:
    """Note that an item was skipped where writing it fails; the block writes to the file in its last step alone."""
    try:
        yield
    except Exception:
        log.exception("question not written", place=place, kind=item.kind)
        findings.append(skipped(NOT_WRITTEN, place=place, identifier=item.identifier))
