"""Questions, their versions, tags to statements, and what reviewers said."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BigId, Model
from lms_carbon.framework.models import Statement
from lms_carbon.people.models.persons import Person
from lms_carbon.question_bank.rules.states import VersionState


class Question(Model):
    """A question through all its versions."""

    __tablename__ = "question"
    __table_args__ = (sa.UniqueConstraint("institution_id", "code"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    code: Mapped[str] = mapped_column(sa.String(64))
    """`Q-00418`, or the code it came with."""
    kind: Mapped[str] = mapped_column(sa.String(32))
    """A key of `question_bank.kinds.registry.KINDS`."""
    sample: Mapped[bool] = mapped_column(default=False)
    """Shipped as starter content, not written by the institution."""
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    versions: Mapped[list["QuestionVersion"]] = relationship(
        back_populates="question", order_by="QuestionVersion.number"
    )


class QuestionVersion(Model):
    """One wording of a question. Once approved it never changes; editing makes the next version."""

    __tablename__ = "question_version"
    __table_args__ = (
        sa.UniqueConstraint("question_id", "number"),
        sa.Index(None, "institution_id", "state"),
    )

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"))
    number: Mapped[int]
    state: Mapped[VersionState]
    title: Mapped[dict[str, str]]
    content: Mapped[dict[str, Any]]
    """As the kind's content schema has it; bilingual field by field."""
    points: Mapped[int]
    """Suggested points, in thousandths; the form decides."""
    cognitive: Mapped[str] = mapped_column(sa.String(16))
    """`remember`, `understand`, `apply` or `analyse`."""
    difficulty: Mapped[int]
    """Expected share of right answers, in hundredths."""
    minutes: Mapped[int]
    """Expected time."""
    source: Mapped[dict[str, str]]
    needs_expert_review: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=1)
    """Rises with each save, so that two editors cannot overwrite each other unseen."""
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    edited_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    reviewer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]

    question: Mapped[Question] = relationship(back_populates="versions")
    tags: Mapped[list["QuestionTag"]] = relationship(order_by="QuestionTag.ordinal", cascade="all, delete-orphan")
    editors: Mapped[list["VersionEditor"]] = relationship(order_by="VersionEditor.edited_at", viewonly=True)
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id])
    reviewer: Mapped[Person | None] = relationship(foreign_keys=[reviewer_id])


class QuestionTag(Model):
    """What a version shows. It holds for every position that shares the statement, unless restricted."""

    __tablename__ = "question_tag"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"), primary_key=True)
    statement_id: Mapped[int] = mapped_column(sa.ForeignKey("statement.id"), primary_key=True, index=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    ordinal: Mapped[int]
    """Order in which points split (DESIGN §3)."""
    positions: Mapped[list[str] | None]
    """Codes of the positions it is restricted to; None for all that share the statement."""

    statement: Mapped[Statement] = relationship()


class VersionEditor(Model):
    """Somebody who wrote part of a version, so may not sign it off (DESIGN §2)."""

    __tablename__ = "version_editor"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    edited_at: Mapped[datetime]
    """The last time."""

    person: Mapped[Person] = relationship()


class ReviewNote(Model):
    """What somebody said about a version, and the step it went with."""

    __tablename__ = "review_note"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    step: Mapped[str] = mapped_column(sa.String(32))
    """A `rules.states.Step`, or `comment`."""
    text: Mapped[str] = mapped_column(sa.Text, default="")

    person: Mapped[Person] = relationship()


class FrozenVersionError(RuntimeError):
    """Code tried to change a version that is no draft: a defect, never something that a person did."""


_FROZEN = ("title", "content", "points", "cognitive", "difficulty", "minutes", "source", "needs_expert_review")
Mapper = sa.orm.Mapper[Any]


@sa.event.listens_for(QuestionVersion, "before_update")
def _keep_version(mapper: Mapper, connection: sa.Connection, version: QuestionVersion) -> None:
    """Hold that what was signed off stays as it was read: only drafts change."""
    inspected = sa.inspect(version)
    before = inspected.attrs.state.history
    was = before.deleted[0] if before.deleted else version.state
    if was is not VersionState.DRAFT and any(inspected.attrs[name].history.has_changes() for name in _FROZEN):
        raise FrozenVersionError(f"version {version.id} is {was}")


@sa.event.listens_for(QuestionTag, "before_insert")
@sa.event.listens_for(QuestionTag, "before_update")
@sa.event.listens_for(QuestionTag, "before_delete")
def _keep_tags(mapper: Mapper, connection: sa.Connection, tag: QuestionTag) -> None:
    """Hold that tags change with drafts only: marks already booked went to the requirements they named."""
    state = connection.scalar(sa.select(QuestionVersion.state).where(QuestionVersion.id == tag.version_id))
    if state is not VersionState.DRAFT:
        raise FrozenVersionError(f"the tags of version {tag.version_id} are {state}")
