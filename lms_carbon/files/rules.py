"""Names and types of files: what is taken for what, by content first."""

import codecs
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

HEAD: Final = 8192
"""Bytes from the start that a type is told by."""
_LONGEST_NAME: Final = 200


@dataclass(frozen=True)
class Kind:
    """A type of file."""

    label: str
    """Short name, the same in every language: `PDF`."""
    media_type: str
    endings: tuple[str, ...]


@dataclass(frozen=True)
class Limits:
    """What one place takes."""

    size: int
    """Bytes."""
    kinds: Collection[str]
    """Labels out of `KINDS`."""


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_ALL = (
    Kind("PDF", "application/pdf", ("pdf",)),
    Kind("PNG", "image/png", ("png",)),
    Kind("JPEG", "image/jpeg", ("jpg", "jpeg")),
    Kind("GIF", "image/gif", ("gif",)),
    Kind("WEBP", "image/webp", ("webp",)),
    Kind("TXT", "text/plain", ("txt", "text")),
    Kind("MD", "text/markdown", ("md",)),
    Kind("CSV", "text/csv", ("csv",)),
    Kind("JSON", "application/json", ("json",)),
    Kind("XLSX", _OFFICE + "spreadsheetml.sheet", ("xlsx",)),
    Kind("DOCX", _OFFICE + "wordprocessingml.document", ("docx",)),
    Kind("PPTX", _OFFICE + "presentationml.presentation", ("pptx",)),
    Kind("ODS", _OPEN + "spreadsheet", ("ods",)),
    Kind("ODT", _OPEN + "text", ("odt",)),
    Kind("ODP", _OPEN + "presentation", ("odp",)),
    Kind("ZIP", "application/zip", ("zip",)),
    Kind("MP3", "audio/mpeg", ("mp3",)),
    Kind("MP4", "video/mp4", ("mp4", "m4v")),
    Kind("WEBM", "video/webm", ("webm",)),
)
KINDS: Final[Mapping[str, Kind]] = {kind.label: kind for kind in _ALL}
BY_ENDING: Final[Mapping[str, Kind]] = {ending: kind for kind in _ALL for ending in kind.endings}
TEXT: Final = frozenset({"TXT", "MD", "CSV", "JSON"})
"""Types that content alone cannot tell apart; the name may choose among them."""

DOCUMENTS: Final = frozenset({"PDF", "DOCX", "XLSX", "PPTX", "ODT", "ODS", "ODP", "TXT", "MD", "CSV"})
IMAGES: Final = frozenset({"PNG", "JPEG", "GIF", "WEBP"})

_OFFICE_PARTS: Final = {"xl/workbook.xml": "XLSX", "word/document.xml": "DOCX", "ppt/presentation.xml": "PPTX"}
_MARKUP: Final = {b"<!doctype html": "HTML", b"<html": "HTML", b"<script": "HTML", b"<svg": "SVG", b"<?xml": "XML"}


def tidy_name(name: str) -> str:
    """Return a name to keep: no folders, no control or direction characters, at most 200 characters.

    `../../etc/passwd` is `passwd`, `C:\\x\\报告.pdf` is `报告.pdf`; nothing left is `file`.
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    # Format characters (Cf) hold the direction overrides that make `exe.pdf` read as something else.
    kept = "".join(c for c in base if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
    kept = kept.strip(" .")
    if len(kept) > _LONGEST_NAME:
        ending = ending_of(kept)
        kept = f"{kept[: _LONGEST_NAME - len(ending) - 1]}.{ending}" if ending else kept[:_LONGEST_NAME]
    return kept or "file"


def ending_of(name: str) -> str:
    """Return the ending of a name in small letters, without the dot; none longer than 10 characters."""
    ending = PurePosixPath(name).suffix[1:].lower()
    return ending if len(ending) <= 10 else ""


def markup_of(head: bytes) -> str | None:
    """Return `HTML`, `SVG` or `XML` where text begins like it."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next((label for opening, label in _MARKUP.items() if start.startswith(opening)), None)


def office_kind(names: Collection[str], mimetype: str | None) -> str:
    """Return what a ZIP file with these members is: an office document, else `ZIP`.

    `mimetype` is the content of the member of that name (OpenDocument 1.3 part 2, 3.3).
    """
    for kind in ("ODS", "ODT", "ODP"):
        if mimetype == KINDS[kind].media_type:
            return kind
    if "[Content_Types].xml" in names:
        return next((label for part, label in _OFFICE_PARTS.items() if part in names), "ZIP")
    return "ZIP"


def begins_with_vowel(label: str) -> bool:
    """Tell whether a type's short name is spoken with a vowel first: an MP4, a ZIP."""
    return label[0] in "AEFHILMNORSX"


def size_in_words(size: int) -> str:
    """Return a limit as people read it: `20 MB`, `500 kB`."""
    if size >= 1_000_000:
        return f"{size / 1_000_000:g} MB"
    return f"{size / 1000:g} kB" if size >= 1000 else f"{size} B"


class TextProbe:
    """Tells, chunk by chunk, whether content can be text: UTF-8 or GB 18030, without control characters."""

    def __init__(self) -> None:
        self._decoders = [codecs.getincrementaldecoder(name)() for name in ("utf-8-sig", "gb18030")]
        self._possible = [True, True]
        self._clean = True

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        """Look at the next bytes; `final` with the last (or no) ones."""
        if self._clean and chunk.translate(None, _NOT_IN_TEXT) != chunk:
            self._clean = False
        if not self._clean:
            return
        for i, decoder in enumerate(self._decoders):
            if self._possible[i]:
                try:
                    decoder.decode(chunk, final)
                except UnicodeDecodeError:
                    self._possible[i] = False

    @property
    def is_text(self) -> bool:
        """True while nothing speaks against it."""
        return self._clean and any(self._possible)


_NOT_IN_TEXT: Final = bytes(set(range(32)) - {9, 10, 12, 13}) + b"\x7f"
