"""Portfolio reviews, portfolios, and the evidence in them."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BigId, Model
from lms_carbon.cycles.models import Candidacy, Instrument
from lms_carbon.files.models import StoredFile
from lms_carbon.framework.models import Requirement
from lms_carbon.marking.models import Rubric
from lms_carbon.people.models.persons import Person
from lms_carbon.portfolio.rules import PortfolioState, ReviewState


class PortfolioReview(Model):
    """A portfolio review as an instrument of a track."""

    __tablename__ = "portfolio_review"
    __table_args__ = (sa.UniqueConstraint("institution_id", "code"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    code: Mapped[str] = mapped_column(sa.String(64))
    """Named in links from platforms: `portfolio:<code>`."""
    instrument_id: Mapped[int] = mapped_column(sa.ForeignKey("instrument.id"), unique=True)
    rubric_id: Mapped[int] = mapped_column(sa.ForeignKey("rubric.id"))
    state: Mapped[ReviewState]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime]
    """Latest moment to hand in; a portfolio that was never handed in is no portfolio."""
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    instrument: Mapped[Instrument] = relationship()
    rubric: Mapped[Rubric] = relationship()


class Portfolio(Model):
    """One candidate's portfolio in a review."""

    __tablename__ = "portfolio"
    __table_args__ = (sa.UniqueConstraint("review_id", "candidacy_id"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    review_id: Mapped[int] = mapped_column(sa.ForeignKey("portfolio_review.id"))
    candidacy_id: Mapped[int] = mapped_column(sa.ForeignKey("candidacy.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    state: Mapped[PortfolioState]
    started_at: Mapped[datetime]
    declared_at: Mapped[datetime | None]
    """When the candidate declared the evidence to be their own work."""
    submitted_at: Mapped[datetime | None]
    digest: Mapped[str | None] = mapped_column(sa.String(64))
    """SHA-256 over what was handed in: the candidate's receipt."""

    review: Mapped[PortfolioReview] = relationship()
    candidacy: Mapped[Candidacy] = relationship()
    person: Mapped[Person] = relationship()
    evidence: Mapped[list["Evidence"]] = relationship(order_by="Evidence.id", back_populates="portfolio")


class EvidenceKind(enum.StrEnum):
    """What a piece of evidence is."""

    FILE = "file"
    LINK = "link"
    TEXT = "text"


class Evidence(Model):
    """One piece of evidence for one practice requirement, with the candidate's statement of what it shows."""

    __tablename__ = "evidence"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    portfolio_id: Mapped[int] = mapped_column(sa.ForeignKey("portfolio.id"), index=True)
    requirement_id: Mapped[int] = mapped_column(sa.ForeignKey("requirement.id"))
    kind: Mapped[EvidenceKind]
    title: Mapped[str] = mapped_column(sa.Text)
    statement: Mapped[str] = mapped_column(sa.Text)
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    url: Mapped[str | None] = mapped_column(sa.Text)
    text: Mapped[str | None] = mapped_column(sa.Text)
    added_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    portfolio: Mapped[Portfolio] = relationship(back_populates="evidence")
    requirement: Mapped[Requirement] = relationship()
    file: Mapped[StoredFile | None] = relationship()
