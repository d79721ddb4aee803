"""Sheets: beginning one, saving what was entered, attaching the workbook."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lms_carbon.core.db import database_now, read_clock, session
from lms_carbon.core.errors import DomainError
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.services.candidacies import begin_candidacy
from lms_carbon.files.models import StoredFile
from lms_carbon.files.rules import Limits
from lms_carbon.files.services.storage import store_file
from lms_carbon.people.services.audit import record_act
from lms_carbon.practicals.errors import (
    AnswerShapeError,
    PracticalNotBegunError,
    PracticalNotOpenError,
    PracticalOverError,
    SheetOverError,
    SheetSubmittedError,
    StaleSheetError,
)
from lms_carbon.practicals.models import Practical, Sheet, SheetState
from lms_carbon.practicals.policy import load_practical_for_candidate, load_sheet
from lms_carbon.practicals.queries.standings import find_standing, list_items
from lms_carbon.practicals.rules.drawing import MAX_SEED, draw_data
from lms_carbon.practicals.rules.scoring import read_entry
from lms_carbon.practicals.rules.states import GRACE, Door
from lms_carbon.question_bank.kinds.errors import ResponseShapeError

WORKBOOK: Final = Limits(10_000_000, ("XLSX", "ODS", "CSV"))
"""What is taken as a workbook: up to 10 MB."""
MAX_NOTE: Final = 20_000
_REFUSALS: Final[Mapping[Door, type[DomainError]]] = {
    Door.NOT_OPEN: PracticalNotOpenError,
    Door.NOT_BEGUN: PracticalNotBegunError,
    Door.OVER: PracticalOverError,
}


def open_sheet(*, practical_id: int, by: Actor, at: datetime) -> tuple[Sheet, bool]:
    """Begin the actor's sheet and draw its data, or return the one that is there; True where it began now.

    The seed is drawn once; of two starts at once one makes the sheet and the other finds it. Raises the errors of the
    start page and those of `begin_candidacy`.
    """
    practical = load_practical_for_candidate(by, practical_id)
    standing = find_standing(practical, by.person_id)
    if standing.sheet is not None:
        return standing.sheet, False
    if standing.door is not Door.OPEN:
        raise _REFUSALS[standing.door]
    candidacy = begin_candidacy(track=practical.instrument.track, by=by, at=at)
    try:
        with session.begin_nested():
            sheet = _insert(practical, candidacy.id, by, standing.now)
    except IntegrityError:
        # The other window was first: (practical, candidacy, number) is unique.
        found = find_standing(practical, by.person_id).sheet
        if found is None:
            raise
        return found, False
    _record("sheet.open", sheet, by, at, {"practical": practical.id, "seed": sheet.seed})
    return sheet, True


def save_sheet(
    *, sheet_id: int, values: Mapping[str, object], note: str, revision: int, by: Actor, at: datetime
) -> Sheet:
    """Save what was entered; `revision` is the one that the page was opened with.

    `values` is checkpoint key → `{"value", "unit"}` as typed; keys that are left out keep what they have. Raises
    `StaleSheetError` where another window saved meanwhile, `SheetSubmittedError`, `SheetOverError` after the deadline
    and its grace, `AnswerShapeError` by key; nothing is changed then.
    """
    sheet = load_sheet(by, sheet_id)
    entered = _read_values(sheet, values, note)
    saved = session.scalar(
        sa.update(Sheet)
        .where(
            Sheet.id == sheet.id,
            Sheet.revision == revision,
            Sheet.state == SheetState.OPEN,
            sa.exists().where(Practical.id == sheet.practical_id, Practical.closes_at >= read_clock() - GRACE),
        )
        .values({"values": {**sheet.values, **entered}, "note": note, "revision": revision + 1})
        .values(saved_at=database_now())
        .returning(Sheet.id)
        .execution_options(synchronize_session=False)
    )
    if saved is None:
        raise _refusal(sheet)
    session.refresh(sheet)
    return sheet


def attach_file(*, sheet_id: int, stream: IO[bytes], name: str, by: Actor, at: datetime) -> StoredFile:
    """Attach a workbook; the one before it is replaced and kept nowhere but in storage.

    Raises what `files.store_file` refuses, `SheetSubmittedError`, `SheetOverError`; the workbook before stays then.
    """
    sheet = load_sheet(by, sheet_id)
    check_open(sheet)
    stored = store_file(stream, name=name, limits=WORKBOOK, by=by, at=at)
    attached = session.scalar(
        sa.update(Sheet)
        .where(Sheet.id == sheet.id, Sheet.state == SheetState.OPEN)
        .values(file_id=stored.id, revision=Sheet.revision + 1, saved_at=database_now())
        .returning(Sheet.id)
        .execution_options(synchronize_session=False)
    )
    if attached is None:
        raise SheetSubmittedError
    session.refresh(sheet)
    _record("sheet.attach", sheet, by, at, {"file": stored.id})
    return stored


def check_open(sheet: Sheet) -> None:
    """Raise `SheetSubmittedError` or `SheetOverError` where a sheet takes nothing any more."""
    if sheet.state is not SheetState.OPEN:
        raise SheetSubmittedError
    if read_clock() > sheet.practical.closes_at + GRACE:
        raise SheetOverError


def _refusal(sheet: Sheet) -> DomainError:
    """Return why nothing was saved, from what the row says now."""
    session.refresh(sheet)
    try:
        check_open(sheet)
    except (SheetSubmittedError, SheetOverError) as problem:
        return problem
    return StaleSheetError()


def _read_values(sheet: Sheet, values: Mapping[str, object], note: str) -> dict[str, Any]:
    problems: dict[str, list[str]] = {}
    entered: dict[str, Any] = {}
    for item in list_items(sheet.practical):
        if item.key not in values:
            continue
        try:
            entered[item.key] = read_entry(item, values[item.key])
        except ResponseShapeError:
            problems[item.key] = [mark("This is too long for a number with its unit.")]
    if len(note) > MAX_NOTE:
        problems["note"] = [mark("The note has more than 20 000 characters.")]
    if problems:
        raise AnswerShapeError(problems)
    return entered


def _insert(practical: Practical, candidacy_id: int, by: Actor, now: datetime) -> Sheet:
    seed = secrets.randbelow(MAX_SEED) + 1
    sheet = Sheet(
        institution_id=practical.institution_id,
        practical_id=practical.id,
        candidacy_id=candidacy_id,
        person_id=by.person_id,
        number=1,
        seed=seed,
        data=draw_data(practical.task.content, seed),
        values={},
        revision=0,
        note="",
        state=SheetState.OPEN,
        started_at=now,
    )
    session.add(sheet)
    session.flush()
    return sheet


def _record(action: str, sheet: Sheet, by: Actor, at: datetime, detail: dict[str, Any]) -> None:
    record_act(
        by=by,
        institution_id=sheet.institution_id,
        action=action,
        object_type="sheet",
        object_id=sheet.id,
        detail=detail,
        at=at,
    )
