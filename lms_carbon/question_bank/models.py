"""Questions, their versions, tags to statements, what reviewers said, and the media that questions show."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BigId, Model
from lms_carbon.files.models import StoredFile
from lms_carbon.framework.models import Position, Statement
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
        sa.Index(None, "institution_id", "edited_at"),
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
    behind: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """The languages in which a text is older than its other language (`rules.translations`)."""

    question: Mapped[Question] = relationship(back_populates="versions")
    tags: Mapped[list["QuestionTag"]] = relationship(order_by="QuestionTag.ordinal", cascade="all, delete-orphan")
    editors: Mapped[list["VersionEditor"]] = relationship(order_by="VersionEditor.edited_at", viewonly=True)
    signatures: Mapped[list["VersionSignature"]] = relationship(order_by="VersionSignature.language.desc()")
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id])
    reviewer: Mapped[Person | None] = relationship(foreign_keys=[reviewer_id])

    @property
    def approved_in(self) -> tuple[str, ...]:
        """The languages in which somebody signed it off, in the order of `LANGUAGES`; needs `signatures` loaded."""
        return tuple(signature.language for signature in self.signatures)


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


class VersionSignature(Model):
    """A language in which a version is approved. The version stays as it is; a further language can follow later."""

    __tablename__ = "version_signature"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(2), primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    """None for what ships with the product, to practise with."""
    at: Mapped[datetime]

    person: Mapped[Person | None] = relationship()


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


class QuestionEnemy(Model):
    """Two questions that never stand in one form: one gives the other away, or asks the same. The lower id is first."""

    __tablename__ = "question_enemy"

    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), primary_key=True, index=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    """None where the shipped samples say so."""


class WeightTable(Model):
    """What the bank should hold for a position and band (权重表). The newest that is not withdrawn holds."""

    __tablename__ = "weight_table"
    __table_args__ = (sa.Index(None, "institution_id", "position_id", "band"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    position_id: Mapped[int] = mapped_column(sa.ForeignKey("position.id"))
    band: Mapped[str] = mapped_column(sa.String(16))
    name: Mapped[str] = mapped_column(sa.String(120))
    questions: Mapped[int]
    """How many questions the shares are shares of."""
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]

    shares: Mapped[list["WeightShare"]] = relationship(order_by="WeightShare.ordinal")
    position: Mapped[Position] = relationship()
    loader: Mapped[Person] = relationship()


class WeightShare(Model):
    """One line of a weight table. A table's shares come to 100.00 %."""

    __tablename__ = "weight_share"

    table_id: Mapped[int] = mapped_column(sa.ForeignKey("weight_table.id"), primary_key=True)
    requirement_id: Mapped[int] = mapped_column(sa.ForeignKey("requirement.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    ordinal: Mapped[int]
    share: Mapped[int]
    """In hundredths of a percent."""


class BulkAct(Model):
    """Something done to many questions at once, which can be taken back."""

    __tablename__ = "bulk_act"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    act: Mapped[str] = mapped_column(sa.String(16))
    """A `rules.bulk.Act`."""
    statement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("statement.id"))
    """What was tagged, or taken off."""
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    statement: Mapped[Statement | None] = relationship()
    changes: Mapped[list["BulkChange"]] = relationship(order_by="BulkChange.question_id")


class BulkChange(Model):
    """What a bulk act did to one question, or why it left it alone."""

    __tablename__ = "bulk_change"

    act_id: Mapped[int] = mapped_column(sa.ForeignKey("bulk_act.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    outcome: Mapped[str] = mapped_column(sa.String(32))
    """A `rules.bulk.Outcome`."""
    number: Mapped[int | None]
    """The version that was changed or made."""
    before: Mapped[dict[str, Any] | None]
    """What taking it back restores: the state, or the tags and the revision made."""
    undone: Mapped[str] = mapped_column(sa.String(32), default="")
    """The `Outcome` of taking it back."""

    question: Mapped[Question] = relationship()


class QuestionMedia(Model):
    """An image or data file that questions of an institution may show. Its bytes lie in `files`."""

    __tablename__ = "question_media"
    __table_args__ = (sa.UniqueConstraint("institution_id", "name"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    """`<sha256>.<ending>`: what questions say as `media:<name>`, the same wherever the same file comes in."""
    alt: Mapped[dict[str, str]]
    """`{"zh", "en"}`: what it shows, offered where it is put into a text."""
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    file: Mapped[StoredFile] = relationship()


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
