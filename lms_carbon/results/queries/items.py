"""Reading items of the ledger: what can be regraded, and whose marks that would be."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.cycles.models import Candidacy, CandidacyState, Instrument, Mark
from lms_carbon.cycles.queries import current_marks, list_marks
from lms_carbon.cycles.rules import counting_attempt, instrument_score
from lms_carbon.people.models.persons import Person


@dataclass(frozen=True, kw_only=True)
class Item:
    """A question, checkpoint or criterion, as the ledger names it."""

    kind: str
    id: int

    @property
    def reference(self) -> str:
        """Return `question:12`, as addresses and forms name it."""
        return f"{self.kind}:{self.id}"


def parse_item(reference: str) -> Item | None:
    """Return the item of a reference; None where it is none."""
    kind, _, number = reference.partition(":")
    return Item(kind=kind, id=int(number)) if kind and number.isdecimal() and len(number) < 16 else None


@dataclass(frozen=True, kw_only=True)
class ListedItem:
    """An item with how candidates did in it."""

    item: Item
    title: dict[str, str]
    candidates: int
    earned: int
    possible: int
    """Sums over all attempts, in thousandths."""


def list_items(instrument_id: int) -> list[ListedItem]:
    """Return an instrument's items, in the order they were made."""
    marks = current_marks().where(Mark.instrument_id == instrument_id).subquery()
    query = (
        sa.select(
            marks.c.item_kind,
            marks.c.item_id,
            sa.func.max(marks.c.id),
            sa.func.count(marks.c.candidacy_id.distinct()),
            sa.func.sum(marks.c.earned),
            sa.func.sum(marks.c.possible),
        )
        .group_by(marks.c.item_kind, marks.c.item_id)
        .order_by(marks.c.item_kind, marks.c.item_id)
    )
    rows = session.execute(query).all()
    named = session.execute(sa.select(Mark.id, Mark.title).where(Mark.id.in_([row[2] for row in rows])))
    titles = {row.id: row.title for row in named}
    return [
        ListedItem(
            item=Item(kind=kind, id=item_id),
            title=titles[newest],
            candidates=candidates,
            earned=int(earned),
            possible=int(possible),
        )
        for kind, item_id, newest, candidates, earned, possible in rows
    ]


def marks_of_item(instrument_id: int, item: Item) -> Sequence[Mark]:
    """Return all marks in force of an item, of candidacies that count."""
    query = (
        current_marks()
        .join(Candidacy, Candidacy.id == Mark.candidacy_id)
        .where(
            Mark.instrument_id == instrument_id,
            Mark.item_kind == item.kind,
            Mark.item_id == item.id,
            Candidacy.state == CandidacyState.ENTERED,
        )
    )
    return session.scalars(query.order_by(Mark.id)).all()


def counting_marks_of(instrument: Instrument, item: Item, candidacy_id: int) -> Sequence[Mark]:
    """Return a candidate's marks in force of an item in the attempt that counts, in the order of their tags."""
    marks = list_marks(candidacy_id, instrument.id)
    sums: dict[int, tuple[int, int]] = {}
    for mark in marks:
        earned, possible = sums.get(mark.attempt, (0, 0))
        sums[mark.attempt] = (earned + mark.earned, possible + mark.possible)
    if not sums:
        return []
    scores = {attempt: instrument_score(*both) for attempt, both in sums.items()}
    attempt = counting_attempt(instrument.result_rule, scores)
    return [mark for mark in marks if (mark.attempt, mark.item_kind, mark.item_id) == (attempt, item.kind, item.id)]


def list_takers(instrument_id: int, item: Item) -> list[tuple[int, str]]:
    """Return (candidacy, name) of those who have marks in an item, by name."""
    query = (
        sa.select(Candidacy.id, Person.name)
        .join(Person, Person.id == Candidacy.person_id)
        .where(
            Candidacy.state == CandidacyState.ENTERED,
            Candidacy.id.in_(
                sa.select(Mark.candidacy_id).where(
                    Mark.instrument_id == instrument_id, Mark.item_kind == item.kind, Mark.item_id == item.id
                )
            ),
        )
        .order_by(Person.name, Candidacy.id)
    )
    return [(candidacy_id, name) for candidacy_id, name in session.execute(query)]
