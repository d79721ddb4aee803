"""Forms that are being put together: what their tags come to, and what is missing."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.exams.errors import FormProblem
from lms_carbon.exams.models.exams import Form, FormItem
from lms_carbon.exams.policy import check_officer
from lms_carbon.exams.rules.forms import DraftItem, enemy_problems, form_problems
from lms_carbon.framework.models import Position
from lms_carbon.framework.queries import requirements_by_statement
from lms_carbon.framework.rules import Tag, resolve_tags
from lms_carbon.question_bank.models import Question, QuestionTag, QuestionVersion
from lms_carbon.question_bank.queries.enemies import enemy_pairs
from lms_carbon.question_bank.queries.listing import is_approved_in
from lms_carbon.question_bank.rules.states import VersionState


def draft_items(form: Form) -> list[DraftItem]:
    """Return a form's items with the requirements that are left for its position. One query beside the form's own."""
    position = form_position(form)
    statements = [tag.statement_id for item in form.items for tag in item.version.tags]
    requirements = requirements_by_statement(position.id if position else None, statements)
    return [
        DraftItem(
            slot=item.slot,
            version_id=item.version_id,
            points=item.points,
            approved=item.version.state is VersionState.APPROVED,
            unsigned=unsigned_languages(item.version, form.exam.languages),
            requirements=resolve_tags(_tags(item.version.tags), requirements, position.code) if position else (),
        )
        for item in sorted(form.items, key=lambda item: item.slot)
    ]


def list_form_problems(form: Form) -> list[FormProblem]:
    """Return what keeps a form from being frozen."""
    slots = {item.version.question_id: item.slot for item in form.items}
    found = form_problems(draft_items(form), counts=form.exam.instrument_id is not None)
    return found + enemy_problems(slots, enemy_pairs(question_ids=slots))


def form_position(form: Form) -> Position | None:
    """Return the position whose requirements a form is resolved to; None for practice exams."""
    instrument = form.exam.instrument
    return instrument.track.position if instrument is not None else None


def unsigned_languages(version: QuestionVersion, languages: Iterable[str]) -> tuple[str, ...]:
    """Return the languages in which nobody has approved the version."""
    return tuple(language for language in languages if language not in version.approved_in)


def list_approved(
    by: Actor, *, without: Sequence[int] = (), languages: Sequence[str] = ()
) -> Sequence[QuestionVersion]:
    """Return approved questions of the officer's institution, newest version of each, but those in `without`.

    `without` holds question ids; each is approved in all of `languages`. Two queries, whatever the number of questions.
    """
    check_officer(by)
    newest = (
        sa.select(sa.func.max(QuestionVersion.id))
        .where(QuestionVersion.institution_id == by.institution_id, QuestionVersion.state == VersionState.APPROVED)
        .group_by(QuestionVersion.question_id)
    )
    query = (
        sa.select(QuestionVersion)
        .join(QuestionVersion.question)
        .where(QuestionVersion.id.in_(newest), Question.id.not_in(without), *map(is_approved_in, languages))
        .options(joinedload(QuestionVersion.question), selectinload(QuestionVersion.tags))
        .order_by(Question.code)
    )
    return session.scalars(query).all()


def list_forms(exam_id: int) -> Sequence[tuple[Form, int, int]]:
    """Return an exam's forms, each with the number of its items and the sum of their points."""
    query = (
        sa.select(Form, sa.func.count(FormItem.id), sa.func.coalesce(sa.func.sum(FormItem.points), 0))
        .outerjoin(FormItem, FormItem.form_id == Form.id)
        .where(Form.exam_id == exam_id)
        .group_by(Form.id)
        .order_by(Form.number)
    )
    return [(form, count, int(points)) for form, count, points in session.execute(query)]


def _tags(tags: Sequence[QuestionTag]) -> list[Tag]:
    ordered = sorted(tags, key=lambda tag: tag.ordinal)
    return [Tag(statement_id=tag.statement_id, positions=tag.positions) for tag in ordered]
