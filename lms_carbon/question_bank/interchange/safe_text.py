"""Plain text of others: which encoding it is in, and that it is text at all."""

import re
from typing import BinaryIO, Final

from lms_carbon.question_bank.interchange.base import Limits
from lms_carbon.question_bank.interchange.errors import FileTooLargeError, UnknownEncodingError

_CHUNK: Final = 1 << 20
MOST_BYTES: Final = 20_000_000
"""Of a file of plain text, which is held as a whole; a textbook has two million."""
_CHINESE: Final = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xfe]{2})*")
_NOT_TEXT: Final = re.compile("[\x00-\x08\x0e-\x1f]")


def read_text(source: BinaryIO, *, place: str, limits: Limits) -> str:
    """Return a file's text with `\\n` as its line ends. Raises `FileTooLargeError`, `UnknownEncodingError`."""
    most = min(limits.file_bytes, MOST_BYTES)
    data = bytearray()
    while chunk := source.read(_CHUNK):
        data += chunk
        if len(data) > most:
            raise FileTooLargeError(place=place, limit=most // 1_000_000)
    text = _decode(bytes(data), place)
    if _NOT_TEXT.search(text):
        raise UnknownEncodingError(place=place)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes, place: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(data, "utf-16", place)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Chinese text of old has its high bytes in pairs, Western text has them here and there.
        return _strictly(data, "gb18030" if _CHINESE.fullmatch(data) else "windows-1252", place)


def _strictly(data: bytes, encoding: str, place: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise UnknownEncodingError(place=place) from None
