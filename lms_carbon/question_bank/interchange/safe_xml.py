"""XML of others, read without trust: no entities, no files of ours, no network, bounded depth and size.

The parser would expand entities in attributes whatever it is told, so a document that declares any is refused before
it reaches the parser. An encoding in which `<` is another byte could hide a declaration, so only known ones are taken.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, Protocol, cast

from lxml import etree

from lms_carbon.question_bank.interchange.base import Limits
from lms_carbon.question_bank.interchange.errors import (
    BrokenFileError,
    EntitiesError,
    FileTooLargeError,
    TooDeepError,
    UnknownEncodingError,
)

Event = tuple[str, Any]
_CHUNK: Final = 65_536
_PROLOG: Final = 65_536
"""Bytes within which the root element begins; nobody writes a longer comment before it."""
_MAX_TAGS: Final = 400_000
"""Tags of one document, or of one part of a document that is read in parts: each takes a hundred times its bytes."""
_MEGABYTE: Final = 1_000_000
_SAFE: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_DECLARED: Final = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
# Quotes may hold a > behind which declarations would go unseen.
_DOCTYPE: Final = re.compile(r"""<!DOCTYPE\s+[^\s>\["']+(?:\s+(?:"[^"]*"|'[^']*'|[A-Z]+))*\s*>""", re.IGNORECASE)
_BEFORE_ROOT: Final = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
# All of them write ASCII as ASCII wherever markup may stand.
_ENCODINGS: Final = re.compile(
    r"utf-?8|us-ascii|ascii|iso-?8859-?1?[0-9]|latin-?1|windows-125[0-8]|cp125[0-8]|gb2312|gbk|gb18030|big5|koi8-r"
    r"|shift_jis|euc-(?:jp|kr|cn)|utf-?16(?:le|be)?",
    re.IGNORECASE,
)
_ENCODING_ERRORS: Final = {
    etree.ErrorTypes.ERR_INVALID_ENCODING,
    etree.ErrorTypes.ERR_UNKNOWN_ENCODING,
    etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING,
}


class Readable(Protocol):
    """What gives bytes, a number at a time."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes, none at the end."""


def parse_xml(data: bytes, *, place: str, limits: Limits) -> etree._Element:
    """Return the root of a document, without comments. Raises a `RefusedFileError`."""
    check_prolog(data[:_PROLOG], place=place)
    if data.count(b"<") > _MAX_TAGS:
        raise FileTooLargeError(place=place, limit=limits.entry_bytes // _MEGABYTE)
    try:
        return etree.fromstring(data, etree.XMLParser(**_SAFE))
    except etree.XMLSyntaxError as error:
        raise _refusal(error, place) from None


def read_elements(
    source: Readable, *, wanted: str, place: str, limits: Limits, limit: int | None = None
) -> Iterator[etree._Element]:
    """Yield each outermost element named `wanted`, whatever its namespace; it is emptied when the next is asked for.

    Memory holds one of them at a time, so a document may be as long as `limit` bytes, or `limits.file_bytes`, allow.
    """
    most = limit or limits.file_bytes
    parser = etree.XMLPullParser(events=("end",), tag=f"{{*}}{wanted}", **_SAFE)
    size = tags = 0
    while chunk := source.read(_CHUNK):
        if not size:
            check_prolog(chunk, place=place)
        size += len(chunk)
        tags += chunk.count(b"<")
        if size > most or tags > _MAX_TAGS:
            raise FileTooLargeError(place=place, limit=most // _MEGABYTE)
        for element in _fed(parser, chunk, place):
            tags = 0
            if not any(True for _ in element.iterancestors(f"{{*}}{wanted}")):
                yield element
                _forget(element)
    if not size:
        raise BrokenFileError(place=place, line=1)
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _refusal(error, place) from None


def local_name(element: etree._Element) -> str:
    """Return an element's name without its namespace; "" for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def check_prolog(start: bytes, *, place: str) -> None:
    """Raise for an encoding we do not know, for declared entities, and for text that is no XML at all."""
    text = _decoded(start, place)
    before = _BEFORE_ROOT.match(text)
    rest = text[before.end() :] if before else text
    if rest[:9].upper() == "<!DOCTYPE":
        doctype = _DOCTYPE.match(rest)
        if doctype is None:
            raise EntitiesError(place=place)
        again = _BEFORE_ROOT.match(rest, doctype.end())
        rest = rest[again.end() :] if again else ""
    if not re.match(r"<[^\W\d]", rest):
        raise BrokenFileError(place=place, line=text[: len(text) - len(rest)].count("\n") + 1)


def _decoded(start: bytes, place: str) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return start.decode("utf-16", "replace")
    if start.startswith(b"<\x00"):
        return start.decode("utf-16-le", "replace")
    if start.startswith(b"\x00<"):
        return start.decode("utf-16-be", "replace")
    text = start.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    declared = _DECLARED.match(text)
    if declared and not _ENCODINGS.fullmatch(declared[1]):
        raise UnknownEncodingError(place=place)
    return text


def _fed(parser: etree.XMLPullParser, data: bytes, place: str) -> Iterator[etree._Element]:
    try:
        parser.feed(data)
    except etree.XMLSyntaxError as error:
        raise _refusal(error, place) from None
    for _, element in cast(Iterator[Event], parser.read_events()):
        yield element


def _refusal(error: etree.XMLSyntaxError, place: str) -> Exception:
    if getattr(error, "code", None) in _ENCODING_ERRORS:
        return UnknownEncodingError(place=place)
    if "depth" in error.msg:
        # The parser stops at 256 levels, so whatever walks a tree may do it by recursion.
        return TooDeepError(place=place, line=error.lineno or 1)
    return BrokenFileError(place=place, line=error.lineno or 1)


def _forget(element: etree._Element) -> None:
    """Empty an element that was read, and drop all that stands before it."""
    element.clear()
    node: etree._Element | None = element
    while node is not None:
        parent = node.getparent()
        if parent is not None:
            del parent[: parent.index(node)]
        node = parent
