"""The parts of a workbook, measured before anything makes objects of them.

What reads workbooks holds the cells of one row, and lets go of them when the row ends; all else it keeps. So what may
be large is how many rows there are, not what stands between the ends of two.
"""

from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from lms_carbon.question_bank.interchange.errors import BrokenPackageError, EntitiesError, SheetTooFullError
from lms_carbon.question_bank.interchange.safe_zip import Opened, Package

_CHUNK: Final = 65_536
_LONGEST_TAG: Final = 262_144
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_EBCDIC: Final = b"\x4c\x6f\xa7\x94"
_ENDS: Final = frozenset(f"http://schemas.openxmlformats.org/spreadsheetml/2006/main {name}" for name in ("row", "si"))
"""Elements that are let go of when they end: rows, and texts that cells share."""
_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a part may hold."""

    rows: int = 1_200_000
    """A sheet has 1,048,576 at most."""
    between: int = 200_000
    """Elements and attributes between the ends of two rows."""


def check_parts(package: Package, room: Room) -> None:
    """Refuse parts that would fill the memory, and document types: no workbook has any. Raises a `RefusedFileError`."""
    for path in package.paths:
        with package.open(path) as part:
            _check_part(part, path, package.size(path), room)


def _check_part(part: Opened, path: str, size: int, room: Room) -> None:
    counting = _Counting(path, room)
    chunk = part.read(_CHUNK)
    if not chunk or not _may_be_xml(chunk):
        return
    fed = 0
    try:
        while chunk:
            counting.parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - counting.parser.CurrentByteIndex > _LONGEST_TAG:
                counting.refuse()
            chunk = part.read(_CHUNK)
        counting.parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError):
        # Drawings of notes are often no XML for others than who wrote them, and nobody here reads them.
        if not (path.endswith(".vml") and size <= _MEGABYTE):
            raise BrokenPackageError(place=path) from None


def _may_be_xml(start: bytes) -> bool:
    """Tell whether a parser could take a part for XML, whatever its name: pictures and settings are none."""
    bare = start.replace(b"\0", b"")
    for mark in _MARKS:
        bare = bare.removeprefix(mark)
    bare = bare.lstrip()
    return not bare or bare.startswith((b"<", _EBCDIC))


class _Counting:
    """Counts what a part would have a reader hold."""

    def __init__(self, path: str, room: Room) -> None:
        self._path, self._room = path, room
        self._rows = self._between = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype

    def refuse(self) -> None:
        """Raise for a part that holds more than there is room for."""
        raise SheetTooFullError(place=self._path)

    def _start(self, _: str, attributes: dict[str, str]) -> None:
        self._between += 1 + len(attributes)
        if self._between > self._room.between:
            self.refuse()

    def _end(self, name: str) -> None:
        if name in _ENDS:
            self._between = 0
            self._rows += 1
            if self._rows > self._room.rows:
                self.refuse()

    def _doctype(self, *_: object) -> None:
        raise EntitiesError(place=self._path)
