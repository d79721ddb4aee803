"""Sheets of weights as files: what is read, and what is refused before any parser sees it."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from lms_carbon.question_bank.errors import WeightFileError
from lms_carbon.question_bank.services.weight_files import MAX_MEGABYTES, read_sheet

BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]>'


def workbook() -> bytes:
    """Return a small workbook with a number, a percentage and a formula."""
    book, data = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet.append(["5.2.1-a-1", 0.125, 12.5, "=1+1", None])
    sheet["B1"].number_format = "0.0%"
    book.save(data)
    return data.getvalue()


def changed(part: str, text: str, *, times: int = 1) -> bytes:
    """Return the workbook with something put before the root element of a part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, text.encode() * times + data if name == part else data)
    return out.getvalue()


def test_cells_keep_whether_they_show_percent_and_formulas_are_not_computed() -> None:
    (row,) = read_sheet(workbook())
    read = [(cell.value, cell.percent) for cell in row]
    assert read[:4] == [("5.2.1-a-1", False), (0.125, True), (12.5, False), (None, False)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        workbook()[:-200],
        changed("xl/worksheets/sheet1.xml", BOMB),
        changed("[Content_Types].xml", BOMB),
        changed("xl/worksheets/sheet1.xml", " " * 1_000, times=20_000),
        changed("xl/worksheets/sheet1.xml", "<a/>", times=60_000),
        b"\0" * (MAX_MEGABYTES * 1_000_000 + 1),
    ],
    ids=["nothing", "a start", "cut off", "entities", "entities in the index", "a bomb", "no sheet", "too large"],
)
def test_what_is_no_sheet_or_means_harm_is_refused(data: bytes) -> None:
    with pytest.raises(WeightFileError):
        read_sheet(data)
