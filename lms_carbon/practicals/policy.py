"""Who may do what with practicals: objects are loaded through these rights; what is not one's own is not there."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from lms_carbon.core.db import session
from lms_carbon.core.errors import ForbiddenError, NotFoundError
from lms_carbon.core.identity import Actor, Role
from lms_carbon.cycles.models import Instrument, Track
from lms_carbon.marking.policy import may_see_work
from lms_carbon.practicals.errors import PracticalNotOpenError
from lms_carbon.practicals.models import Checkpoint, CheckpointTag, Practical, PracticalState, Sheet, SheetState, Task

TASK_READERS = (Role.AUTHOR, Role.REVIEWER, Role.OFFICER)
"""Tasks hold the formulas of what is right, so candidates and teachers are not among them."""
READERS = (Role.OFFICER, Role.TEACHER)

_WHOLE = joinedload(Practical.instrument).joinedload(Instrument.track)
WHOLE_PRACTICAL = (_WHOLE.joinedload(Track.cycle), _WHOLE.joinedload(Track.position), joinedload(Practical.task))
"""With instrument, track, cycle, position and task, in one query."""


def source_of(sheet_id: int) -> str:
    """Return what marking and the ledger call a sheet: `sheet:17`."""
    return f"sheet:{sheet_id}"


def check_officer(by: Actor) -> None:
    """Raise `ForbiddenError` for all but the institution's officers."""
    if not by.has(Role.OFFICER):
        raise ForbiddenError


def load_practical_for_officer(by: Actor, practical_id: int) -> Practical:
    """Return a practical of the officer's institution; raises `ForbiddenError`, `NotFoundError`."""
    check_officer(by)
    return _load_practical(by, practical_id)


def load_practical_for_candidate(by: Actor, practical_id: int) -> Practical:
    """Return a practical for its start page. A draft shows nothing, not even that it is planned.

    Raises `ForbiddenError`, `NotFoundError`, `PracticalNotOpenError`.
    """
    if not by.has(Role.CANDIDATE):
        raise ForbiddenError
    practical = _load_practical(by, practical_id)
    if practical.state is PracticalState.DRAFT:
        raise PracticalNotOpenError
    return practical


def load_practical_for_reader(by: Actor, practical_id: int) -> Practical:
    """Return a practical for those who look at what candidates see: officers, and teachers once it is no draft.

    Raises `ForbiddenError`, `NotFoundError`, `PracticalNotOpenError`.
    """
    if not by.has_any(READERS):
        raise ForbiddenError
    practical = _load_practical(by, practical_id)
    if practical.state is PracticalState.DRAFT and not by.has(Role.OFFICER):
        raise PracticalNotOpenError
    return practical


def load_sheet(by: Actor, sheet_id: int) -> Sheet:
    """Return one's own sheet with practical, task, instrument and file; anybody else's raises `NotFoundError`."""
    return _found(
        session.scalar(
            sa.select(Sheet)
            .where(Sheet.id == sheet_id, Sheet.person_id == by.person_id, Sheet.institution_id == by.institution_id)
            .options(joinedload(Sheet.practical).options(*WHOLE_PRACTICAL), joinedload(Sheet.file))
            .execution_options(populate_existing=True)
        )
    )


def load_workbook_sheet(by: Actor, sheet_id: int) -> Sheet:
    """Return a sheet whose workbook the actor may open: one's own, and for assessors the works they have.

    Raises `NotFoundError` for others, and where no workbook is there.
    """
    sheet = _found(
        session.scalar(
            sa.select(Sheet)
            .where(Sheet.id == sheet_id, Sheet.institution_id == by.institution_id, Sheet.file_id.is_not(None))
            .options(joinedload(Sheet.file))
        )
    )
    if sheet.person_id == by.person_id:
        return sheet
    if sheet.state is not SheetState.SUBMITTED or not may_see_work(by, source_of(sheet.id)):
        raise NotFoundError
    return sheet


def load_task(by: Actor, task_id: int) -> Task:
    """Return a task with checkpoints and what they show, for those who prepare; raises `NotFoundError`."""
    if not by.has_any(TASK_READERS):
        raise ForbiddenError
    found = session.scalar(
        sa.select(Task)
        .where(Task.id == task_id, Task.institution_id == by.institution_id)
        .options(
            joinedload(Task.rubric),
            selectinload(Task.checkpoints).selectinload(Checkpoint.tags).joinedload(CheckpointTag.statement),
        )
    )
    if found is None:
        raise NotFoundError
    return found


def _load_practical(by: Actor, practical_id: int) -> Practical:
    practical = session.scalar(
        sa.select(Practical)
        .where(Practical.id == practical_id, Practical.institution_id == by.institution_id)
        .options(*WHOLE_PRACTICAL)
    )
    if practical is None:
        raise NotFoundError
    return practical


def _found(sheet: Sheet | None) -> Sheet:
    if sheet is None:
        raise NotFoundError
    return sheet
