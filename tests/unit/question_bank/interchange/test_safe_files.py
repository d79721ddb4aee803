"""Packages and XML that mean harm, or ask for more than there is."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable

import pytest

from lms_carbon.question_bank.interchange.base import Limits
from lms_carbon.question_bank.interchange.errors import (
    BrokenFileError,
    BrokenPackageError,
    EntitiesError,
    FileTooLargeError,
    RefusedFileError,
    TooDeepError,
    TooManyEntriesError,
    UnknownEncodingError,
    UnsafePathError,
)
from lms_carbon.question_bank.interchange.safe_xml import parse_xml, read_elements
from lms_carbon.question_bank.interchange.safe_zip import Package, write_package

LIMITS = Limits(file_bytes=2_000_000, zip_entries=50, entry_bytes=1_000_000, total_bytes=3_000_000)


def zipped(*entries: tuple[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda _: None) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for path, data in entries:
            entry = zipfile.ZipInfo(path)
            entry.compress_type = zipfile.ZIP_DEFLATED
            change(entry)
            package.writestr(entry, data)
    return out


def opened(source: io.BytesIO) -> Package:
    return Package(source, place="p.zip", limits=LIMITS)


def linked(entry: zipfile.ZipInfo) -> None:
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16


def with_lzma(entry: zipfile.ZipInfo) -> None:
    entry.compress_type = zipfile.ZIP_LZMA


def locked(source: io.BytesIO) -> io.BytesIO:
    data = bytearray(source.getvalue())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return io.BytesIO(bytes(data))


def lying(source: io.BytesIO) -> io.BytesIO:
    """Say of the first file that it is 10 bytes long, where it is more."""
    data = bytearray(source.getvalue())
    struct.pack_into("<L", data, data.index(b"PK\x01\x02") + 24, 10)
    return io.BytesIO(bytes(data))


@pytest.mark.parametrize(
    ("source", "refusal"),
    [
        (zipped(("../up.xml", b"")), UnsafePathError),
        (zipped(("a/../../up.xml", b"")), UnsafePathError),
        (zipped(("/etc/passwd", b"")), UnsafePathError),
        (zipped(("C:/up.xml", b"")), UnsafePathError),
        (zipped(("a\\..\\up.xml", b"")), UnsafePathError),
        (zipped(("link", b"/etc/passwd"), change=linked), UnsafePathError),
        (locked(zipped(("a.xml", b"a"))), UnsafePathError),
        (zipped(("a.xml", b"a"), change=with_lzma), BrokenPackageError),
        (zipped(("nothing", b"\0" * 1_000_001)), FileTooLargeError),
        (zipped(*((f"n{number}", b"\0" * 900_000) for number in range(4))), FileTooLargeError),
        (zipped(*((f"n{number}", b"") for number in range(51))), TooManyEntriesError),
        (io.BytesIO(b"x" * 2_000_001), FileTooLargeError),
        (io.BytesIO(zipped(("a.xml", b"a")).getvalue()[:-30]), BrokenPackageError),
        (io.BytesIO(b""), BrokenPackageError),
    ],
)
def test_a_harmful_package_is_refused(source: io.BytesIO, refusal: type[RefusedFileError]) -> None:
    with pytest.raises(refusal):
        opened(source)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_twice_is_refused() -> None:
    with pytest.raises(UnsafePathError):
        opened(zipped(("a.xml", b"1"), ("a.xml", b"2")))


def test_a_file_gives_no_more_than_the_directory_says() -> None:
    with pytest.raises(BrokenPackageError):
        opened(lying(zipped(("a.txt", b"0123456789" * 50_000)))).read("a.txt")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(BrokenPackageError, match=r"b\.xml"):
        opened(zipped(("a.xml", b"a"))).read("b.xml")


def test_two_packages_of_the_same_files_are_the_same_bytes() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    for out in (first, second):
        write_package([("a.xml", b"a" * 100), ("media/b.png", b"\0b")], out)
    assert first.getvalue() == second.getvalue()
    package = opened(first)
    assert package.paths == ("a.xml", "media/b.png")
    assert package.read("media/b.png") == b"\0b"


LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha">' + "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
EXTERNAL = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (f"{LAUGHS}]><a>&b9;</a>".encode(), EntitiesError),
        (f"\ufeff<?xml version='1.0'?> <!-- x -->{EXTERNAL}".encode(), EntitiesError),
        (f'<!DOCTYPE a SYSTEM "\'>" [{EXTERNAL[11:]}'.encode(), EntitiesError),
        (b"<!DOCTYPE a SYSTEM '<!-- > <a' [<!ENTITY b 'c'>]><a>&b;</a>", EntitiesError),
        (EXTERNAL.encode("utf-16"), EntitiesError),
        (EXTERNAL.encode("utf-16-le"), EntitiesError),
        (b"<?xml version='1.0' encoding='UTF-7'?>+ADwAIQ-DOCTYPE a+AD4-<a/>", UnknownEncodingError),
        (b"<a" + b">" + b"<b>" * 300 + b"</b>" * 300 + b"</a>", TooDeepError),
        (b"<a>" + b"<b/>" * 400_001 + b"</a>", FileTooLargeError),
        (b"<a>caf\xe9</a>", UnknownEncodingError),
        (b"<a><b></a>", BrokenFileError),
        (b"<a>", BrokenFileError),
        (b"", BrokenFileError),
        (b"\0" * 100, BrokenFileError),
        (b"no xml", BrokenFileError),
    ],
    ids=lambda value: str(value)[:40],
)
def test_harmful_xml_is_refused(data: bytes, refusal: type[RefusedFileError]) -> None:
    with pytest.raises(refusal):
        parse_xml(data, place="x.xml", limits=LIMITS)


def test_a_doctype_that_declares_nothing_is_no_harm() -> None:
    for said in (b'SYSTEM "http://example.org/a.dtd"', b"""PUBLIC "-//a//DTD" 'a>b.dtd' """, b""):
        root = parse_xml(b"<!DOCTYPE a " + said + b"><a>x</a>", place="x.xml", limits=LIMITS)
        assert root.text == "x"


def test_declared_windows_1252_is_read() -> None:
    root = parse_xml(b"<?xml version='1.0' encoding='windows-1252'?><a>\x93caf\xe9\x94</a>", place="x", limits=LIMITS)
    assert root.text == "“café”"


def test_a_long_document_is_read_in_parts() -> None:
    source = io.BytesIO(b"<r>" + b"<x/><q><t>one</t><q>in</q></q>\n" * 8_000 + b"</r>")
    found = held = 0
    for found, q in enumerate(read_elements(source, wanted="q", place="x", limits=LIMITS), 1):
        if found % 2_000 == 0:
            held = max(held, sum(1 for _ in q.itersiblings()))
    assert found == 8_000
    assert held < 8_000


def test_what_nobody_asked_for_cannot_fill_the_memory() -> None:
    source = io.BytesIO(b"<r>" + b"<x/>" * 400_001 + b"</r>")
    with pytest.raises(FileTooLargeError):
        list(read_elements(source, wanted="q", place="x", limits=LIMITS))


def test_parts_of_a_broken_document_end_in_a_refusal() -> None:
    with pytest.raises(BrokenFileError, match="line 3"):
        list(read_elements(io.BytesIO(b"<r>\n<q/>\n<q></r>"), wanted="q", place="x", limits=LIMITS))
