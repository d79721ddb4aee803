"""Tasks with their checkpoints, the practicals that use them, and what candidates hand in."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BigId, Model
from lms_carbon.cycles.models import Candidacy, Instrument
from lms_carbon.files.models import StoredFile
from lms_carbon.framework.models import Statement
from lms_carbon.marking.models import Rubric
from lms_carbon.people.models.persons import Person


class Task(Model):
    """A case with a data set to draw and checkpoints. Approved, it never changes; a change is a new version."""

    __tablename__ = "task"
    __table_args__ = (sa.UniqueConstraint("institution_id", "code", "version"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    code: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int]
    title: Mapped[dict[str, str]]
    content: Mapped[dict[str, Any]]
    """The case, the data set with what is drawn in it, and what is to be handed in: `rules.contents`."""
    rubric_id: Mapped[int] = mapped_column(sa.ForeignKey("rubric.id"))
    """By which assessors judge what is handed in."""
    sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    reviewer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    rubric: Mapped[Rubric] = relationship()
    checkpoints: Mapped[list["Checkpoint"]] = relationship(order_by="Checkpoint.ordinal", cascade="all, delete-orphan")


class Checkpoint(Model):
    """A number that the candidate must get right, scored at once against the data set drawn for them."""

    __tablename__ = "checkpoint"
    __table_args__ = (
        sa.UniqueConstraint("task_id", "key"),
        sa.CheckConstraint("possible > 0", name="possible"),
    )

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"))
    key: Mapped[str] = mapped_column(sa.String(32))
    ordinal: Mapped[int]
    title: Mapped[dict[str, str]]
    prompt: Mapped[dict[str, str]]
    possible: Mapped[int]
    """Thousandths."""
    answer: Mapped[dict[str, Any]]
    """Formula over the data set, unit and tolerance."""

    tags: Mapped[list["CheckpointTag"]] = relationship(order_by="CheckpointTag.ordinal", cascade="all, delete-orphan")


class CheckpointTag(Model):
    """What a checkpoint shows. It holds for every position that shares the statement, unless restricted."""

    __tablename__ = "checkpoint_tag"

    checkpoint_id: Mapped[int] = mapped_column(sa.ForeignKey("checkpoint.id"), primary_key=True)
    statement_id: Mapped[int] = mapped_column(sa.ForeignKey("statement.id"), primary_key=True, index=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    ordinal: Mapped[int]
    positions: Mapped[list[str] | None]
    """Codes of the positions it is restricted to; None for all that share the statement."""

    statement: Mapped[Statement] = relationship()


class PracticalState(enum.StrEnum):
    """Whether candidates get in."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Practical(Model):
    """A task set as an instrument of a track, frozen for its position."""

    __tablename__ = "practical"
    __table_args__ = (sa.UniqueConstraint("institution_id", "code"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    code: Mapped[str] = mapped_column(sa.String(64))
    """Named in links from platforms: `practical:<code>`."""
    instrument_id: Mapped[int] = mapped_column(sa.ForeignKey("instrument.id"), unique=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    state: Mapped[PracticalState]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime]
    """Deadline; what is there then is handed in."""
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    instrument: Mapped[Instrument] = relationship()
    task: Mapped[Task] = relationship()
    shares: Mapped[list["CheckpointShare"]] = relationship(order_by="CheckpointShare.ordinal")


class CheckpointShare(Model):
    """A requirement that a checkpoint shows in the practical's position, with its share of the points (DESIGN §3)."""

    __tablename__ = "checkpoint_share"

    practical_id: Mapped[int] = mapped_column(sa.ForeignKey("practical.id"), primary_key=True)
    checkpoint_id: Mapped[int] = mapped_column(sa.ForeignKey("checkpoint.id"), primary_key=True)
    requirement_id: Mapped[int] = mapped_column(sa.ForeignKey("requirement.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    ordinal: Mapped[int]
    possible: Mapped[int]
    """Thousandths."""


class SheetState(enum.StrEnum):
    """Whether the candidate still works on it."""

    OPEN = "open"
    SUBMITTED = "submitted"


class Sheet(Model):
    """One candidate's work on a practical: the data set drawn for them, what they entered, what they handed in."""

    __tablename__ = "sheet"
    __table_args__ = (
        sa.UniqueConstraint("practical_id", "candidacy_id", "number"),
        sa.Index(None, "state", "practical_id"),
    )

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    practical_id: Mapped[int] = mapped_column(sa.ForeignKey("practical.id"))
    candidacy_id: Mapped[int] = mapped_column(sa.ForeignKey("candidacy.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    number: Mapped[int]
    seed: Mapped[int]
    data: Mapped[dict[str, Any]]
    """The data set as drawn; the same seed and task give the same again."""
    values: Mapped[dict[str, Any]]
    """Checkpoint key → what the candidate entered, as typed."""
    revision: Mapped[int] = mapped_column(default=0)
    """Rises with each save, so that an older window cannot overwrite a newer one unseen."""
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[SheetState]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str | None] = mapped_column(sa.String(16))
    """`candidate`, or `scheduler` at the deadline."""
    scored: Mapped[dict[str, Any] | None]
    """Checkpoint key → points in thousandths and why, from the moment of handing in."""
    digest: Mapped[str | None] = mapped_column(sa.String(64))
    """SHA-256 over what was handed in: the candidate's receipt."""

    practical: Mapped[Practical] = relationship()
    candidacy: Mapped[Candidacy] = relationship()
    person: Mapped[Person] = relationship()
    file: Mapped[StoredFile | None] = relationship()
