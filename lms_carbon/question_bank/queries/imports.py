"""Reads of imports and their reports."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.question_bank.import_models import ImportState, QuestionImport, QuestionImportRow
from lms_carbon.question_bank.interchange.items import reason_from_json
from lms_carbon.question_bank.policy import check_reader

PAGE: Final = 50


def list_imports(*, by: Actor, limit: int = PAGE) -> Sequence[QuestionImport]:
    """Return the institution's latest imports, the newest first."""
    check_reader(by)
    query = (
        sa.select(QuestionImport)
        .where(QuestionImport.institution_id == by.institution_id)
        .options(joinedload(QuestionImport.person))
        .order_by(QuestionImport.created_at.desc(), QuestionImport.id.desc())
        .limit(limit)
    )
    return session.scalars(query).all()


def find_import(*, by: Actor, import_id: int) -> QuestionImport:
    """Return an import of the institution. Raises `NotFoundError`."""
    check_reader(by)
    found = session.scalar(
        sa.select(QuestionImport)
        .where(QuestionImport.id == import_id, QuestionImport.institution_id == by.institution_id)
        .options(joinedload(QuestionImport.person))
    )
    if found is None:
        raise NotFoundError
    return found


def list_rows(
    *, by: Actor, import_id: int, status: str = "", after: int = 0, limit: int = PAGE
) -> Sequence[QuestionImportRow]:
    """Return rows of a report in the file's order, `limit` + 1 at most so that a next page is known of."""
    find_import(by=by, import_id=import_id)
    query = (
        sa.select(QuestionImportRow)
        .where(
            QuestionImportRow.import_id == import_id,
            QuestionImportRow.institution_id == by.institution_id,
            QuestionImportRow.ordinal > after,
        )
        .order_by(QuestionImportRow.ordinal)
        .limit(limit + 1)
    )
    if status:
        query = query.where(QuestionImportRow.status == status)
    return session.scalars(query).all()


@dataclass(frozen=True)
class ReportLines:
    """A report as lines of English text; `taken` tells whether the file was."""

    lines: tuple[str, ...]
    taken: bool

    def __iter__(self) -> Iterator[str]:
        return iter(self.lines)


def report_lines(*, by: Actor, import_id: int) -> ReportLines:
    """Return the report of an import for the command line: what was not whole, question by question, then counts."""
    held = find_import(by=by, import_id=import_id)
    if held.state is not ImportState.DONE:
        why = str(reason_from_json(held.refusal)) if held.refusal else held.state.value
        return ReportLines((why,), taken=False)
    lines = []
    rows = session.scalars(
        sa.select(QuestionImportRow)
        .where(QuestionImportRow.import_id == import_id, QuestionImportRow.status != "imported")
        .order_by(QuestionImportRow.ordinal)
    )
    for row in rows:
        place = f"{row.place}:{row.line}" if row.line else row.place
        said = " ".join(str(reason_from_json(reason)) for reason in row.reasons)
        lines.append(f"{place}  {row.identifier}  {row.status}  {said}")
    lines.append(
        f"{held.found} questions in the file: {held.imported} imported, {held.degraded} degraded, "
        f"{held.skipped} skipped; {held.unchanged} of them were in the bank already as they are"
    )
    if held.dry_run:
        lines.append("A trial: nothing was written into the bank.")
    return ReportLines(tuple(lines), taken=True)
