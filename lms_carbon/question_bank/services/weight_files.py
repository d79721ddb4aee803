"""Weight tables as XLSX: read without trust, written as a pattern to fill in or as what holds now."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from lms_carbon.core.errors import DomainError
from lms_carbon.framework.models import Position, Requirement
from lms_carbon.question_bank.errors import WeightFileError
from lms_carbon.question_bank.interchange.base import DEFAULT_LIMITS
from lms_carbon.question_bank.interchange.safe_zip import Package
from lms_carbon.question_bank.interchange.xlsx.parts import Room, check_parts
from lms_carbon.question_bank.rules.weights import MAX_ROWS, Cell

MAX_MEGABYTES: Final = 2
MAX_COLUMNS: Final = 40
_LIMITS: Final = replace(
    DEFAULT_LIMITS,
    file_bytes=MAX_MEGABYTES * 1_000_000,
    zip_entries=200,
    entry_bytes=8_000_000,
    total_bytes=16_000_000,
)
_ROOM: Final = Room(rows=20_000, between=50_000)
"""Somebody waits for the page meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the written sheet says, in one language; `bands` maps codes to titles."""

    code: str
    requirement: str
    questions: str
    bands: Mapping[str, str]


def read_sheet(data: bytes) -> list[list[Cell]]:
    """Return the cells of a workbook's first sheet. Raises `WeightFileError`."""
    try:
        check_parts(Package(io.BytesIO(data), place="XLSX", limits=_LIMITS), _ROOM)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS)
        return [[Cell(cell.value, "%" in str(getattr(cell, "number_format", ""))) for cell in row] for row in rows]
    except (DomainError, zipfile.BadZipFile, ParseError, KeyError, ValueError, IndexError, TypeError, OSError) as fault:
        raise WeightFileError({"file": WeightFileError.sentence}, limit=MAX_MEGABYTES) from fault


def make_sheet(
    positions: Sequence[tuple[Position, Sequence[Requirement]]],
    weights: Mapping[tuple[int, str], tuple[int, Mapping[int, int]]],
    words: Words,
    language: str,
) -> bytes:
    """Return a workbook: a row for each position and requirement, a column for each band.

    `weights` maps position id and band to the number of questions and to shares by requirement id, in hundredths of a
    percent; what it lacks stays empty, to be filled in.
    """
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a worksheet")
    sheet.append([words.code, words.requirement, *words.bands.values()])
    for position, requirements in positions:
        title = f"{position.title[language]} · {words.questions}"
        held = [weights.get((position.id, band)) for band in words.bands]
        sheet.append([position.code, title, *(each[0] if each else None for each in held)])
        for cell in sheet[sheet.max_row]:
            cell.font = Font(bold=True)
        for one in requirements:
            shares = [each[1].get(one.id) if each else None for each in held]
            sheet.append(
                [one.code, one.statement.text[language], *(s / 100 if s is not None else None for s in shares)]
            )
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "C2"
    for letter, width in zip("ABCDE", (14, 64, 16, 16, 16), strict=False):
        sheet.column_dimensions[letter].width = width
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
