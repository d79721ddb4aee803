"""Attempts and what candidates answered."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import JSON, BigId, Model
from lms_carbon.cycles.models import Candidacy
from lms_carbon.exams.models.exams import Exam, Form
from lms_carbon.exams.rules.states import AttemptState, LateReason, SubmittedBy
from lms_carbon.people.models.persons import Person


class Attempt(Model):
    """One sitting of one person at one form."""

    __tablename__ = "attempt"
    __table_args__ = (
        sa.UniqueConstraint("exam_id", "person_id", "number"),
        sa.Index(None, "state", "ends_at"),
    )

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    form_id: Mapped[int] = mapped_column(sa.ForeignKey("form.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    candidacy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("candidacy.id"))
    """None in a practice exam."""
    number: Mapped[int]
    state: Mapped[AttemptState]
    language: Mapped[str] = mapped_column(sa.String(2))
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """The deadline; answers that arrive up to 60 s later still count."""
    epoch: Mapped[int] = mapped_column(default=0)
    """Rises whenever a window takes the attempt over; older windows are refused."""
    local_key: Mapped[bytes]
    """AES-GCM key for what waits in the browser; sealed, given again on resume."""
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[SubmittedBy | None]
    digest: Mapped[str | None] = mapped_column(sa.String(64))
    """SHA-256 over the answers as held at submission: the candidate's receipt."""

    exam: Mapped[Exam] = relationship()
    form: Mapped[Form] = relationship()
    candidacy: Mapped[Candidacy | None] = relationship()
    person: Mapped[Person] = relationship()


class Answer(Model):
    """What the server holds for a slot: the newest by (epoch, seq)."""

    __tablename__ = "answer"

    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    epoch: Mapped[int]
    seq: Mapped[int]
    value: Mapped[Any] = mapped_column(JSON, nullable=True)
    """As the kind's `normalise_response` takes it; None where an answer was taken back."""
    flagged: Mapped[bool] = mapped_column(default=False)
    client_at: Mapped[datetime | None]
    """The browser's clock; kept, never trusted."""
    saved_at: Mapped[datetime]


class LateAnswer(Model):
    """An answer that came too late or from a window that no longer had the attempt: kept whole for the officer."""

    __tablename__ = "late_answer"
    __table_args__ = (sa.UniqueConstraint("attempt_id", "slot", "epoch", "seq"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"))
    slot: Mapped[int]
    epoch: Mapped[int]
    seq: Mapped[int]
    value: Mapped[Any] = mapped_column(JSON, nullable=True)
    client_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    reason: Mapped[LateReason]
