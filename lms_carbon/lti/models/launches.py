"""Logins under way, launches that happened, and the courses and links they came from."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BigId, Model


class Binding(enum.StrEnum):
    """Where the browser keeps what ties its login and its launch together."""

    COOKIE = "cookie"
    PLATFORM = "platform"
    """The platform's page around the frame keeps it (LTI client-side postMessage storage)."""
    TAB = "tab"
    """The tab's own sessionStorage."""


class LtiLogin(Model):
    """A login that was begun: one state, one nonce, one browser, one launch. Good for 10 minutes, used once."""

    __tablename__ = "lti_login"

    state_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    nonce_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    browser_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    """Digest of the binding cookie, or of what is kept in its place; the launch must come from this browser."""
    binding: Mapped[Binding] = mapped_column(default=Binding.COOKIE, server_default=Binding.COOKIE.value)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registration.id"))
    target_link_uri: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Course(Model):
    """An LTI context: the course in the platform."""

    __tablename__ = "course"
    __table_args__ = (sa.UniqueConstraint("deployment_id", "context_id"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    deployment_id: Mapped[int] = mapped_column(sa.ForeignKey("deployment.id"))
    context_id: Mapped[str] = mapped_column(sa.String(255))
    title: Mapped[str] = mapped_column(sa.Text, default="")
    roster_url: Mapped[str | None] = mapped_column(sa.Text)
    """Where the platform gives the course's members (NRPS 3.6.1.1); None where it never offered them."""
    roster_read_at: Mapped[datetime | None]
    """When all of its members were last read."""
    roster_due_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the schedule reads them next; None for now."""
    roster_problem: Mapped[str | None] = mapped_column(sa.String(32))
    """Why the last reading by schedule failed: the code of the error."""
    line_items_url: Mapped[str | None] = mapped_column(sa.Text)
    """Where the platform lists the columns of the course's gradebook (AGS 3.1)."""
    created_at: Mapped[datetime]


class ResourceLink(Model):
    """An activity placed in a course, and what it points at here."""

    __tablename__ = "resource_link"
    __table_args__ = (sa.UniqueConstraint("deployment_id", "resource_link_id"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    deployment_id: Mapped[int] = mapped_column(sa.ForeignKey("deployment.id"))
    course_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course.id"))
    resource_link_id: Mapped[str] = mapped_column(sa.String(255))
    title: Mapped[str] = mapped_column(sa.Text, default="")
    target: Mapped[str | None] = mapped_column(sa.String(255))
    """`kind:code` as the `launch_target` hook reads it, such as `exam:demo-exam`; None until one is chosen."""
    column_due_at: Mapped[datetime | None] = mapped_column(index=True)
    """When to look for its column in the gradebook, which a launch did not name; None where there is no need."""
    created_at: Mapped[datetime]

    course: Mapped[Course | None] = relationship()


class CourseMember(Model):
    """Somebody whom the platform lists in a course."""

    __tablename__ = "course_member"
    __table_args__ = (sa.UniqueConstraint("course_id", "person_id"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    learns: Mapped[bool]
    """Whether a learner of the course, so one whom its gradebook grades."""
    subject: Mapped[str | None] = mapped_column(sa.String(255))
    """By which of the person's accounts on the platform; None where that was not noted yet."""
    seen_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    """When the platform no longer listed them, or as no longer active."""


class Launch(Model):
    """One accepted launch."""

    __tablename__ = "launch"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    subject: Mapped[str | None] = mapped_column(sa.String(255))
    """By which of the person's accounts on the platform; None for the erased, and where that was not noted yet."""
    deployment_id: Mapped[int] = mapped_column(sa.ForeignKey("deployment.id"))
    course_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course.id"))
    resource_link_id: Mapped[int | None] = mapped_column(sa.ForeignKey("resource_link.id"))
    message_type: Mapped[str] = mapped_column(sa.String(64))
    lti_roles: Mapped[list[str]]
    """The role URIs as the platform sent them."""
    locale: Mapped[str | None] = mapped_column(sa.String(32))
    return_url: Mapped[str | None] = mapped_column(sa.Text)
    created_at: Mapped[datetime]

    course: Mapped[Course | None] = relationship()
    resource_link: Mapped[ResourceLink | None] = relationship()
