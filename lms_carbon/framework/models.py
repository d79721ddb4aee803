"""The standard as rows, as far as other packages join against it. Global: no institution owns a standard."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BigId, Model


class Framework(Model):
    """A standard in one edition. `document` holds all of it, rows below hold what is joined against."""

    __tablename__ = "framework"

    id: Mapped[BigId]
    code: Mapped[str] = mapped_column(sa.String(64), unique=True)
    title: Mapped[dict[str, str]]
    document: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(sa.String(64))
    loaded_at: Mapped[datetime]


class Direction(Model):
    """One of the 5 directions, clauses 5.1–5.5."""

    __tablename__ = "direction"
    __table_args__ = (sa.UniqueConstraint("framework_id", "code"),)

    id: Mapped[BigId]
    framework_id: Mapped[int] = mapped_column(sa.ForeignKey("framework.id"))
    code: Mapped[str] = mapped_column(sa.String(16))
    ordinal: Mapped[int]
    title: Mapped[dict[str, str]]


class Position(Model):
    """One of the 9 positions with its duties (table 1)."""

    __tablename__ = "position"
    __table_args__ = (sa.UniqueConstraint("framework_id", "code"),)

    id: Mapped[BigId]
    framework_id: Mapped[int] = mapped_column(sa.ForeignKey("framework.id"))
    direction_id: Mapped[int] = mapped_column(sa.ForeignKey("direction.id"))
    code: Mapped[str] = mapped_column(sa.String(16))
    ordinal: Mapped[int]
    title: Mapped[dict[str, str]]
    duties: Mapped[dict[str, str]]

    direction: Mapped[Direction] = relationship()


class Statement(Model):
    """The text of a requirement; 67 distinct ones, some shared by several positions."""

    __tablename__ = "statement"
    __table_args__ = (sa.UniqueConstraint("framework_id", "digest"),)

    id: Mapped[BigId]
    framework_id: Mapped[int] = mapped_column(sa.ForeignKey("framework.id"))
    digest: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 of the Chinese text, which is what makes two requirements share a statement."""
    dimension: Mapped[str] = mapped_column(sa.String(16))
    """`knowledge`, `skill` or `practice`."""
    text: Mapped[dict[str, str]]


class Requirement(Model):
    """One of the 90 requirement items: a statement asked of a position."""

    __tablename__ = "requirement"
    __table_args__ = (sa.UniqueConstraint("position_id", "code"),)

    id: Mapped[BigId]
    framework_id: Mapped[int] = mapped_column(sa.ForeignKey("framework.id"))
    position_id: Mapped[int] = mapped_column(sa.ForeignKey("position.id"))
    statement_id: Mapped[int] = mapped_column(sa.ForeignKey("statement.id"), index=True)
    guid: Mapped[str] = mapped_column(sa.String(36), unique=True)
    code: Mapped[str] = mapped_column(sa.String(16))
    """Clause, letter, ordinal: `5.2.1-b-3`."""
    dimension: Mapped[str] = mapped_column(sa.String(16))
    ordinal: Mapped[int]
    proficiency: Mapped[list[str]]
    """The verbs in their order: 了解, 掌握, 具备, 能够."""

    position: Mapped[Position] = relationship()
    statement: Mapped[Statement] = relationship()
