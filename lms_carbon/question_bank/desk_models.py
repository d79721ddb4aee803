"""What the bank keeps for one person's work: filters under a name, and answers to writes of the API."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms_carbon.core.db import BigId, Model


class SavedView(Model):
    """Filters of the list that somebody keeps under a name."""

    __tablename__ = "saved_view"
    __table_args__ = (sa.UniqueConstraint("person_id", "institution_id", "name"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    filters: Mapped[dict[str, str]]
    """As the address of the list names them."""
    saved_at: Mapped[datetime]


class ApiWrite(Model):
    """The answer to a write of the API that carried an `Idempotency-Key`: sent again, it is answered again."""

    __tablename__ = "api_write"
    __table_args__ = (sa.UniqueConstraint("person_id", "institution_id", "key"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(sa.String(200))
    digest: Mapped[str] = mapped_column(sa.String(64))
    """Of method, path and body: a key stands for one request."""
    status: Mapped[int]
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime]
