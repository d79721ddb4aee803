"""Rubrics, the works to be marked, who took them, and the marks as they were first given."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BigId, Model
from lms_carbon.cycles.models import Candidacy, Instrument
from lms_carbon.framework.models import Statement


class Rubric(Model):
    """What a work is judged by. Approved, it never changes; a change is a new version of the code."""

    __tablename__ = "rubric"
    __table_args__ = (sa.UniqueConstraint("institution_id", "code", "version"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    code: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int]
    title: Mapped[dict[str, str]]
    sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    reviewer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    criteria: Mapped[list["Criterion"]] = relationship(order_by="Criterion.ordinal", cascade="all, delete-orphan")


class Criterion(Model):
    """One row of a rubric: what is looked at, its points, and what earns how many."""

    __tablename__ = "criterion"
    __table_args__ = (sa.UniqueConstraint("rubric_id", "ordinal"), sa.CheckConstraint("possible > 0", name="possible"))

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    rubric_id: Mapped[int] = mapped_column(sa.ForeignKey("rubric.id"))
    ordinal: Mapped[int]
    title: Mapped[dict[str, str]]
    guidance: Mapped[dict[str, str]]
    possible: Mapped[int]
    """Thousandths."""
    levels: Mapped[list[Any]]
    """From best to worst: `{"points": thousandths, "title": {"zh", "en"}, "text": {"zh", "en"}}`."""

    tags: Mapped[list["CriterionTag"]] = relationship(order_by="CriterionTag.ordinal", cascade="all, delete-orphan")


class CriterionTag(Model):
    """What a criterion shows. It holds for every position that shares the statement, unless restricted."""

    __tablename__ = "criterion_tag"

    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("criterion.id"), primary_key=True)
    statement_id: Mapped[int] = mapped_column(sa.ForeignKey("statement.id"), primary_key=True, index=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    ordinal: Mapped[int]
    positions: Mapped[list[str] | None]
    """Codes of the positions it is restricted to; None for all that share the statement."""

    statement: Mapped[Statement] = relationship()


class MarkingPlan(Model):
    """How the works of an instrument are marked: the rubric, frozen for its position, and the rule for two marks."""

    __tablename__ = "marking_plan"

    instrument_id: Mapped[int] = mapped_column(sa.ForeignKey("instrument.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    rubric_id: Mapped[int] = mapped_column(sa.ForeignKey("rubric.id"), index=True)
    tolerance: Mapped[int]
    """Hundredths of a percent of a criterion's points by which two marks may differ; 10.00 % is 1000."""
    least: Mapped[int]
    """Thousandths of a point by which they may differ in any case."""
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    instrument: Mapped[Instrument] = relationship()
    rubric: Mapped[Rubric] = relationship()
    shares: Mapped[list["CriterionShare"]] = relationship(order_by="CriterionShare.ordinal")


class CriterionShare(Model):
    """A requirement that a criterion shows in the plan's position, with its share of the points (DESIGN §3, Tags)."""

    __tablename__ = "criterion_share"

    instrument_id: Mapped[int] = mapped_column(sa.ForeignKey("marking_plan.instrument_id"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("criterion.id"), primary_key=True)
    requirement_id: Mapped[int] = mapped_column(sa.ForeignKey("requirement.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    ordinal: Mapped[int]
    possible: Mapped[int]
    """Thousandths."""


class WorkState(enum.StrEnum):
    """How far the marking of a work is."""

    OPEN = "open"
    DISPUTED = "disputed"
    """Two marks differ beyond tolerance; a third person decides."""
    SETTLED = "settled"


class Work(Model):
    """A piece of work that was handed in to be marked, under a code instead of a name."""

    __tablename__ = "work"
    __table_args__ = (
        sa.UniqueConstraint("instrument_id", "source"),
        sa.UniqueConstraint("institution_id", "code"),
    )

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    instrument_id: Mapped[int] = mapped_column(sa.ForeignKey("marking_plan.instrument_id"))
    candidacy_id: Mapped[int] = mapped_column(sa.ForeignKey("candidacy.id"), index=True)
    attempt: Mapped[int]
    source: Mapped[str] = mapped_column(sa.String(80))
    """`sheet:17`, `portfolio:4`: what the `shown_work` hook shows, and the source of the batch in the ledger."""
    code: Mapped[str] = mapped_column(sa.String(16))
    """What assessors see instead of a name: `K7-4390`."""
    scored: Mapped[list[Any]]
    """Ledger rows of what was scored without a person, booked together with the rubric's: `cycles.rules.MarkRow`."""
    state: Mapped[WorkState]
    handed_in_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    plan: Mapped[MarkingPlan] = relationship()
    candidacy: Mapped[Candidacy] = relationship()
    assignments: Mapped[list["Assignment"]] = relationship(back_populates="work", order_by="Assignment.part")


class Assignment(Model):
    """An assessor has a work: part 1 or 2 mark blind to each other, part 3 decides what they dispute.

    Who declared a conflict keeps the row without a part, so that the work is never offered to them again.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        sa.UniqueConstraint("work_id", "person_id"),
        sa.UniqueConstraint("work_id", "part"),
        sa.CheckConstraint("part BETWEEN 1 AND 3", name="part"),
    )

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    work_id: Mapped[int] = mapped_column(sa.ForeignKey("work.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    part: Mapped[int | None]
    taken_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    work: Mapped[Work] = relationship(back_populates="assignments")
    marks: Mapped[list["OriginalMark"]] = relationship(order_by="OriginalMark.criterion_id")


class OriginalMark(Model):
    """What one assessor gave for one criterion; kept as given, whatever is decided later."""

    __tablename__ = "original_mark"
    __table_args__ = (sa.CheckConstraint("points >= 0", name="points"),)

    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("assignment.id"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("criterion.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    points: Mapped[int | None]
    """Thousandths; None while only a comment is there."""
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    saved_at: Mapped[datetime]
