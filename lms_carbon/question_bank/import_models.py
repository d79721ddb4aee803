"""Imports of questions: the file, what became of each question in it, and what files call the questions of the bank."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BigId, Model
from lms_carbon.files.models import StoredFile
from lms_carbon.people.models.persons import Person


class ImportState(enum.StrEnum):
    """Where an import is."""

    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    REFUSED = "refused"


class QuestionImport(Model):
    """A file of questions that somebody brought in. Of what it holds, all that can be taken is, or nothing."""

    __tablename__ = "question_import"
    __table_args__ = (sa.Index(None, "institution_id", "created_at"), sa.Index(None, "state", "claimed_at"))

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    """None where it came by the command line."""
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(255))
    format: Mapped[str] = mapped_column(sa.String(32), default="")
    """A key of `interchange.registry.FORMATS`; empty until it is known."""
    dry_run: Mapped[bool] = mapped_column(default=False)
    """Only report: nothing comes into the bank."""
    state: Mapped[ImportState] = mapped_column(default=ImportState.WAITING)
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    """When a process last said that it is at work on this; one that fell silent is relieved."""
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many processes took it up; a file that stops each of them is given up."""
    ended_at: Mapped[datetime | None]
    found: Mapped[int] = mapped_column(default=0)
    """Questions read so far, in the end those that the file held: imported + degraded + skipped."""
    imported: Mapped[int] = mapped_column(default=0)
    degraded: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    """Of those imported or degraded: what the bank had already, as it is in the file."""
    refusal: Mapped[dict[str, Any] | None]
    """Why the whole file was refused: `{"msgid", "params"}`."""

    person: Mapped[Person | None] = relationship()
    file: Mapped[StoredFile | None] = relationship()


class QuestionImportRow(Model):
    """What became of one question of a file."""

    __tablename__ = "question_import_row"

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("question_import.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    place: Mapped[str] = mapped_column(sa.String(255))
    """The file, inside a package its path there."""
    line: Mapped[int | None]
    identifier: Mapped[str] = mapped_column(sa.String(255))
    status: Mapped[str] = mapped_column(sa.String(16))
    """`imported`, `degraded` or `skipped`."""
    outcome: Mapped[str] = mapped_column(sa.String(16), default="")
    """What the bank did with it: `new`, `version`, `replaced`, `unchanged`; empty where nothing."""
    reasons: Mapped[list[Any]]
    """Sentences as `{"msgid", "params"}`."""
    question_id: Mapped[int | None] = mapped_column(sa.ForeignKey("question.id"), index=True)


class QuestionOrigin(Model):
    """What files call a question of the bank, so that a file that comes again finds it."""

    __tablename__ = "question_origin"
    __table_args__ = (sa.UniqueConstraint("institution_id", "identifier"),)

    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    identifier: Mapped[str] = mapped_column(sa.String(255))
    digest: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 of the question as it came last: the same again changes nothing."""
