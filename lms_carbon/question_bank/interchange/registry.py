"""All formats, by name, in the order in which pages list them."""

import zipfile
from collections.abc import Mapping
from types import MappingProxyType
from typing import BinaryIO, Final

from lms_carbon.question_bank.interchange.base import Format, Head
from lms_carbon.question_bank.interchange.errors import BrokenPackageError, UnknownFormatError

_ALL: Final[tuple[Format, ...]] = ()

FORMATS: Final[Mapping[str, Format]] = MappingProxyType({each.name: each for each in _ALL})
"""Formats by name."""

_START: Final = 4_096
_MAX_MEMBERS: Final = 100_000


def recognise(source: BinaryIO, name: str) -> Format:
    """Return the format that a file is in, by what it holds rather than by its name; raises `UnknownFormatError`."""
    head = _head(source, name)
    for each in FORMATS.values():
        if each.read and each.recognise(head):
            return each
    raise UnknownFormatError(formats=", ".join(each.title for each in FORMATS.values() if each.read))


def _head(source: BinaryIO, name: str) -> Head:
    source.seek(0)
    start = source.read(_START)
    members: frozenset[str] = frozenset()
    if start.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(source) as package:
                members = frozenset(package.namelist()[:_MAX_MEMBERS])
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise BrokenPackageError(place=name) from None
    source.seek(0)
    return Head(name=name.lower(), start=start, members=members)
