"""Putting a form together by hand, and freezing it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.exams.errors import (
    AlreadyInFormError,
    EnemyInFormError,
    FormFrozenError,
    FormFullError,
    FormNotReadyError,
    LanguageNotApprovedError,
    PointsError,
    QuestionNotApprovedError,
)
from lms_carbon.exams.models.exams import Exam, Form, FormItem, FormItemTag
from lms_carbon.exams.policy import check_officer, load_exam_for_officer, load_form_for_officer
from lms_carbon.exams.queries.forms import draft_items, list_form_problems, unsigned_languages
from lms_carbon.exams.rules.forms import MAX_ITEMS, MAX_POINTS, MIN_POINTS, form_digest, tag_shares
from lms_carbon.people.services.audit import record_act
from lms_carbon.question_bank.models import Question, QuestionVersion
from lms_carbon.question_bank.queries.enemies import enemy_ids
from lms_carbon.question_bank.rules.states import VersionState


def make_form(*, exam_id: int, by: Actor, at: datetime) -> Form:
    """Return the exam's form that is still being put together, or a new one."""
    exam = load_exam_for_officer(by, exam_id)
    session.execute(sa.select(Exam.id).where(Exam.id == exam.id).with_for_update())
    forms = session.scalars(
        sa.select(Form).where(Form.exam_id == exam.id).order_by(Form.number).execution_options(populate_existing=True)
    ).all()
    draft = next((form for form in forms if form.frozen_at is None), None)
    if draft is not None:
        return draft
    form = Form(institution_id=exam.institution_id, exam_id=exam.id, number=len(forms) + 1)
    session.add(form)
    session.flush()
    _record("form.create", form, by, at, {"exam": exam.id, "number": form.number})
    return form


def add_item(
    *, exam_id: int, number: int, version_id: int, by: Actor, at: datetime, points: int | None = None
) -> FormItem:
    """Put an approved question at the end of a form; `points` in thousandths, else those its author suggested.

    Raises `QuestionNotApprovedError`, `LanguageNotApprovedError`, `AlreadyInFormError`, `FormFullError`, `PointsError`,
    `FormFrozenError`.
    """
    form = _load_draft(by, exam_id, number)
    version = session.scalar(
        sa.select(QuestionVersion).where(
            QuestionVersion.id == version_id, QuestionVersion.institution_id == by.institution_id
        )
    )
    if version is None:
        raise NotFoundError
    if version.state is not VersionState.APPROVED:
        raise QuestionNotApprovedError
    if unsigned_languages(version, form.exam.languages):
        raise LanguageNotApprovedError
    if any(item.version.question_id == version.question_id for item in form.items):
        raise AlreadyInFormError
    _check_enemies(form, version)
    if len(form.items) >= MAX_ITEMS:
        raise FormFullError(limit=MAX_ITEMS)
    item = FormItem(
        institution_id=form.institution_id,
        form_id=form.id,
        slot=len(form.items) + 1,
        version_id=version.id,
        points=_checked(version.points if points is None else points),
    )
    form.items.append(item)
    session.flush()
    _record("form.add_item", form, by, at, {"version": version.id, "slot": item.slot, "points": item.points})
    return item


def remove_item(*, exam_id: int, number: int, slot: int, by: Actor, at: datetime) -> None:
    """Take a question out of a form; those behind it move up."""
    form = _load_draft(by, exam_id, number)
    item = _item_at(form, slot)
    form.items.remove(item)
    session.flush()
    _renumber(form.items)
    _record("form.remove_item", form, by, at, {"version": item.version_id, "slot": slot})


def move_item(*, exam_id: int, number: int, slot: int, to: int, by: Actor, at: datetime) -> None:
    """Move a question to another slot; beyond the ends is at the end."""
    form = _load_draft(by, exam_id, number)
    item = _item_at(form, slot)
    order = [each for each in form.items if each is not item]
    order.insert(max(0, min(to - 1, len(order))), item)
    _renumber(order)
    _record("form.move_item", form, by, at, {"version": item.version_id, "before": slot, "after": item.slot})


def set_points(*, exam_id: int, number: int, slot: int, points: int, by: Actor, at: datetime) -> None:
    """Set what a question is worth, in thousandths of a point."""
    form = _load_draft(by, exam_id, number)
    item = _item_at(form, slot)
    before, item.points = item.points, _checked(points)
    session.flush()
    _record("form.set_points", form, by, at, {"slot": slot, "before": before, "after": points})


def freeze_form(*, exam_id: int, number: int, by: Actor, at: datetime) -> Form:
    """Freeze a form: tags resolve to the position's requirements, points split over them; it never changes again.

    Raises `FormNotReadyError` with all that is missing, and `FormFrozenError`.
    """
    form = _load_draft(by, exam_id, number)
    found = list_form_problems(form)
    if found:
        raise FormNotReadyError(found)
    drafts = draft_items(form)
    for item, draft in zip(form.items, drafts, strict=True):
        for ordinal, (requirement_id, possible) in enumerate(tag_shares(draft)):
            item.tags.append(
                FormItemTag(
                    requirement_id=requirement_id,
                    institution_id=form.institution_id,
                    ordinal=ordinal,
                    possible=possible,
                )
            )
    session.flush()  # once the form is frozen, its tags no longer change
    form.frozen_at, form.frozen_by, form.digest = at, by.person_id, form_digest(drafts)
    session.flush()
    _record("form.freeze", form, by, at, {"digest": form.digest, "items": len(drafts)})
    return form


def _load_draft(by: Actor, exam_id: int, number: int) -> Form:
    check_officer(by)
    form = load_form_for_officer(by, exam_id, number, lock=True)
    if form.frozen_at is not None:
        raise FormFrozenError
    return form


def _check_enemies(form: Form, version: QuestionVersion) -> None:
    enemies = enemy_ids(question_ids=[version.question_id])
    inside = sorted(item.version.question_id for item in form.items if item.version.question_id in enemies)
    if inside:
        raise EnemyInFormError(code=session.scalars(sa.select(Question.code).where(Question.id == inside[0])).one())


def _item_at(form: Form, slot: int) -> FormItem:
    item = next((each for each in form.items if each.slot == slot), None)
    if item is None:
        raise NotFoundError
    return item


def _renumber(items: Sequence[FormItem]) -> None:
    # Slots are unique within a form at every moment, so they first go where no slot is.
    for slot, item in enumerate(items, start=1):
        item.slot = -slot
    session.flush()
    for slot, item in enumerate(items, start=1):
        item.slot = slot
    session.flush()


def _checked(points: int) -> int:
    if not MIN_POINTS <= points <= MAX_POINTS:
        raise PointsError
    return points


def _record(action: str, form: Form, by: Actor, at: datetime, detail: dict[str, Any]) -> None:
    record_act(
        by=by,
        institution_id=form.institution_id,
        action=action,
        object_type="form",
        object_id=form.id,
        detail=detail,
        at=at,
    )
