"""All formats, by name, in the order in which pages list them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import BinaryIO, Final

from lms_carbon.question_bank.interchange import aiken
from lms_carbon.question_bank.interchange.base import DEFAULT_LIMITS, Format, Head, Limits
from lms_carbon.question_bank.interchange.errors import UnknownFormatError
from lms_carbon.question_bank.interchange.gift import reading as gift_reading
from lms_carbon.question_bank.interchange.gift import writing as gift_writing
from lms_carbon.question_bank.interchange.moodle import reading as moodle_reading
from lms_carbon.question_bank.interchange.moodle import writing as moodle_writing
from lms_carbon.question_bank.interchange.qti import reading as qti_reading
from lms_carbon.question_bank.interchange.qti import writing as qti_writing
from lms_carbon.question_bank.interchange.safe_zip import list_members
from lms_carbon.question_bank.interchange.xlsx import workbooks

_ALL: Final[tuple[Format, ...]] = (
    Format(
        name=moodle_reading.NAME,
        title="Moodle XML",
        suffix=".xml",
        media_type="application/xml",
        recognise=moodle_reading.recognise,
        read=moodle_reading.read,
        write=moodle_writing.write,
    ),
    Format(
        name=qti_reading.NAME,
        title="QTI 2.1, 2.2, 3.0, Canvas",
        suffix=".zip",
        media_type="application/zip",
        recognise=qti_reading.recognise,
        read=qti_reading.read,
    ),
    Format(
        name="qti-3.0",
        title="QTI 3.0",
        suffix=".zip",
        media_type="application/zip",
        recognise=lambda _: False,
        write=qti_writing.write_30,
    ),
    Format(
        name="qti-2.2",
        title="QTI 2.2",
        suffix=".zip",
        media_type="application/zip",
        recognise=lambda _: False,
        write=qti_writing.write_22,
    ),
    Format(
        name=aiken.NAME,
        title="Aiken",
        suffix=".txt",
        media_type="text/plain",
        recognise=aiken.recognise,
        read=aiken.read,
    ),
    Format(
        name=gift_reading.NAME,
        title="GIFT",
        suffix=".gift.txt",
        media_type="text/plain",
        recognise=gift_reading.recognise,
        read=gift_reading.read,
        write=gift_writing.write,
    ),
    Format(
        name=workbooks.NAME,
        title="XLSX",
        suffix=".xlsx",
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        recognise=workbooks.recognise,
        read=workbooks.read,
        write=workbooks.write,
    ),
)

FORMATS: Final[Mapping[str, Format]] = MappingProxyType({each.name: each for each in _ALL})
"""Formats by name."""
READ_FORMATS: Final = tuple(name for name, each in FORMATS.items() if each.read)
WRITTEN_FORMATS: Final = tuple(name for name, each in FORMATS.items() if each.write)

_START: Final = 4_096


def recognise(source: BinaryIO, name: str, limits: Limits = DEFAULT_LIMITS) -> Format:
    """Return the format that a file is in, by what it holds rather than by its name.

    Raises `UnknownFormatError`, and for a zip what `safe_zip` refuses.
    """
    source.seek(0)
    start = source.read(_START)
    source.seek(0)
    members = list_members(source, place=name, limits=limits) if start.startswith(b"PK\x03\x04") else frozenset()
    source.seek(0)
    head = Head(name=name.lower(), start=start, members=members)
    for each in FORMATS.values():
        if each.read and each.recognise(head):
            return each
    raise UnknownFormatError(formats=", ".join(each.title for each in FORMATS.values() if each.read))
