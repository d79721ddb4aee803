"""Exams and their forms."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BigId, Model
from lms_carbon.core.i18n import LANGUAGES
from lms_carbon.cycles.models import Instrument
from lms_carbon.exams.rules.states import ExamState
from lms_carbon.question_bank.models import QuestionVersion


class Exam(Model):
    """A written exam. With an instrument it counts in a track; without one it is a practice exam."""

    __tablename__ = "exam"
    __table_args__ = (sa.UniqueConstraint("institution_id", "code"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    code: Mapped[str] = mapped_column(sa.String(64))
    """Named in links from platforms: `exam:<code>`."""
    instrument_id: Mapped[int | None] = mapped_column(sa.ForeignKey("instrument.id"), unique=True)
    practice_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exam.id"))
    """The practice exam offered before this one."""
    title: Mapped[dict[str, str]]
    state: Mapped[ExamState]
    minutes: Mapped[int]
    attempts: Mapped[int]
    """How many attempts a candidate has; 0 is as many as wanted."""
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    """Latest start; an attempt begun in time keeps its minutes."""
    languages: Mapped[list[str]] = mapped_column(default=lambda: list(LANGUAGES), server_default='["zh", "en"]')
    """What candidates choose from; its forms take questions that are approved in all of them."""
    rules: Mapped[dict[str, str]]
    """What a candidate accepts before starting, one rule a line."""
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    deleted_at: Mapped[datetime | None]

    instrument: Mapped[Instrument | None] = relationship()
    forms: Mapped[list["Form"]] = relationship(back_populates="exam", order_by="Form.number")


class Form(Model):
    """One assembled paper. Frozen, it never changes: attempts, scores and regrades rest on it."""

    __tablename__ = "form"
    __table_args__ = (sa.UniqueConstraint("exam_id", "number"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    number: Mapped[int]
    frozen_at: Mapped[datetime | None]
    frozen_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    digest: Mapped[str | None] = mapped_column(sa.String(64))
    """SHA-256 over slots, versions, points and tags."""

    exam: Mapped[Exam] = relationship(back_populates="forms")
    items: Mapped[list["FormItem"]] = relationship(order_by="FormItem.slot", cascade="all, delete-orphan")


class FormItem(Model):
    """A question in a slot of a form."""

    __tablename__ = "form_item"
    __table_args__ = (sa.UniqueConstraint("form_id", "slot"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    form_id: Mapped[int] = mapped_column(sa.ForeignKey("form.id"))
    slot: Mapped[int]
    """Position in the paper, from 1."""
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"), index=True)
    points: Mapped[int]
    """Thousandths."""

    version: Mapped[QuestionVersion] = relationship()
    tags: Mapped[list["FormItemTag"]] = relationship(order_by="FormItemTag.ordinal", cascade="all, delete-orphan")


class FormItemTag(Model):
    """A requirement an item shows in this position, with its share of the points (DESIGN §3, Tags)."""

    __tablename__ = "form_item_tag"

    form_item_id: Mapped[int] = mapped_column(sa.ForeignKey("form_item.id"), primary_key=True)
    requirement_id: Mapped[int] = mapped_column(sa.ForeignKey("requirement.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    ordinal: Mapped[int]
    possible: Mapped[int]
    """Thousandths."""


class FrozenFormError(RuntimeError):
    """Code tried to change a frozen form: a defect, never something that a person did."""


Mapper = sa.orm.Mapper[Any]
_FORM = sa.select(Form.frozen_at).where(Form.id == sa.bindparam("form"))


@sa.event.listens_for(Form, "before_update")
def _keep_form(mapper: Mapper, connection: sa.Connection, form: Form) -> None:
    """Hold that a form freezes once and stays as it is: attempts, scores and regrades rest on it."""
    before = sa.inspect(form).attrs.frozen_at.history
    was = before.deleted[0] if before.deleted else (form.frozen_at if not before.added else None)
    if was is not None:
        raise FrozenFormError(f"form {form.id} is frozen")


@sa.event.listens_for(FormItem, "before_insert")
@sa.event.listens_for(FormItem, "before_update")
@sa.event.listens_for(FormItem, "before_delete")
def _keep_item(mapper: Mapper, connection: sa.Connection, item: FormItem) -> None:
    """Hold that items change while their form is being put together, and never afterwards."""
    if connection.scalar(_FORM, {"form": item.form_id}) is not None:
        raise FrozenFormError(f"form {item.form_id} is frozen")


@sa.event.listens_for(FormItemTag, "before_insert")
@sa.event.listens_for(FormItemTag, "before_update")
@sa.event.listens_for(FormItemTag, "before_delete")
def _keep_tag(mapper: Mapper, connection: sa.Connection, tag: FormItemTag) -> None:
    """As items; the freezing writes tags before it says that the form is frozen."""
    form_id = connection.scalar(sa.select(FormItem.form_id).where(FormItem.id == tag.form_item_id))
    if connection.scalar(_FORM, {"form": form_id}) is not None:
        raise FrozenFormError(f"form {form_id} is frozen")
