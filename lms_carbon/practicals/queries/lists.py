"""Lists for officers and for the hooks, each in a fixed number of queries. No score is in them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from lms_carbon.core.db import session
from lms_carbon.core.errors import ForbiddenError
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Candidacy, CandidacyState, Cycle, CycleState, Instrument, InstrumentKind, Track
from lms_carbon.marking.queries import count_works
from lms_carbon.people.models.persons import Person
from lms_carbon.practicals.models import Checkpoint, CheckpointTag, Practical, PracticalState, Sheet, SheetState, Task
from lms_carbon.practicals.policy import TASK_READERS, WHOLE_PRACTICAL, check_officer


@dataclass(frozen=True, kw_only=True)
class PracticalLine:
    """A practical in the officer's list; all counts are candidates."""

    practical: Practical
    working: int
    submitted: int
    marked: int


@dataclass(frozen=True, kw_only=True)
class OwnLine:
    """A practical as one candidate has it."""

    practical: Practical
    sheet_state: SheetState | None


def list_practicals(by: Actor) -> list[PracticalLine]:
    """Return the institution's practicals, newest first. Two queries."""
    check_officer(by)
    return _lines(Practical.institution_id == by.institution_id)


def find_line(practical: Practical) -> PracticalLine:
    """Return one practical with its counts; load it through the right first."""
    return _lines(Practical.id == practical.id)[0]


def lines_of_track(track_id: int) -> list[PracticalLine]:
    """Return the practicals of a track. Two queries."""
    return _lines(Practical.instrument_id.in_(sa.select(Instrument.id).where(Instrument.track_id == track_id)))


def list_placeable(institution_id: int) -> Sequence[Practical]:
    """Return the practicals that can still be handed in, newest first, with their tracks. One query."""
    whole = joinedload(Practical.instrument).joinedload(Instrument.track)
    query = (
        sa.select(Practical)
        .join(Practical.instrument)
        .join(Instrument.track)
        .join(Track.cycle)
        .where(
            Practical.institution_id == institution_id,
            Practical.state != PracticalState.CLOSED,
            Cycle.state.in_((CycleState.PLANNED, CycleState.OPEN)),
        )
        .options(whole.joinedload(Track.cycle), whole.joinedload(Track.position))
        .order_by(Practical.id.desc())
    )
    return session.scalars(query).all()


def find_newest_sheet(code: str, person_id: int, institution_id: int) -> Sheet | None:
    """Return a person's newest sheet of a practical that was handed in, with the instrument. One query."""
    query = (
        sa.select(Sheet)
        .join(Sheet.practical)
        .where(
            Practical.institution_id == institution_id,
            Practical.code == code,
            Sheet.person_id == person_id,
            Sheet.state == SheetState.SUBMITTED,
        )
        .options(joinedload(Sheet.practical).joinedload(Practical.instrument))
        .order_by(Sheet.number.desc())
        .limit(1)
    )
    return session.scalar(query)


def list_sheets(practical_id: int) -> Sequence[tuple[Sheet, Person]]:
    """Return who works on a practical, in the order they began; load it through the right first. One query."""
    query = (
        sa.select(Sheet, Person)
        .join(Person, Person.id == Sheet.person_id)
        .where(Sheet.practical_id == practical_id)
        .options(joinedload(Sheet.file))
        .order_by(Sheet.id)
    )
    return [(sheet, person) for sheet, person in session.execute(query)]


def list_working(cycle_id: int) -> list[tuple[Practical, list[str]]]:
    """Return the practicals of a cycle that somebody is working on, with their names. One query."""
    query = (
        sa.select(Practical, Person.name)
        .join(Sheet, Sheet.practical_id == Practical.id)
        .join(Person, Person.id == Sheet.person_id)
        .join(Candidacy, Candidacy.id == Sheet.candidacy_id)
        .join(Instrument, Instrument.id == Practical.instrument_id)
        .join(Track, Track.id == Instrument.track_id)
        .where(
            Track.cycle_id == cycle_id,
            Sheet.state == SheetState.OPEN,
            Candidacy.state == CandidacyState.ENTERED,
        )
        .order_by(Practical.id, Sheet.id)
    )
    found: dict[int, tuple[Practical, list[str]]] = {}
    for practical, name in session.execute(query):
        found.setdefault(practical.id, (practical, []))[1].append(name)
    return list(found.values())


