"""How people get in: sessions, invitations, one-time links, second factors, handoffs to another window.

Tokens are kept as SHA-256 digests only: who reads the database cannot sign in with it.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms_carbon.core.db import BigId, Model
from lms_carbon.core.identity import Role, Scope

DIGEST = sa.LargeBinary(32)


class AuthSession(Model):
    """A browser that somebody is signed in with."""

    __tablename__ = "auth_session"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    token_digest: Mapped[bytes] = mapped_column(DIGEST, unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    strong_at: Mapped[datetime | None]
    """When the second factor was given in this session."""
    language: Mapped[str] = mapped_column(sa.String(2))
    launch_id: Mapped[int | None]
    """The launch it came from (table `launch`, a package above)."""
    launch_role: Mapped[Role | None]
    """What the launch made of the person: candidate or teacher; None for those who signed in by link."""
    course_id: Mapped[int | None]
    """The course (table `course`) in which a teacher is one."""


class Invitation(Model):
    """A single-use link that makes a person with a role, for those without an account in the learning platform."""

    __tablename__ = "invitation"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"), index=True)
    token_digest: Mapped[bytes] = mapped_column(DIGEST, unique=True)
    role: Mapped[Role]
    scope: Mapped[Scope]
    scope_id: Mapped[int | None]
    email: Mapped[str | None] = mapped_column(sa.String(255))
    invited_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    """Who it became."""


class SignInLink(Model):
    """A one-time link for somebody who already is a person here."""

    __tablename__ = "sign_in_link"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    token_digest: Mapped[bytes] = mapped_column(DIGEST, unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SecondFactor(Model):
    """A person's TOTP secret (RFC 6238), sealed."""

    __tablename__ = "second_factor"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    secret: Mapped[bytes]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)
    """The newest time step that was used: a code works once (RFC 6238 5.2)."""
    failures: Mapped[int] = mapped_column(default=0)
    """Wrong codes in a row; slows guessing."""
    locked_until: Mapped[datetime | None]


class Handoff(Model):
    """A code, good once and for 30 seconds, that carries a session from the platform's frame to a window of its own."""

    __tablename__ = "handoff"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("auth_session.id"))
    code_digest: Mapped[bytes] = mapped_column(DIGEST, unique=True)
    target: Mapped[str] = mapped_column(sa.String(255))
    """Path in the tool that the new window opens."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
