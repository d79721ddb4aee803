"""What a workbook would have its reader hold is counted before it is read."""

import io
import zipfile

import pytest

from lms_carbon.question_bank.interchange.base import DEFAULT_LIMITS
from lms_carbon.question_bank.interchange.errors import (
    BrokenPackageError,
    EntitiesError,
    RefusedFileError,
    SheetTooFullError,
)
from lms_carbon.question_bank.interchange.safe_zip import Package
from lms_carbon.question_bank.interchange.xlsx.parts import Room, check_parts

ROOM = Room(rows=500, between=1_000)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
CELLS = "<c><v>1</v></c>" * 100


def check(content: bytes, path: str = "xl/worksheets/sheet1.xml") -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(path, content)
    check_parts(Package(out, place="x.xlsx", limits=DEFAULT_LIMITS), ROOM)


@pytest.mark.parametrize(
    ("inside", "refusal"),
    [
        (f"<row>{CELLS * 6}</row>", SheetTooFullError),
        ("<row/>" * 501, SheetTooFullError),
        (f"<mergeCell/>{CELLS}" * 5, SheetTooFullError),
        (f"<row xmlns='x'>{CELLS}</row>" * 6, SheetTooFullError),
        (f"<rowx>{CELLS}</rowx><!--</row>--><?a </row>?>" * 6, SheetTooFullError),
        ("<c " + " ".join(f'a{number}=""' for number in range(1_000)) + "/>", SheetTooFullError),
        ("<c a='" + " " * 400_000 + "'/>", SheetTooFullError),
        ("<x:row/>", BrokenPackageError),
    ],
    ids=lambda value: str(value)[:24],
)
def test_more_than_a_sheet_has_is_refused(inside: str, refusal: type[RefusedFileError]) -> None:
    with pytest.raises(refusal):
        check(f"<worksheet {MAIN}>{inside}</worksheet>".encode())


def test_rows_are_let_go_of() -> None:
    check(f"<?xml version='1.0'?><!-- a --><worksheet {MAIN}>{f'<row>{CELLS}</row>' * 400}</worksheet>".encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("path", ["xl/worksheets/sheet1.xml", "xl/sheet.dat", "picture.png"])
def test_a_document_type_is_refused_whatever_the_part_is_called(path: str, encoding: str) -> None:
    with pytest.raises((EntitiesError, BrokenPackageError)):
        check(f" {' ' * 300}<!DOCTYPE a SYSTEM '>' [<!ENTITY b 'c'>]><a>&b;</a>".encode(encoding), path)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n<!DOCTYPE", b"", b"\0\0M\0<!"])
def test_what_is_no_xml_is_left_alone(content: bytes) -> None:
    check(content, "xl/media/image1.png")


def test_notes_may_be_drawn_as_their_program_likes() -> None:
    check(b"<xml><br></xml>", "xl/drawings/vmlDrawing1.vml")
