"""Handing in: once, whoever asks for it and however often; scored, and handed over to be marked, in one transaction."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from lms_carbon.core.db import database_now, session
from lms_carbon.core.identity import Actor
from lms_carbon.marking.services.works import hand_over
from lms_carbon.people.services.audit import record_person_act
from lms_carbon.practicals.errors import DeclarationNeededError, SheetSubmittedError, StaleSheetError
from lms_carbon.practicals.models import Practical, Sheet, SheetState
from lms_carbon.practicals.policy import load_sheet, source_of
from lms_carbon.practicals.queries.standings import list_items
from lms_carbon.practicals.rules.scoring import mark_rows, receipt_text, score_sheet, sheet_digest
from lms_carbon.practicals.rules.states import SubmittedBy
from lms_carbon.practicals.services.sheets import check_open


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a candidate gets for what they handed in; `text` is how it is read out."""

    sheet_id: int
    digest: str
    text: str
    submitted_at: datetime
    by_scheduler: bool


def hand_in(*, sheet_id: int, revision: int, declared: bool, by: Actor, at: datetime) -> Receipt:
    """Hand in one's own sheet, as it stood at `revision`; a second time gives the same receipt.

    Raises `DeclarationNeededError`, `StaleSheetError` where another window saved meanwhile, `SheetOverError`.
    """
    sheet = load_sheet(by, sheet_id)
    if sheet.state is SheetState.OPEN:
        check_open(sheet)
        if not declared:
            raise DeclarationNeededError
        if sheet.revision != revision:
            raise StaleSheetError
    return submit_sheet(sheet_id=sheet.id, by=SubmittedBy.CANDIDATE, at=at, revision=revision)


def submit_sheet(*, sheet_id: int, by: SubmittedBy, at: datetime, revision: int | None = None) -> Receipt:
    """Submit a sheet and return its receipt; one that is submitted already gives the same receipt again.

    Whether the caller may is the caller's to know. Raises `StaleSheetError` where it changed since `revision`.
    """
    made_now = _take_step(sheet_id, by, revision)
    sheet = session.scalars(
        sa.select(Sheet)
        .where(Sheet.id == sheet_id)
        .options(joinedload(Sheet.practical).joinedload(Practical.task), joinedload(Sheet.file))
        .execution_options(populate_existing=True)
    ).one()
    if made_now:
        _score_and_hand_over(sheet, at)
        record_person_act(
            person_id=None if by is SubmittedBy.SCHEDULER else sheet.person_id,
            institution_id=sheet.institution_id,
            action="sheet.submit",
            object_type="sheet",
            object_id=sheet.id,
            detail={"by": by, "digest": sheet.digest},
            at=at,
        )
    return receipt_of(sheet)


def receipt_of(sheet: Sheet) -> Receipt:
    """Return the receipt of a sheet that is handed in."""
    if sheet.digest is None or sheet.submitted_at is None:
        raise RuntimeError(f"sheet {sheet.id} is not handed in")
    return Receipt(
        sheet_id=sheet.id,
        digest=sheet.digest,
        text=receipt_text(sheet.digest),
        submitted_at=sheet.submitted_at,
        by_scheduler=sheet.submitted_by == SubmittedBy.SCHEDULER,
    )


def _take_step(sheet_id: int, by: SubmittedBy, revision: int | None) -> bool:
    # The lock waits for saves under way; from here on what is read is all that was ever acknowledged.
    row = session.execute(sa.select(Sheet.state, Sheet.revision).where(Sheet.id == sheet_id).with_for_update()).one()
    if row.state is not SheetState.OPEN:
        return False
    if revision is not None and row.revision != revision:
        raise StaleSheetError
    changed = session.scalar(
        sa.update(Sheet)
        .where(Sheet.id == sheet_id, Sheet.state == SheetState.OPEN)
        .values(state=SheetState.SUBMITTED, submitted_at=database_now(), submitted_by=by)
        .returning(Sheet.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise SheetSubmittedError
    return True


def _score_and_hand_over(sheet: Sheet, at: datetime) -> None:
    items = list_items(sheet.practical)
    sheet.scored = score_sheet(items, sheet.data, sheet.values)
    sheet.digest = sheet_digest(
        sheet_id=sheet.id,
        data=sheet.data,
        values=sheet.values,
        note=sheet.note,
        file_sha256=sheet.file.sha256 if sheet.file else None,
    )
    session.flush()
    hand_over(
        instrument_id=sheet.practical.instrument_id,
        candidacy_id=sheet.candidacy_id,
        attempt=sheet.number,
        source=source_of(sheet.id),
        scored=mark_rows(items, sheet.scored),
        by=None,
        at=at,
    )
