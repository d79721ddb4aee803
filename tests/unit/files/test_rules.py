"""Names and types, pure."""

import pytest

from lms_carbon.files.rules import (
    TextProbe,
    begins_with_vowel,
    ending_of,
    markup_of,
    office_kind,
    size_in_words,
    tidy_name,
)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\lin\\报告.pdf", "报告.pdf"),
        ("..", "file"),
        ("", "file"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("/etc/", "file"),
        ("x" * 300 + ".xlsx", "x" * 195 + ".xlsx"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_name_is_only_a_name(given: str, kept: str) -> None:
    assert tidy_name(given) == kept


@pytest.mark.parametrize(
    ("name", "ending"), [("a.PDF", "pdf"), ("a", ""), ("a.b.csv", "csv"), ("a.verylongending", "")]
)
def test_endings(name: str, ending: str) -> None:
    assert ending_of(name) == ending


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a,b\n1,2\n", True),
        ("排放因子,数值\r\n".encode(), True),
        ("排放因子,数值\r\n".encode("gb18030"), True),
        (b"\xef\xbb\xbfa,b", True),
        (b"a\x00b", False),
        (b"\x1b[31m", False),
        (b"ab\xe5", False),
        (b"\xff\xfe\xff", False),
    ],
)
def test_text_is_told_whatever_the_chunks(content: bytes, text: bool) -> None:
    whole, bytewise = TextProbe(), TextProbe()
    whole.feed(content, final=True)
    for i in range(len(content)):
        bytewise.feed(content[i : i + 1])
    bytewise.feed(b"", final=True)
    assert (whole.is_text, bytewise.is_text) == (text, text)


def test_office_documents_are_told_from_plain_archives() -> None:
    types = "[Content_Types].xml"
    assert office_kind({types, "xl/workbook.xml"}, None) == "XLSX"
    assert office_kind({types, "word/document.xml"}, None) == "DOCX"
    assert office_kind({"word/document.xml"}, None) == "ZIP"
    assert office_kind({"mimetype"}, "application/vnd.oasis.opendocument.spreadsheet") == "ODS"
    assert office_kind({"a.txt"}, None) == "ZIP"


def test_markup_under_another_name_is_seen() -> None:
    assert markup_of(b"\xef\xbb\xbf  <!DOCTYPE html><html>") == "HTML"
    assert markup_of(b"<svg xmlns=") == "SVG"
    assert markup_of(b"a < b") is None


def test_words() -> None:
    spoken = [label for label in ("ZIP", "MP4", "XLSX", "PDF", "EXE", "GIF") if begins_with_vowel(label)]
    assert spoken == ["MP4", "XLSX", "EXE"]
    assert [size_in_words(n) for n in (20_000_000, 1_500_000, 500_000, 12)] == ["20 MB", "1.5 MB", "500 kB", "12 B"]