def list_own(by: Actor) -> list[OwnLine]:
    """Return the practicals of the tracks that the actor is entered in, with their own sheet. One query."""
    query = (
        sa.select(Practical, Sheet.state)
        .join(Instrument, Instrument.id == Practical.instrument_id)
        .join(Candidacy, Candidacy.track_id == Instrument.track_id)
        .outerjoin(Sheet, (Sheet.practical_id == Practical.id) & (Sheet.candidacy_id == Candidacy.id))
        .where(
            Practical.institution_id == by.institution_id,
            Practical.state != PracticalState.DRAFT,
            Candidacy.person_id == by.person_id,
            Candidacy.state == CandidacyState.ENTERED,
        )
        .options(*WHOLE_PRACTICAL)
        .order_by(Practical.closes_at)
    )
    return [OwnLine(practical=practical, sheet_state=state) for practical, state in session.execute(query)]


def list_free_instruments(by: Actor) -> Sequence[Instrument]:
    """Return the institution's practical instruments that have no practical yet, for the form of a new one."""
    check_officer(by)
    query = (
        sa.select(Instrument)
        .join(Instrument.track)
        .join(Track.cycle)
        .where(
            Instrument.institution_id == by.institution_id,
            Instrument.kind == InstrumentKind.PRACTICAL,
            ~sa.exists().where(Practical.instrument_id == Instrument.id),
        )
        .options(
            joinedload(Instrument.track).joinedload(Track.cycle),
            joinedload(Instrument.track).joinedload(Track.position),
        )
        .order_by(Cycle.id.desc(), Instrument.id)
    )
    return session.scalars(query).all()


def list_tasks(by: Actor) -> Sequence[Task]:
    """Return the institution's tasks with checkpoints and what they show. Four queries."""
    if not by.has_any(TASK_READERS):
        raise ForbiddenError
    query = (
        sa.select(Task)
        .where(Task.institution_id == by.institution_id)
        .options(
            joinedload(Task.rubric),
            selectinload(Task.checkpoints).selectinload(Checkpoint.tags).joinedload(CheckpointTag.statement),
        )
        .order_by(Task.code, Task.version.desc())
    )
    return session.scalars(query).all()


def practicals_of(instrument_ids: Collection[int]) -> Sequence[Practical]:
    """Return the practicals of these instruments with the instruments. One query."""
    query = sa.select(Practical).where(Practical.instrument_id.in_(instrument_ids)).options(*WHOLE_PRACTICAL)
    return session.scalars(query.order_by(Practical.id)).all()


def _lines(condition: sa.ColumnElement[bool]) -> list[PracticalLine]:
    counts = (
        sa.select(
            Sheet.practical_id,
            sa.func.count(sa.case((Sheet.state == SheetState.OPEN, 1))).label("working"),
            sa.func.count(sa.case((Sheet.state == SheetState.SUBMITTED, 1))).label("submitted"),
        )
        .join(Candidacy, Candidacy.id == Sheet.candidacy_id)
        .where(Candidacy.state == CandidacyState.ENTERED)
        .group_by(Sheet.practical_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(Practical, sa.func.coalesce(counts.c.working, 0), sa.func.coalesce(counts.c.submitted, 0))
        .outerjoin(counts, counts.c.practical_id == Practical.id)
        .where(condition)
        .options(*WHOLE_PRACTICAL)
        .order_by(Practical.id.desc())
    ).all()
    works = count_works([practical.instrument_id for practical, _, _ in rows])
    return [
        PracticalLine(
            practical=practical,
            working=int(working),
            submitted=int(submitted),
            marked=works.get(practical.instrument_id, (0, 0))[1],
        )
        for practical, working, submitted in rows
    ]
