"""Reading and writing the workbook."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO, Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.interchange.base import DEGRADED, SKIPPED, Finding, Head, Item, Limits, Status
from lms_carbon.question_bank.interchange.comparing import note_differences
from lms_carbon.question_bank.interchange.errors import BrokenPackageError, TooManyQuestionsError, UnknownSheetError
from lms_carbon.question_bank.interchange.guarding import TEXT_TOO_LONG, read_guarded, skipped, writing_guarded
from lms_carbon.question_bank.interchange.safe_zip import Package
from lms_carbon.question_bank.interchange.tagging import MEDIA_LOST
from lms_carbon.question_bank.interchange.texts import Losses
from lms_carbon.question_bank.interchange.xlsx.columns import COLUMNS, PLACE, cells_of, finding_of_row
from lms_carbon.question_bank.interchange.xlsx.parts import Room, check_parts

NAME: Final = "xlsx"
TOO_LONG: Final = mark("The column “{column}” would hold more than a cell can.")
_MOST_IN_A_CELL: Final = 32_767
_MOST_COLUMNS: Final = 80
_MOST_EMPTY: Final = 1_000
"""Rows without anything, after which the sheet counts as ended."""
_UNPACKED: Final = 150_000_000
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDE: Final = {"stem", "explanation", "more"}


def recognise(head: Head) -> bool:
    """Tell whether a file is a workbook."""
    return "xl/workbook.xml" in head.members


def read(source: BinaryIO, limits: Limits) -> Iterator[Finding]:
    """Yield what became of each row below the names of the columns.

    Raises `UnknownSheetError` where the first sheet has no column of ours.
    """
    _check_parts(source, limits)
    try:
        book = load_workbook(source, read_only=True, data_only=True)
        yield from _findings(book.worksheets[0].iter_rows(max_col=_MOST_COLUMNS, values_only=True), limits)
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, TypeError, OSError, SyntaxError) as fault:
        raise BrokenPackageError(place=PLACE) from fault


def _check_parts(source: BinaryIO, limits: Limits) -> None:
    """Refuse bombs and declared entities before a parser sees them."""
    most = min(limits.entry_bytes, _UNPACKED)
    held = replace(limits, zip_entries=500, entry_bytes=most, total_bytes=_UNPACKED)
    check_parts(Package(source, place=PLACE, limits=held), Room())
    source.seek(0)


def _findings(rows: Iterator[tuple[Any, ...]], limits: Limits) -> Iterator[Finding]:
    names = [_text(value).lower() for value in next(rows, ())]
    if "kind" not in names or not {"stem.zh", "stem.en"} & set(names):
        raise UnknownSheetError
    count = empty = 0
    for line, values in enumerate(rows, 2):
        cells = {name: text for name, value in zip(names, values, strict=False) if name and (text := _text(value))}
        if not cells:
            empty += 1
            if empty > _MOST_EMPTY:
                return
            continue
        empty, count = 0, count + 1
        if count > limits.questions:
            raise TooManyQuestionsError(limit=limits.questions)
        about: Any = {"place": PLACE, "identifier": cells.get("identifier", "")[:255], "line": line}
        if any(len(text) > limits.text_chars for text in cells.values()):
            yield skipped(TEXT_TOO_LONG, **about, limit=limits.text_chars)
        else:
            yield read_guarded(finding_of_row, cells, line, **about)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def write(items: Iterable[Item], out: BinaryIO) -> tuple[Finding, ...]:
    """Write the items, a row each; return those that come out with losses or not at all."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("questions")
    sheet.freeze_panes = "C2"
    for index, name in enumerate(COLUMNS, 1):
        wide = name.partition(".")[0] in _WIDE
        sheet.column_dimensions[get_column_letter(index)].width = 48 if wide else 18
    sheet.append([_cell(sheet, name, bold=True) for name in COLUMNS])
    findings: list[Finding] = []
    for item in items:
        with writing_guarded(item, findings, place=PLACE):
            losses = Losses()
            cells = cells_of(item)
            long = [name for name, value in cells.items() if len(str(value)) > _MOST_IN_A_CELL]
            for name in long:
                losses.add(TOO_LONG, column=name)
            if item.media:
                losses.add(MEDIA_LOST)
            if not losses.reasons:
                note_differences(item, finding_of_row({name: str(value) for name, value in cells.items()}, 1), losses)
            if losses.reasons:
                status: Status = SKIPPED if long else DEGRADED
                findings.append(Finding(place=PLACE, identifier=item.identifier, status=status, reasons=losses.reasons))
            if not long:
                sheet.append([_cell(sheet, cells.get(name)) for name in COLUMNS])
    book.save(out)
    return tuple(findings)


def _cell(sheet: Any, value: str | int | None, *, bold: bool = False) -> Any:
    if isinstance(value, str):
        value = _CONTROLS.sub("", value)
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        # Text stays text: what begins with "=" is no formula.
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)
    return cell
