"""A candidate's data set as a file, to calculate with: XLSX and CSV."""

import csv
import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from lms_carbon.core.i18n import mark, text_in
from lms_carbon.question_bank.kinds.units import unit_label

WORDS: Mapping[str, str] = {
    "given": mark("Given values"),
    "value": mark("Value"),
    "unit": mark("Unit"),
    "source": mark("Source"),
    "quantity": mark("Quantity"),
}
"""Message ids of what stands in the file beside the task's own texts; the view translates them."""

Row = list[str | Decimal | None]
Part = tuple[str, list[Row]]
"""A title, and rows that are text or numbers."""


def data_rows(
    content: Mapping[str, Any], data: Mapping[str, Any], *, language: str, words: Mapping[str, str]
) -> list[Part]:
    """Return the parts of a data set as (title, rows): every table, then the given values. Numbers are Decimals."""
    parts: list[Part] = []
    for table in content["tables"]:
        columns = table["columns"]
        drawn = data["tables"][table["key"]]
        rows: list[Row] = [
            ["", *(text_in(column["title"], language) for column in columns)],
            [words["unit"], *(unit_label(column["unit"]) for column in columns)],
        ]
        rows += [
            [text_in(title, language), *(_number(drawn[column["key"]][index]) for column in columns)]
            for index, title in enumerate(table["rows"])
        ]
        parts.append((text_in(table["title"], language), rows))
    given: list[Row] = [[words["quantity"], words["value"], words["unit"], words["source"]]]
    given += [
        [
            text_in(each["title"], language),
            _number(data["given"][each["key"]]),
            unit_label(each["unit"]),
            text_in(each["source"], language),
        ]
        for each in content["given"]
    ]
    return [*parts, (words["given"], given)]


def make_xlsx(parts: list[Part]) -> bytes:
    """Return a workbook with one sheet for each part; numbers are numbers."""
    book = Workbook()
    for index, (title, rows) in enumerate(parts):
        sheet = book.active if index == 0 else book.create_sheet()
        if not isinstance(sheet, Worksheet):
            raise TypeError("a new workbook has a worksheet")
        sheet.title = title[:31]
        for row in rows:
            sheet.append(row)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "B2"
        for letter in "ABCDEFGHIJKL"[: len(rows[0])]:
            sheet.column_dimensions[letter].width = 26 if letter == "A" else 18
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def make_csv(parts: list[Part]) -> bytes:
    """Return the parts below each other as CSV, in UTF-8 with the mark by which spreadsheets know it."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    for title, rows in parts:
        writer.writerow([title])
        writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
        writer.writerow([])
    return stream.getvalue().encode("utf-8-sig")


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
