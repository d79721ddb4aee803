"""Activities by stage and mode (A.2), and the paths that people follow."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BigId, Model
from lms_carbon.cycles.models import Candidacy
from lms_carbon.framework.models import Statement
from lms_carbon.paths.rules import StepState
from lms_carbon.people.models.persons import Person


class Activity(Model):
    """Something that one can do to learn, in one stage and mode, for some statements of the standard."""

    __tablename__ = "activity"
    __table_args__ = (sa.UniqueConstraint("institution_id", "code"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    code: Mapped[str] = mapped_column(sa.String(64))
    title: Mapped[dict[str, str]]
    text: Mapped[dict[str, str]]
    stage: Mapped[str] = mapped_column(sa.String(16))
    """`pre_job` or `on_job` (A.2)."""
    mode: Mapped[str] = mapped_column(sa.String(64))
    """Code of one of the stage's modes, or `other`."""
    provider: Mapped[str] = mapped_column(sa.String(64))
    """Code of a provider category (A.3)."""
    hours: Mapped[int]
    """Expected effort."""
    url: Mapped[str | None] = mapped_column(sa.Text)
    needs_confirmation: Mapped[bool] = mapped_column(default=False)
    """True where a mentor or officer must confirm that it was done."""
    sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    tags: Mapped[list["ActivityTag"]] = relationship(cascade="all, delete-orphan")


class ActivityTag(Model):
    """A statement that an activity helps with, in every position that shares it."""

    __tablename__ = "activity_tag"

    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"), primary_key=True)
    statement_id: Mapped[int] = mapped_column(sa.ForeignKey("statement.id"), primary_key=True, index=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))

    statement: Mapped[Statement] = relationship()


class Path(Model):
    """The learning path of a candidacy. What is short is read from the newest published result, never from marks."""

    __tablename__ = "path"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    candidacy_id: Mapped[int] = mapped_column(sa.ForeignKey("candidacy.id"), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]

    candidacy: Mapped[Candidacy] = relationship()
    steps: Mapped[list["PathStep"]] = relationship(back_populates="path")


class PathStep(Model):
    """How far a person is with an activity of their path; absent while it was not touched."""

    __tablename__ = "path_step"

    path_id: Mapped[int] = mapped_column(sa.ForeignKey("path.id"), primary_key=True)
    activity_id: Mapped[int] = mapped_column(sa.ForeignKey("activity.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    state: Mapped[StepState]
    started_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(sa.Text, default="")

    path: Mapped[Path] = relationship(back_populates="steps")
    activity: Mapped[Activity] = relationship()
    confirmer: Mapped[Person | None] = relationship()
