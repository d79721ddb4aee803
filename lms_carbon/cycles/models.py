"""Cycles, tracks, instruments and candidacies, and the ledger (DESIGN §3)."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BigId, Model
from lms_carbon.cycles.rules import ResultRule
from lms_carbon.framework.models import Position
from lms_carbon.people.models.persons import Person


class CycleState(enum.StrEnum):
    """How far a cycle is."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSING = "closing"
    """Nothing new begins; it closes when the last attempt under way has ended."""
    CLOSED = "closed"
    PUBLISHED = "published"


class EntryRule(enum.StrEnum):
    """What a launch of somebody without a candidacy does (DESIGN §2)."""

    ENTER = "enter"
    ASK = "ask"
    REFUSE = "refuse"


class InstrumentKind(enum.StrEnum):
    """The three methods of B.1."""

    EXAM = "exam"
    PRACTICAL = "practical"
    PORTFOLIO = "portfolio"


class Cycle(Model):
    """One assessment round of an institution."""

    __tablename__ = "cycle"
    __table_args__ = (sa.UniqueConstraint("institution_id", "code"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    code: Mapped[str] = mapped_column(sa.String(64))
    title: Mapped[dict[str, str]]
    state: Mapped[CycleState]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    def takes_work(self, moment: datetime) -> bool:
        """Tell whether something new may begin; whoever begins it asks `services.closing.hold_open`, which decides."""
        return self.state is CycleState.OPEN and (self.closes_at is None or moment < self.closes_at)


class Track(Model):
    """A position and band in a cycle, with one frozen policy."""

    __tablename__ = "track"
    __table_args__ = (sa.UniqueConstraint("cycle_id", "position_id", "band"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("cycle.id"))
    position_id: Mapped[int] = mapped_column(sa.ForeignKey("position.id"))
    band: Mapped[str] = mapped_column(sa.String(16))
    """`junior`, `intermediate` or `senior` (B.2)."""
    entry: Mapped[EntryRule]
    policy: Mapped[dict[str, Any] | None]
    """As `results.rules` reads it; frozen when confirmed."""
    policy_confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    policy_confirmed_at: Mapped[datetime | None]
    policy_rationale: Mapped[str | None] = mapped_column(sa.Text)

    cycle: Mapped[Cycle] = relationship()
    position: Mapped[Position] = relationship()


class Instrument(Model):
    """An exam, practical task or portfolio review in a track: one dimension, a weight, a result rule."""

    __tablename__ = "instrument"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"), index=True)
    track_id: Mapped[int] = mapped_column(sa.ForeignKey("track.id"), index=True)
    kind: Mapped[InstrumentKind]
    dimension: Mapped[str] = mapped_column(sa.String(16))
    """`knowledge`, `skill` or `practice`."""
    weight: Mapped[int] = mapped_column(default=1)
    """Relative to the other instruments of the dimension."""
    result_rule: Mapped[ResultRule] = mapped_column(default=ResultRule.LAST)
    title: Mapped[dict[str, str]]
    released_at: Mapped[datetime | None]
    """The first gate: before it no score of this instrument shows anywhere."""
    released_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    track: Mapped[Track] = relationship()


class CandidacyState(enum.StrEnum):
    """Whether a candidacy counts."""

    ASKED = "asked"
    ENTERED = "entered"
    WITHDRAWN = "withdrawn"


class Candidacy(Model):
    """A person in a track; unique."""

    __tablename__ = "candidacy"
    __table_args__ = (sa.UniqueConstraint("track_id", "person_id"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    track_id: Mapped[int] = mapped_column(sa.ForeignKey("track.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    state: Mapped[CandidacyState]
    entered_at: Mapped[datetime]
    entered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    years: Mapped[int | None]
    """Hundredths of years of experience (B.2) as an officer confirmed them; None is not checked."""

    track: Mapped[Track] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class MarkBatch(Model):
    """Marks that came in together. `source` names the work, so the same work cannot be booked twice."""

    __tablename__ = "mark_batch"
    __table_args__ = (sa.UniqueConstraint("instrument_id", "source"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    instrument_id: Mapped[int] = mapped_column(sa.ForeignKey("instrument.id"))
    source: Mapped[str] = mapped_column(sa.String(80))
    """`attempt:17` for first marks, `regrade:…` for corrections."""
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    """Who booked it; None for automatic scoring."""
    reason: Mapped[str] = mapped_column(sa.Text, default="")


class Mark(Model):
    """A row of the ledger: item × requirement. Never changed; a correction supersedes it."""

    __tablename__ = "mark"
    __table_args__ = (
        sa.Index(None, "candidacy_id", "instrument_id"),
        sa.CheckConstraint("possible > 0", name="possible"),
        sa.CheckConstraint("earned >= 0 AND earned <= possible", name="earned"),
    )

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    candidacy_id: Mapped[int] = mapped_column(sa.ForeignKey("candidacy.id"))
    instrument_id: Mapped[int] = mapped_column(sa.ForeignKey("instrument.id"))
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("mark_batch.id"), index=True)
    attempt: Mapped[int]
    """Number of the attempt, submission or review among the candidate's own, from 1."""
    item_kind: Mapped[str] = mapped_column(sa.String(16))
    """`question`, `checkpoint` or `criterion`."""
    item_id: Mapped[int]
    title: Mapped[dict[str, str]]
    """As the candidate saw it; copied so that results need not know the method."""
    requirement_id: Mapped[int] = mapped_column(sa.ForeignKey("requirement.id"))
    earned: Mapped[int]
    """Thousandths of a point."""
    possible: Mapped[int]
    """Thousandths of a point."""
    supersedes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mark.id"), unique=True)

    batch: Mapped[MarkBatch] = relationship()
