"""Clones of exams for copied courses: settings and papers, nobody's attempts."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from lms_carbon.core.db import session
from lms_carbon.core.hooks import Clone, ClonePlace
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.rules import clone_code
from lms_carbon.cycles.services import cloning
from lms_carbon.exams.models.exams import Exam, Form, FormItem
from lms_carbon.exams.policy import check_officer
from lms_carbon.exams.queries.forms import list_form_problems
from lms_carbon.exams.services.exams import ExamSettings, create_exam
from lms_carbon.exams.services.forms import freeze_form
from lms_carbon.people.services.audit import record_act
from lms_carbon.question_bank.models import QuestionVersion
from lms_carbon.question_bank.rules.states import VersionState


def list_clone_places(targets: Collection[str], institution_id: int) -> dict[str, list[ClonePlace]]:
    """Answer the hook `clone_places` for `exam:<code>`; a practice exam counts nowhere and is shared freely."""
    found = _find_all(targets, institution_id)
    return cloning.list_clone_places({target: each.instrument for target, each in found.items() if each.instrument})


def make_clone(target: str, track_id: int, by: Actor, at: datetime) -> Clone | None:
    """Answer the hook `make_clone`: an exam with the same frozen papers, a draft until an officer opens it.

    A paper with a question that is no longer approved stays open to be completed. Raises `NotFoundError` and the
    errors of `create_exam`.
    """
    exam = _find(target, by.institution_id)
    if exam is None or exam.instrument is None:
        return None
    check_officer(by)
    instrument = cloning.clone_instrument(instrument=exam.instrument, track_id=track_id, by=by, at=at)
    taken = session.scalars(sa.select(Exam.code).where(Exam.institution_id == by.institution_id)).all()
    practice = session.scalar(sa.select(Exam).where(Exam.id == exam.practice_id, Exam.deleted_at.is_(None)))
    settings = ExamSettings(
        title=exam.title,
        minutes=exam.minutes,
        attempts=exam.attempts,
        rules=exam.rules,
        languages=tuple(exam.languages),
        practice_id=practice.id if practice else None,
    )
    clone = create_exam(
        code=clone_code(exam.code, set(taken)), settings=settings, by=by, at=at, instrument_id=instrument.id
    )
    _clone_forms(exam, clone, by=by, at=at)
    return Clone(target=f"exam:{clone.code}", path=f"/exams/{clone.id}/desk")


def _find(target: str, institution_id: int) -> Exam | None:
    return _find_all([target], institution_id).get(target)


def _find_all(targets: Collection[str], institution_id: int) -> dict[str, Exam]:
    codes = [code for kind, _, code in (target.partition(":") for target in targets) if kind == "exam" and code]
    if not codes:
        return {}
    query = (
        sa.select(Exam)
        .where(Exam.institution_id == institution_id, Exam.code.in_(codes), Exam.instrument_id.is_not(None))
        .options(joinedload(Exam.instrument))
    )
    return {f"exam:{each.code}": each for each in session.scalars(query)}


def _clone_forms(exam: Exam, clone: Exam, *, by: Actor, at: datetime) -> None:
    """Put the frozen forms together anew and freeze each; at the first that cannot be, the rest is left to a person."""
    forms = session.scalars(
        sa.select(Form)
        .where(Form.exam_id == exam.id, Form.frozen_at.is_not(None))
        .options(selectinload(Form.items).joinedload(FormItem.version))
        .order_by(Form.number)
    ).all()
    usable = _approved_versions({item.version.question_id for form in forms for item in form.items})
    for number, form in enumerate(forms, start=1):
        kept = [item for item in form.items if item.version.question_id in usable]
        made = Form(institution_id=clone.institution_id, exam_id=clone.id, number=number)
        made.items = [
            FormItem(
                institution_id=clone.institution_id,
                slot=slot,
                version_id=usable[item.version.question_id],
                points=item.points,
            )
            for slot, item in enumerate(kept, start=1)
        ]
        session.add(made)
        session.flush()
        record_act(
            by=by,
            institution_id=made.institution_id,
            action="form.create",
            object_type="form",
            object_id=made.id,
            detail={"exam": clone.id, "number": number, "clone_of": form.id, "items": len(kept)},
            at=at,
        )
        if len(kept) < len(form.items) or list_form_problems(made):
            return
        freeze_form(exam_id=clone.id, number=number, by=by, at=at)


def _approved_versions(question_ids: Collection[int]) -> dict[int, int]:
    """Return question → its approved version, of which there is at most one."""
    found = session.execute(
        sa.select(QuestionVersion.question_id, QuestionVersion.id).where(
            QuestionVersion.question_id.in_(question_ids), QuestionVersion.state == VersionState.APPROVED
        )
    )
    return {row.question_id: row.id for row in found}
