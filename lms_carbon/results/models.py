"""Aggregations, holds, publications with their signatures, results with their revisions, and regrades."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms_carbon.core.db import BIG, BigId, Model
from lms_carbon.cycles.models import Candidacy, Cycle, Instrument
from lms_carbon.people.models.persons import Person
from lms_carbon.results.rules import Outcome


class RegradeState(enum.StrEnum):
    """How far a correction after publication is."""

    PROPOSED = "proposed"
    BOOKED = "booked"
    WITHDRAWN = "withdrawn"


class Regrade(Model):
    """A proposed batch of corrections; signed, it is booked in the ledger and makes new revisions (DESIGN §3)."""

    __tablename__ = "regrade"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("cycle.id"), index=True)
    instrument_id: Mapped[int] = mapped_column(sa.ForeignKey("instrument.id"))
    reason: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[RegradeState]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))

    instrument: Mapped[Instrument] = relationship()
    marks: Mapped[list["RegradeMark"]] = relationship(order_by="RegradeMark.mark_id")


class RegradeMark(Model):
    """What a mark would become."""

    __tablename__ = "regrade_mark"
    __table_args__ = (sa.CheckConstraint("earned >= 0", name="earned"),)

    regrade_id: Mapped[int] = mapped_column(sa.ForeignKey("regrade.id"), primary_key=True)
    mark_id: Mapped[int] = mapped_column(sa.ForeignKey("mark.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    earned: Mapped[int]
    """Thousandths; at most what is possible."""


class Aggregation(Model):
    """One run from the ledger to levels over all candidacies of a cycle. The same ledger gives the same digest."""

    __tablename__ = "aggregation"
    __table_args__ = (sa.UniqueConstraint("cycle_id", "number"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("cycle.id"))
    number: Mapped[int]
    regrade_id: Mapped[int | None] = mapped_column(sa.ForeignKey("regrade.id"))
    """Whose corrections it takes as if they were booked."""
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    """Who asked for it; None for the scheduler."""
    candidacies: Mapped[int]
    inputs: Mapped[str] = mapped_column(sa.String(120))
    """How ledger and candidacies stood: what `results.queries.aggregations.read_inputs` says. Differs: out of date."""
    digest: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 over all scores and outcomes, by candidacy."""


class InstrumentScore(Model):
    """What a candidacy has in an instrument in one aggregation; absent where nothing is booked."""

    __tablename__ = "instrument_score"

    aggregation_id: Mapped[int] = mapped_column(sa.ForeignKey("aggregation.id"), primary_key=True)
    candidacy_id: Mapped[int] = mapped_column(sa.ForeignKey("candidacy.id"), primary_key=True)
    instrument_id: Mapped[int] = mapped_column(sa.ForeignKey("instrument.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    attempt: Mapped[int]
    """The one that counts under the result rule."""
    earned: Mapped[int] = mapped_column(BIG)
    possible: Mapped[int] = mapped_column(BIG)
    score: Mapped[int]
    """Hundredths."""


class CandidacyScore(Model):
    """Dimensions, total and outcome of a candidacy in one aggregation; all scores in hundredths."""

    __tablename__ = "candidacy_score"

    aggregation_id: Mapped[int] = mapped_column(sa.ForeignKey("aggregation.id"), primary_key=True)
    candidacy_id: Mapped[int] = mapped_column(sa.ForeignKey("candidacy.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    knowledge: Mapped[int | None]
    skill: Mapped[int | None]
    practice: Mapped[int | None]
    total: Mapped[int | None]
    """None while a dimension is missing."""
    outcome: Mapped[Outcome]
    level: Mapped[int | None]


class Hold(Model):
    """A result that is withheld: an incident or a dispute is open (DESIGN §3, Outcomes)."""

    __tablename__ = "hold"

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    candidacy_id: Mapped[int] = mapped_column(sa.ForeignKey("candidacy.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.Text)
    held_at: Mapped[datetime]
    held_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class PublicationState(enum.StrEnum):
    """How far a publication is."""

    PROPOSED = "proposed"
    """One has signed at most."""
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Publication(Model):
    """The second gate: results of a cycle, signed by two. Revision 1 is the first, a signed regrade makes the next."""

    __tablename__ = "publication"
    __table_args__ = (sa.UniqueConstraint("cycle_id", "revision"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("cycle.id"))
    revision: Mapped[int]
    aggregation_id: Mapped[int] = mapped_column(sa.ForeignKey("aggregation.id"))
    regrade_id: Mapped[int | None] = mapped_column(sa.ForeignKey("regrade.id"))
    state: Mapped[PublicationState]
    proposed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    digest: Mapped[str] = mapped_column(sa.String(64))
    """What the signers sign: SHA-256 over the aggregation's digest and who is withheld."""

    cycle: Mapped[Cycle] = relationship()
    aggregation: Mapped[Aggregation] = relationship()
    regrade: Mapped[Regrade | None] = relationship()
    signatures: Mapped[list["Signature"]] = relationship(order_by="Signature.ordinal")


class Signature(Model):
    """One of the two who answer for a publication; never the same person twice."""

    __tablename__ = "signature"
    __table_args__ = (sa.UniqueConstraint("publication_id", "person_id"),)

    publication_id: Mapped[int] = mapped_column(sa.ForeignKey("publication.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    """1 or 2; the pair with the publication decides who came first."""
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    signed_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(sa.String(64))

    person: Mapped[Person] = relationship()


class Result(Model):
    """A published result: a frozen snapshot of inputs, weights, policy and arithmetic. Never changed, only revised."""

    __tablename__ = "result"
    __table_args__ = (sa.UniqueConstraint("candidacy_id", "revision"),)

    id: Mapped[BigId]
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    candidacy_id: Mapped[int] = mapped_column(sa.ForeignKey("candidacy.id"))
    revision: Mapped[int]
    """From 1, counted for each candidacy."""
    publication_id: Mapped[int] = mapped_column(sa.ForeignKey("publication.id"), index=True)
    outcome: Mapped[Outcome]
    level: Mapped[int | None]
    total: Mapped[int | None]
    snapshot: Mapped[dict[str, Any]]
    """As `results.snapshots` makes it."""
    digest: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 over the snapshot's canonical JSON."""
    published_at: Mapped[datetime]

    candidacy: Mapped[Candidacy] = relationship()
    publication: Mapped[Publication] = relationship()
