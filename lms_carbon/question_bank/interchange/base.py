"""What all formats share: a question outside the bank, what became of one in a file, and the limits of a file."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, BinaryIO, Final, Literal

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.base import Kind
from lms_carbon.question_bank.kinds.errors import ContentShapeError
from lms_carbon.question_bank.kinds.reasons import Reason

Status = Literal["imported", "degraded", "skipped"]
IMPORTED: Final = "imported"
DEGRADED: Final = "degraded"
SKIPPED: Final = "skipped"

DATA_FILES: Final = frozenset({"CSV", "TXT", "JSON", "XLSX", "ODS", "PDF"})
"""Types of files, as `files.rules.KINDS` calls them, that a question may link to; pictures are its `IMAGES`."""
EMPTY_TEXTS: Final[Mapping[str, str]] = MappingProxyType({"zh": "", "en": ""})
NOT_FIT: Final = mark("{field}: {problem}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTag:
    """A requirement that a question shows: by GUID or by code, `5.2.1-a-3`, whichever the file has.

    It stands for the requirement's statement; `positions` are the codes of those it is restricted to, None for all
    that share the statement.
    """

    guid: str | None = None
    code: str | None = None
    positions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A question outside the bank.

    `identifier` is what the file calls it, at most 255 characters; the bank keeps it, so that importing the file again
    finds the question. `content` has passed the kind's `load_content`. `media` maps each `media:NAME` in the content
    to its bytes.
    """

    identifier: str
    kind: str
    title: Mapping[str, str]
    content: Mapping[str, Any]
    tags: tuple[ItemTag, ...] = ()
    points: int = 1_000
    """Thousandths."""
    cognitive: str = "understand"
    difficulty: int = 60
    """Expected share of right answers, in hundredths."""
    minutes: int = 2
    source: Mapping[str, str] = field(default_factory=lambda: EMPTY_TEXTS)
    needs_expert_review: bool = False
    media: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What became of one question of a file (reading), or of one item that was to be written.

    `place` is the file, inside a package its path there; `line` counts from 1 where lines mean something. `reasons`
    say what was lost (degraded) or why there is nothing (skipped); something imported whole may carry remarks.
    """

    place: str
    identifier: str
    status: Status
    line: int | None = None
    reasons: tuple[Reason, ...] = ()
    item: Item | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may cost. Beyond it the file is refused (`errors.FileTooLargeError` and its like), not cut."""

    file_bytes: int = 200_000_000
    questions: int = 20_000
    zip_entries: int = 60_000
    entry_bytes: int = 100_000_000
    """Of one file in a package, unpacked."""
    total_bytes: int = 1_000_000_000
    """Of a package, unpacked."""
    media_bytes: int = 20_000_000
    """Of one picture or data file."""
    text_chars: int = 200_000
    """Of one text of a question, before it is cleaned."""


DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a format may look at to tell whether a file is its own."""

    name: str
    """The file's name, in lower case."""
    start: bytes
    """Its first 4,096 bytes."""
    members: frozenset[str] = frozenset()
    """The paths in it, where it is a zip."""


Reader = Callable[[BinaryIO, Limits], Iterator[Finding]]
"""Read a seekable file. Yields one finding for each question it holds, imported, degraded or skipped.

Raises an `errors.RefusedFileError` for what is no such file, is too large or means harm.
"""
Writer = Callable[[Iterable[Item], BinaryIO], tuple[Finding, ...]]
"""Write items into a file. Returns a finding for each one that the format cannot carry whole or at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format of files of questions."""

    name: str
    """As commands and addresses say it: `moodle-xml`."""
    title: str
    """Message id of its name on pages; not translated where it is a proper name."""
    suffix: str
    """Of files written, with its dot."""
    media_type: str
    recognise: Callable[[Head], bool]
    read: Reader | None = None
    write: Writer | None = None


def finding_of(kind: Kind, item: Item, *, place: str, line: int | None = None, lost: Iterable[Reason] = ()) -> Finding:
    """Return the finding of an item just read, its raw content cleaned and checked.

    Content that is not even a draft of its kind is skipped with the sentences that the kind has about it; a question
    that blocks its own review comes in degraded, because its author must finish it.
    """
    reasons = tuple(lost)
    try:
        content = kind.load_content(item.content)
        problems = [problem for problem in kind.check_content(content) if problem.blocking]
    except ContentShapeError as error:
        found = [Reason(NOT_FIT, {"field": each.field, "problem": each.reason}) for each in error.found]
        return Finding(place=place, line=line, identifier=item.identifier, status=SKIPPED, reasons=(*reasons, *found))
    reasons += tuple(problem.reason for problem in problems)
    return Finding(
        place=place,
        line=line,
        identifier=item.identifier,
        status=DEGRADED if reasons else IMPORTED,
        reasons=reasons,
        item=replace(item, content=content),
    )


def with_media(finding: Finding) -> Finding:
    """Return a finding whose item holds those of its media alone that its content still names."""
    item = finding.item
    if item is None or not item.media:
        return finding
    written = json.dumps(item.content)
    kept = {name: data for name, data in item.media.items() if f"media:{name}" in written}
    return replace(finding, item=replace(item, media=kept))
