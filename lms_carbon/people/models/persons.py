"""Institutions, the persons in them, how they are known elsewhere, and the roles they were given."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BigId, Model
from lms_carbon.core.identity import Role, Scope


class Institution(Model):
    """A tenant: a school, a training centre, an enterprise."""

    __tablename__ = "institution"

    id: Mapped[BigId]
    slug: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[dict[str, str]]
    created_at: Mapped[datetime]


class Person(Model):
    """Someone in one institution. The same human in two institutions is two persons."""

    __tablename__ = "person"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(255))
    email: Mapped[str | None] = mapped_column(sa.String(255))
    """Shown and written to; never a key (two people may share one, and platforms change them)."""
    number: Mapped[str | None] = mapped_column(sa.String(64))
    """Student or staff number, where the platform tells it."""
    language: Mapped[str] = mapped_column(sa.String(2), default="zh")
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class Identity(Model):
    """A name under which somebody else knows the person. Launches race, so the natural key is unique."""

    __tablename__ = "identity"
    __table_args__ = (sa.UniqueConstraint("provider", "subject"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    provider: Mapped[str] = mapped_column(sa.String(80))
    """`lti:<registration id>`."""
    subject: Mapped[str] = mapped_column(sa.String(255))
    """The platform's `sub` (LTI core 5.3.6)."""
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class RoleGrant(Model):
    """A role given inside the tool (DESIGN §2). Ended, never deleted."""

    __tablename__ = "role_grant"
    __table_args__ = (sa.Index(None, "person_id", "ended_at"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    role: Mapped[Role]
    scope: Mapped[Scope]
    scope_id: Mapped[int | None]
    """Id of the instrument, sitting or group; None for the whole institution."""
    granted_at: Mapped[datetime]
    granted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    """None where the command line did it."""
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
