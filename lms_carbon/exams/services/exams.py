"""Exams: making, changing, opening, closing, removing them, and releasing their scores."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.errors import CycleNotOpenError
from lms_carbon.cycles.models import CycleState, Instrument, InstrumentKind
from lms_carbon.exams.errors import (
    CodeTakenError,
    ExamSettingsError,
    InstrumentTakenError,
    NoFrozenFormError,
    ReleasedError,
    StillRunningError,
    WrongStepError,
)
from lms_carbon.exams.models.attempts import Attempt
from lms_carbon.exams.models.exams import Exam, Form, FormItem
from lms_carbon.exams.policy import check_officer, load_exam_for_officer
from lms_carbon.exams.rules.states import EXAM_STEPS, AttemptState, ExamState
from lms_carbon.people.services.audit import record_act
from lms_carbon.question_bank.models import QuestionVersion
from lms_carbon.question_bank.queries.listing import is_approved_in

_CODE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
MAX_MINUTES: Final = 24 * 60
MAX_ATTEMPTS: Final = 100


@dataclass(frozen=True, kw_only=True)
class ExamSettings:
    """What an officer sets. `attempts` 0 is as many as wanted; `rules` has one rule a line."""

    title: Mapping[str, str]
    minutes: int
    attempts: int = 1
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    rules: Mapping[str, str] = field(default_factory=dict)
    practice_id: int | None = None
    languages: Sequence[str] = LANGUAGES
    """One of them at least."""


def create_exam(
    *, code: str, settings: ExamSettings, by: Actor, at: datetime, instrument_id: int | None = None
) -> Exam:
    """Make an exam; without an instrument it is a practice exam.

    Raises `ExamSettingsError`, `CodeTakenError`, `InstrumentTakenError`, `NotFoundError`.
    """
    check_officer(by)
    _check(settings, by, code=code)
    if instrument_id is not None:
        _check_instrument(instrument_id, by)
    if session.scalar(sa.select(Exam.id).where(Exam.institution_id == by.institution_id, Exam.code == code)):
        raise CodeTakenError(code=code)
    exam = Exam(
        institution_id=by.institution_id,
        code=code,
        instrument_id=instrument_id,
        state=ExamState.DRAFT,
        created_at=at,
        created_by=by.person_id,
        **_columns(settings),
    )
    try:
        with session.begin_nested():
            session.add(exam)
            session.flush()
    except IntegrityError as problem:
        raise CodeTakenError(code=code) from problem
    _record("exam.create", exam, by, at, {"code": code, "instrument": instrument_id, "after": _plain(settings)})
    return exam


def update_exam(*, exam_id: int, settings: ExamSettings, by: Actor, at: datetime) -> Exam:
    """Change an exam's settings. Attempts that run keep the minutes they began with.

    Raises `ExamSettingsError`, `ReleasedError`.
    """
    exam = load_exam_for_officer(by, exam_id)
    _check(settings, by, exam=exam)
    _check_not_released(exam)
    before = {name: _plain_value(getattr(exam, name)) for name in _columns(settings)}
    for name, value in _columns(settings).items():
        setattr(exam, name, value)
    session.flush()
    _record("exam.update", exam, by, at, {"before": before, "after": _plain(settings)})
    return exam


def open_exam(*, exam_id: int, by: Actor, at: datetime) -> Exam:
    """Let candidates in, from `opens_at` on.

    Raises `NoFrozenFormError`, `CycleNotOpenError`, `ReleasedError`, `WrongStepError`.
    """
    exam = load_exam_for_officer(by, exam_id)
    _check_not_released(exam)
    if exam.instrument is not None and exam.instrument.track.cycle.state is not CycleState.OPEN:
        raise CycleNotOpenError
    frozen = sa.select(Form.id).join(FormItem).where(Form.exam_id == exam.id, Form.frozen_at.is_not(None)).limit(1)
    if session.scalar(frozen) is None:
        raise NoFrozenFormError
    return _take_step("open", exam, by, at)


def close_exam(*, exam_id: int, by: Actor, at: datetime) -> Exam:
    """Let nobody in any more; attempts that run go on to their end. Raises `WrongStepError`."""
    return _take_step("close", load_exam_for_officer(by, exam_id), by, at)


def delete_exam(*, exam_id: int, by: Actor, at: datetime) -> None:
    """Remove an exam. Its attempts and marks stay, its code stays taken, links to it say that it was removed.

    Raises `StillRunningError`, and `WrongStepError` for an open one: close it first.
    """
    exam = load_exam_for_officer(by, exam_id)
    if exam.state is ExamState.OPEN:
        raise WrongStepError
    check_nobody_runs(exam)
    exam.deleted_at = at
    session.flush()
    _record("exam.delete", exam, by, at, {"code": exam.code})


def check_nobody_runs(exam: Exam) -> None:
    """Raise `StillRunningError` with how many are in the exam and until when."""
    count, until = session.execute(
        sa.select(sa.func.count(), sa.func.max(Attempt.ends_at)).where(
            Attempt.exam_id == exam.id, Attempt.state == AttemptState.RUNNING
        )
    ).one()
    if count:
        raise StillRunningError(count=count, until=f"{until:%Y-%m-%d %H:%M}")


def _take_step(step: str, exam: Exam, by: Actor, at: datetime) -> Exam:
    sources, target = EXAM_STEPS[step]
    before = exam.state
    changed = session.scalar(
        sa.update(Exam)
        .where(Exam.id == exam.id, Exam.state.in_(sources), Exam.deleted_at.is_(None))
        .values(state=target)
        .returning(Exam.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise WrongStepError
    session.refresh(exam, ["state"])
    _record(f"exam.{step}", exam, by, at, {"before": before, "after": target})
    return exam


def _check_not_released(exam: Exam) -> None:
    if exam.instrument is not None and exam.instrument.released_at is not None:
        raise ReleasedError


def _check_instrument(instrument_id: int, by: Actor) -> None:
    instrument = session.scalar(
        sa.select(Instrument).where(
            Instrument.id == instrument_id,
            Instrument.institution_id == by.institution_id,
            Instrument.kind == InstrumentKind.EXAM,
        )
    )
    if instrument is None:
        raise NotFoundError
    if session.scalar(sa.select(Exam.id).where(Exam.instrument_id == instrument_id)):
        raise InstrumentTakenError


def _check(settings: ExamSettings, by: Actor, *, code: str | None = None, exam: Exam | None = None) -> None:
    problems: dict[str, list[str]] = {}
    if code is not None and not _CODE.fullmatch(code):
        problems["code"] = [mark("A code has 1 to 64 Latin letters, digits, dots and hyphens.")]
    if not any(text.strip() for text in settings.title.values()):
        problems["title"] = [mark("The exam needs a title.")]
    if not 1 <= settings.minutes <= MAX_MINUTES:
        problems["minutes"] = [mark("An exam lasts between 1 minute and 24 hours.")]
    if not 0 <= settings.attempts <= MAX_ATTEMPTS:
        problems["attempts"] = [mark("Between 1 and 100 attempts, or 0 for as many as wanted.")]
    if settings.opens_at and settings.closes_at and settings.closes_at <= settings.opens_at:
        problems["closes_at"] = [mark("The latest start comes after the opening.")]
    if not settings.languages or not set(settings.languages) <= set(LANGUAGES):
        problems["languages"] = [mark("An exam is held in one language at least.")]
    elif exam is not None and _lacks(exam, set(settings.languages) - set(exam.languages)):
        problems["languages"] = [mark("A frozen form holds questions that nobody approved in that language.")]
    if settings.practice_id is not None and not _is_practice(settings.practice_id, by, exam):
        problems["practice_id"] = [mark("That is not a practice exam of your institution.")]
    if problems:
        raise ExamSettingsError(problems)


def _is_practice(practice_id: int, by: Actor, exam: Exam | None) -> bool:
    if exam is not None and exam.id == practice_id:
        return False
    query = sa.select(Exam.id).where(
        Exam.id == practice_id,
        Exam.institution_id == by.institution_id,
        Exam.instrument_id.is_(None),
        Exam.deleted_at.is_(None),
    )
    return session.scalar(query) is not None


def _lacks(exam: Exam, languages: Iterable[str]) -> bool:
    """Tell whether a frozen form of the exam holds a question that is not approved in one of the languages."""
    held = (
        sa.select(QuestionVersion.id)
        .join(FormItem, FormItem.version_id == QuestionVersion.id)
        .join(Form, Form.id == FormItem.form_id)
        .where(Form.exam_id == exam.id, Form.frozen_at.is_not(None))
        .limit(1)
    )
    return any(session.scalar(held.where(~is_approved_in(language))) is not None for language in languages)


def _columns(settings: ExamSettings) -> dict[str, Any]:
    return {
        "title": dict(settings.title),
        "minutes": settings.minutes,
        "attempts": settings.attempts,
        "opens_at": settings.opens_at,
        "closes_at": settings.closes_at,
        "rules": dict(settings.rules),
        "practice_id": settings.practice_id,
        "languages": list(settings.languages),
    }


def _plain(settings: ExamSettings) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in _columns(settings).items()}


def _plain_value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _record(action: str, exam: Exam, by: Actor, at: datetime, detail: dict[str, Any]) -> None:
    record_act(
        by=by,
        institution_id=exam.institution_id,
        action=action,
        object_type="exam",
        object_id=exam.id,
        detail=detail,
        at=at,
    )
