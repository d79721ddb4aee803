"""Picking activities from inside a course (Deep Linking 2.0), copies of such activities, and reviews asked for."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BigId, Model
from lms_carbon.lti.models.launches import Course, Launch, ResourceLink


class DeepLinkRequest(Model):
    """A platform asks somebody to pick; answered once, with items or with none."""

    __tablename__ = "deep_link_request"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    launch_id: Mapped[int] = mapped_column(sa.ForeignKey("launch.id"), unique=True)
    return_url: Mapped[str] = mapped_column(sa.Text)
    """`deep_link_return_url`: where the answer is posted."""
    accept_types: Mapped[list[str]]
    accept_multiple: Mapped[bool]
    accept_line_item: Mapped[bool | None]
    """None where the platform does not say (DL 3.2.4)."""
    document_targets: Mapped[list[str]]
    data: Mapped[str | None] = mapped_column(sa.Text)
    """Sent back as it came; None where it did not come (DL 4.5.5)."""
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    launch: Mapped[Launch] = relationship()


class PickedItem(Model):
    """One picked activity. Its code travels in the activity's custom parameters, so that a copy is known as one."""

    __tablename__ = "picked_item"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("deep_link_request.id"), index=True)
    deployment_id: Mapped[int] = mapped_column(sa.ForeignKey("deployment.id"))
    course_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course.id"))
    code: Mapped[str] = mapped_column(sa.String(64), unique=True)
    target: Mapped[str] = mapped_column(sa.String(255))
    """As in `ResourceLink.target`."""
    resource_link_id: Mapped[int | None] = mapped_column(sa.ForeignKey("resource_link.id"))
    """The activity that it became, known from that one's first launch."""
    created_at: Mapped[datetime]


class LinkCopy(Model):
    """An activity that came with a copied course and opens nothing before an officer has said what."""

    __tablename__ = "link_copy"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"), index=True)
    resource_link_id: Mapped[int] = mapped_column(sa.ForeignKey("resource_link.id"), unique=True)
    target: Mapped[str] = mapped_column(sa.String(255))
    """What the original opens."""
    original_link_id: Mapped[int | None] = mapped_column(sa.ForeignKey("resource_link.id"))
    original_course_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course.id"))
    noticed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    resource_link: Mapped[ResourceLink] = relationship(foreign_keys=[resource_link_id])
    original_course: Mapped[Course | None] = relationship()


class ReviewRequest(Model):
    """A launch that asks for one person's work (submission review)."""

    __tablename__ = "review_request"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    launch_id: Mapped[int] = mapped_column(sa.ForeignKey("launch.id"), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    """Whose work."""
    target: Mapped[str] = mapped_column(sa.String(255))
