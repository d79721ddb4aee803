"""Line items in platforms' gradebooks, and the outbox of scores (AGS 2.0)."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BigId, Model
from lms_carbon.lti.models.registrations import Registration


class LineItem(Model):
    """A column of a platform's gradebook that shows scores of one target of ours."""

    __tablename__ = "line_item"
    __table_args__ = (sa.UniqueConstraint("registration_id", "url"), sa.Index(None, "institution_id", "target"))

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registration.id"))
    resource_link_id: Mapped[int | None] = mapped_column(sa.ForeignKey("resource_link.id"))
    url: Mapped[str] = mapped_column(sa.Text)
    target: Mapped[str] = mapped_column(sa.String(255))
    """As in `ResourceLink.target`."""
    created_at: Mapped[datetime]
    filled_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the scores that were out before this column was known were queued; None where that is to come."""

    registration: Mapped[Registration] = relationship()


class OutScore(Model):
    """The newest score of a person that is out, whether or not a gradebook is known that shows it."""

    __tablename__ = "out_score"
    __table_args__ = (sa.UniqueConstraint("institution_id", "target", "person_id"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    target: Mapped[str] = mapped_column(sa.String(255))
    """As in `ResourceLink.target`."""
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    score: Mapped[int]
    """Hundredths of a score out of 100."""
    comment: Mapped[str | None] = mapped_column(sa.Text)
    updated_at: Mapped[datetime]


class DeliveryState(enum.StrEnum):
    """Where a score is on its way to the gradebook."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


class ScoreDelivery(Model):
    """One score for one person in one line item; `seq` rises, and only the newest is worth sending."""

    __tablename__ = "score_delivery"
    __table_args__ = (
        sa.UniqueConstraint("line_item_id", "person_id", "seq"),
        sa.Index(None, "state", "next_try_at"),
    )

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    line_item_id: Mapped[int] = mapped_column(sa.ForeignKey("line_item.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    subject: Mapped[str] = mapped_column(sa.String(255))
    """The platform's user id."""
    seq: Mapped[int]
    score: Mapped[int]
    """Hundredths of a score out of 100."""
    comment: Mapped[str | None] = mapped_column(sa.Text)
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.WAITING)
    created_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(sa.Text)
    overwrites: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"))
    """Whether somebody said that this replaces what the gradebook shows, whoever put it there."""
    found_score: Mapped[int | None]
    """What the gradebook showed instead of our last score, in hundredths of 100; None for nothing or not asked."""
    found_at: Mapped[datetime | None]

    line_item: Mapped[LineItem] = relationship()
