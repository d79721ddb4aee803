"""Practicals: setting a task as an instrument, opening, closing, moving the deadline."""

import re
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from lms_carbon.core.db import read_clock, session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.i18n import mark, text_in
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.errors import CycleNotOpenError
from lms_carbon.cycles.models import CycleState, Instrument, InstrumentKind, Track
from lms_carbon.cycles.rules import share_points
from lms_carbon.framework.queries import requirements_by_statement
from lms_carbon.framework.rules import Tag, resolve_tags
from lms_carbon.marking.services.rubrics import freeze_rubric
from lms_carbon.people.services.audit import record_act
from lms_carbon.practicals.errors import (
    CodeTakenError,
    DeadlinePastError,
    InstrumentTakenError,
    NothingShownError,
    PracticalSettingsError,
    ReleasedError,
    WrongStepError,
)
from lms_carbon.practicals.models import Checkpoint, CheckpointShare, Practical, PracticalState, Task
from lms_carbon.practicals.policy import check_officer, load_practical_for_officer
from lms_carbon.practicals.rules.states import STEPS

_CODE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")


def create_practical(
    *,
    code: str,
    instrument_id: int,
    task_id: int,
    opens_at: datetime | None,
    closes_at: datetime,
    by: Actor,
    at: datetime,
) -> Practical:
    """Set a task as an instrument, frozen for the position of its track: checkpoints and rubric (DESIGN §3, Tags).

    Raises `PracticalSettingsError`, `CodeTakenError`, `InstrumentTakenError`, `NothingShownError`, `NotFoundError`, and
    those of `freeze_rubric`.
    """
    check_officer(by)
    _check(code, opens_at, closes_at, at)
    instrument = _load_instrument(instrument_id, by)
    task = _load_task(task_id, by)
    if session.scalar(sa.select(Practical.id).where(Practical.instrument_id == instrument.id)):
        raise InstrumentTakenError
    if session.scalar(
        sa.select(Practical.id).where(Practical.institution_id == by.institution_id, Practical.code == code)
    ):
        raise CodeTakenError(code=code)
    shares = _resolve(task, instrument, by.language)
    freeze_rubric(instrument=instrument, rubric_id=task.rubric_id, by=by, at=at)
    practical = Practical(
        institution_id=by.institution_id,
        code=code,
        instrument_id=instrument.id,
        task_id=task.id,
        state=PracticalState.DRAFT,
        opens_at=opens_at,
        closes_at=closes_at,
        created_at=at,
        created_by=by.person_id,
        shares=shares,
    )
    try:
        with session.begin_nested():
            session.add(practical)
            session.flush()
    except IntegrityError as problem:
        raise CodeTakenError(code=code) from problem
    _record("practical.create", practical, by, at, {"code": code, "instrument": instrument.id, "task": task.id})
    return practical


def open_practical(*, practical_id: int, by: Actor, at: datetime) -> Practical:
    """Let candidates in, from `opens_at` on.

    Raises `CycleNotOpenError`, `DeadlinePastError`, `ReleasedError`, `WrongStepError`.
    """
    practical = load_practical_for_officer(by, practical_id)
    _check_not_released(practical)
    if practical.instrument.track.cycle.state is not CycleState.OPEN:
        raise CycleNotOpenError
    if practical.closes_at <= read_clock():
        raise DeadlinePastError
    return _take_step("open", practical, by, at)


def close_practical(*, practical_id: int, by: Actor, at: datetime) -> Practical:
    """Let nobody begin any more; sheets that are open go on to the deadline. Raises `WrongStepError`."""
    return _take_step("close", load_practical_for_officer(by, practical_id), by, at)


def move_deadline(*, practical_id: int, closes_at: datetime, by: Actor, at: datetime) -> Practical:
    """Move the deadline for everybody. Sheets that were handed in at the old one stay handed in.

    Raises `ReleasedError`, and `PracticalSettingsError` for a moment before the opening or in the past.
    """
    practical = load_practical_for_officer(by, practical_id)
    _check_not_released(practical)
    _check(practical.code, practical.opens_at, closes_at, at)
    before, practical.closes_at = practical.closes_at, closes_at
    session.flush()
    detail = {"before": before.isoformat(), "after": closes_at.isoformat()}
    _record("practical.move_deadline", practical, by, at, detail)
    return practical


def _take_step(step: str, practical: Practical, by: Actor, at: datetime) -> Practical:
    sources, target = STEPS[step]
    before = practical.state
    changed = session.scalar(
        sa.update(Practical)
        .where(Practical.id == practical.id, Practical.state.in_([PracticalState(each) for each in sources]))
        .values(state=PracticalState(target))
        .returning(Practical.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise WrongStepError
    session.refresh(practical, ["state"])
    _record(f"practical.{step}", practical, by, at, {"before": before, "after": target})
    return practical


def _check(code: str, opens_at: datetime | None, closes_at: datetime, at: datetime) -> None:
    problems: dict[str, list[str]] = {}
    if not _CODE.fullmatch(code):
        problems["code"] = [mark("A code has 1 to 64 Latin letters, digits, dots and hyphens.")]
    if closes_at <= at:
        problems["closes_at"] = [mark("The deadline lies in the past.")]
    elif opens_at is not None and closes_at <= opens_at:
        problems["closes_at"] = [mark("The deadline comes after the opening.")]
    if problems:
        raise PracticalSettingsError(problems)


def _check_not_released(practical: Practical) -> None:
    if practical.instrument.released_at is not None:
        raise ReleasedError


def _load_instrument(instrument_id: int, by: Actor) -> Instrument:
    instrument = session.scalar(
        sa.select(Instrument)
        .where(
            Instrument.id == instrument_id,
            Instrument.institution_id == by.institution_id,
            Instrument.kind == InstrumentKind.PRACTICAL,
        )
        .options(joinedload(Instrument.track).joinedload(Track.position))
    )
    if instrument is None:
        raise NotFoundError
    return instrument


def _load_task(task_id: int, by: Actor) -> Task:
    task = session.scalar(
        sa.select(Task)
        .where(Task.id == task_id, Task.institution_id == by.institution_id, Task.approved_at.is_not(None))
        .options(selectinload(Task.checkpoints).selectinload(Checkpoint.tags))
    )
    if task is None:
        raise NotFoundError
    return task


def _resolve(task: Task, instrument: Instrument, language: str) -> list[CheckpointShare]:
    position = instrument.track.position
    statements = {tag.statement_id for checkpoint in task.checkpoints for tag in checkpoint.tags}
    asked = requirements_by_statement(position.id, statements)
    shares: list[CheckpointShare] = []
    for checkpoint in task.checkpoints:
        tags = [Tag(statement_id=tag.statement_id, positions=tag.positions) for tag in checkpoint.tags]
        left = resolve_tags(tags, asked, position.code)
        if not left:
            raise NothingShownError(checkpoint=text_in(checkpoint.title, language))
        shares += [
            CheckpointShare(
                checkpoint_id=checkpoint.id,
                requirement_id=requirement_id,
                institution_id=instrument.institution_id,
                ordinal=ordinal,
                possible=possible,
            )
            for ordinal, (requirement_id, possible) in enumerate(share_points(checkpoint.possible, left))
        ]
    return shares


def _record(action: str, practical: Practical, by: Actor, at: datetime, detail: dict[str, Any]) -> None:
    record_act(
        by=by,
        institution_id=practical.institution_id,
        action=action,
        object_type="practical",
        object_id=practical.id,
        detail=detail,
        at=at,
    )
