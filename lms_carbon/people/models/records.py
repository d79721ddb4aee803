"""What was done, and what people are told: audit entries, the inbox, the mail outbox."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms_carbon.core.db import BigId, Model


class AuditEntry(Model):
    """One act, written in the same transaction as what it did. Rows are only ever added."""

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index(None, "institution_id", "object_type", "object_id"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    """Who did it; None for the scheduler and the command line."""
    action: Mapped[str] = mapped_column(sa.String(80))
    """`noun.verb`, such as `question.approve`."""
    object_type: Mapped[str] = mapped_column(sa.String(40))
    object_id: Mapped[int]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What changed: `{"before": …, "after": …}` and the reason where one was given."""


class Message(Model):
    """A line in somebody's inbox. The text is a message id and what fills it, so it follows the reader's language."""

    __tablename__ = "message"
    __table_args__ = (sa.Index(None, "person_id", "read_at"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    sentence: Mapped[str] = mapped_column(sa.Text)
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    path: Mapped[str | None] = mapped_column(sa.String(255))
    read_at: Mapped[datetime | None]


class Mail(Model):
    """A letter on its way: sent after commit by a job, tried again with growing pauses."""

    __tablename__ = "mail"
    __table_args__ = (sa.Index(None, "sent_at", "next_try_at"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    address: Mapped[str] = mapped_column(sa.String(255))
    subject: Mapped[str] = mapped_column(sa.String(255))
    body: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(sa.Text)
