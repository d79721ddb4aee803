"""What exams tell others: the board of a cycle, and a candidate's start page. No mark changes any of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from lms_carbon.core.db import read_clock, session
from lms_carbon.core.hooks import InstrumentFacts, ListedTarget, OpenWork, OwnWork, ReviewedWork
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor, Role
from lms_carbon.cycles.models import Candidacy, CandidacyState, Cycle, CycleState, Instrument, Track
from lms_carbon.cycles.queries import name_track, released_score
from lms_carbon.exams.models.attempts import Attempt
from lms_carbon.exams.models.exams import Exam, Form
from lms_carbon.exams.rules.states import AttemptState, Door, DoorFacts, ExamState, door
from lms_carbon.people.models.persons import Person

_ABOUT: Final = {
    Door.RUNNING: mark("You are in it now; go on where you were."),
    Door.OPEN: mark("You can begin."),
    Door.NOT_BEGUN: mark("It has not begun yet."),
    Door.NOT_OPEN: mark("It is not open yet."),
    Door.OVER: mark("It is over."),
    Door.NO_ATTEMPTS_LEFT: mark("Handed in."),
}
_BEFORE_THE_END: Final = (CycleState.PLANNED, CycleState.OPEN)


def list_open_work(cycle_id: int) -> list[OpenWork]:
    """Answer the hook `open_work`: attempts under way, by exam. One query."""
    query = (
        sa.select(Exam.id, Exam.instrument_id, Person.name, Attempt.ends_at)
        .select_from(Attempt)
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(Instrument, Instrument.id == Exam.instrument_id)
        .join(Track, Track.id == Instrument.track_id)
        .join(Person, Person.id == Attempt.person_id)
        .where(Track.cycle_id == cycle_id, Attempt.state == AttemptState.RUNNING)
        .order_by(Exam.id, Attempt.ends_at, Attempt.id)
    )
    found: dict[tuple[int, int | None], list[tuple[str, datetime]]] = {}
    for exam_id, instrument_id, name, ends_at in session.execute(query):
        found.setdefault((exam_id, instrument_id), []).append((name, ends_at))
    return [
        OpenWork(
            instrument_id=instrument_id or 0,
            title=mark("Exams under way"),
            names=tuple(name for name, _ in rows),
            path=f"/exams/{exam_id}/attempts",
            running=True,
            until=max(ends_at for _, ends_at in rows),
        )
        for (exam_id, instrument_id), rows in found.items()
    ]


def list_facts(track_id: int) -> list[InstrumentFacts]:
    """Answer the hook `instrument_facts`. One query; an exam is marked as soon as it is handed in."""
    frozen = sa.exists().where(Form.exam_id == Exam.id, Form.frozen_at.is_not(None))
    running = _candidates(AttemptState.RUNNING)
    # Who is in a second attempt is in it, and stands among those who handed in once it is over.
    submitted = _candidates(AttemptState.SUBMITTED).where(
        Candidacy.id.not_in(
            sa.select(Attempt.candidacy_id).where(
                Attempt.exam_id == Exam.id,
                Attempt.state == AttemptState.RUNNING,
                Attempt.candidacy_id.is_not(None),
            )
        )
    )
    query = (
        sa.select(Exam, frozen, running.scalar_subquery(), submitted.scalar_subquery())
        .join(Instrument, Instrument.id == Exam.instrument_id)
        .where(Instrument.track_id == track_id, Exam.deleted_at.is_(None))
        .order_by(Exam.id)
    )
    return [_facts(exam, bool(has_form), inside, done) for exam, has_form, inside, done in session.execute(query)]


def list_targets(institution_id: int) -> list[ListedTarget]:
    """Answer the hook `list_targets`: exams that can still be taken, and practice exams. One query."""
    query = (
        sa.select(Exam)
        .outerjoin(Exam.instrument)
        .outerjoin(Instrument.track)
        .outerjoin(Track.cycle)
        .where(
            Exam.institution_id == institution_id,
            Exam.deleted_at.is_(None),
            Exam.state != ExamState.CLOSED,
            sa.or_(Exam.instrument_id.is_(None), Cycle.state.in_(_BEFORE_THE_END)),
        )
        .options(
            joinedload(Exam.instrument).joinedload(Instrument.track).joinedload(Track.cycle),
            joinedload(Exam.instrument).joinedload(Instrument.track).joinedload(Track.position),
        )
        .order_by(Exam.id.desc())
    )
    return [_listed(exam) for exam in session.scalars(query)]


def _listed(exam: Exam) -> ListedTarget:
    counts = exam.instrument is not None
    return ListedTarget(
        target=f"{'exam' if counts else 'practice'}:{exam.code}",
        kind=mark("Written exam") if counts else mark("Practice exam"),
        title=exam.title,
        place=name_track(exam.instrument.track) if exam.instrument else {},
        about=mark("Candidates read the rules, then take the exam in a window of its own.")
        if counts
        else mark("Everybody can try out how answering works, as often as they like; nothing counts."),
        icon="journal-check",
        graded=counts,
        order=10,
        opens_at=exam.opens_at,
        closes_at=exam.closes_at,
        state=mark("The exam is not open yet") if exam.state is ExamState.DRAFT else "",
        window=True,
    )


def find_reviewed(target: str, person_id: int, by: Actor) -> ReviewedWork | None:
    """Answer the hook `reviewed_work`: a person's newest attempt that was handed in, of `exam:<code>`."""
    attempt = _newest_attempt(target, person_id, by.institution_id)
    if attempt is None or attempt.exam.instrument is None or attempt.candidacy_id is None:
        return None
    instrument = attempt.exam.instrument
    released = instrument.released_at is not None
    return ReviewedWork(
        title=attempt.exam.title,
        instrument_id=instrument.id,
        handed_in_at=attempt.submitted_at,
        released=released,
        score=released_score(instrument, attempt.candidacy_id),
        officer_path=f"/exams/{attempt.exam_id}/attempts",
    )


def find_hand_in(target: str, person_id: int, institution_id: int) -> datetime | None:
    """Answer the hook `handed_in`, of `exam:<code>`."""
    attempt = _newest_attempt(target, person_id, institution_id)
    return attempt.submitted_at if attempt is not None else None


def _newest_attempt(target: str, person_id: int, institution_id: int) -> Attempt | None:
    """Return a person's newest attempt that was handed in, with exam and instrument. One query, of exams alone."""
    kind, _, code = target.partition(":")
    if kind != "exam" or not code:
        return None
    return session.scalar(
        sa.select(Attempt)
        .join(Attempt.exam)
        .where(
            Exam.institution_id == institution_id,
            Exam.code == code,
            Attempt.person_id == person_id,
            Attempt.state == AttemptState.SUBMITTED,
        )
        .options(contains_eager(Attempt.exam).joinedload(Exam.instrument))
        .order_by(Attempt.number.desc())
        .limit(1)
    )


def _candidates(state: AttemptState) -> sa.Select[int]:
    return (
        sa.select(sa.func.count(sa.distinct(Candidacy.id)))
        .select_from(Attempt)
        .join(Candidacy, Candidacy.id == Attempt.candidacy_id)
        .where(Attempt.exam_id == Exam.id, Attempt.state == state, Candidacy.state == CandidacyState.ENTERED)
        .correlate(Exam)
    )


def _facts(exam: Exam, has_form: bool, running: int, submitted: int) -> InstrumentFacts:
    todo = ""
    if not has_form:
        todo = mark("The exam has no frozen form yet")
    elif exam.state is ExamState.DRAFT:
        todo = mark("The exam is not open yet")
    return InstrumentFacts(
        instrument_id=exam.instrument_id or 0,
        target=f"exam:{exam.code}",
        path=f"/exams/{exam.id}/desk",
        ready=not todo,
        todo=todo,
        opens_at=exam.opens_at,
        closes_at=exam.closes_at,
        running=running,
        submitted=submitted,
        marked=submitted,
    )


def list_own_work(by: Actor) -> list[OwnWork]:
    """Answer the hook `own_work`: the exams of one's candidacies that are no drafts. Three queries at most."""
    if not by.has(Role.CANDIDATE):
        return []
    query = (
        sa.select(Exam)
        .join(Exam.instrument)
        .join(Candidacy, Candidacy.track_id == Instrument.track_id)
        .where(
            Exam.institution_id == by.institution_id,
            Candidacy.person_id == by.person_id,
            Candidacy.state == CandidacyState.ENTERED,
            Exam.state != ExamState.DRAFT,
            Exam.deleted_at.is_(None),
        )
        .options(joinedload(Exam.instrument).joinedload(Instrument.track).joinedload(Track.cycle))
        .order_by(Exam.id)
    )
    exams = session.scalars(query).all()
    if not exams:
        return []
    attempts: dict[int, list[Attempt]] = {}
    mine = sa.select(Attempt).where(Attempt.person_id == by.person_id, Attempt.exam_id.in_([exam.id for exam in exams]))
    for attempt in session.scalars(mine):
        attempts.setdefault(attempt.exam_id, []).append(attempt)
    moment = read_clock()
    return [_own(exam, attempts.get(exam.id, []), moment) for exam in exams]


def _own(exam: Exam, attempts: Sequence[Attempt], moment: datetime) -> OwnWork:
    running = next((each for each in attempts if each.state is AttemptState.RUNNING), None)
    found = door(
        DoorFacts(
            state=exam.state,
            opens_at=exam.opens_at,
            closes_at=exam.closes_at,
            attempts=exam.attempts,
            used=len(attempts),
            running=running is not None,
            now=moment,
        )
    )
    cycle = exam.instrument.track.cycle if exam.instrument else None
    if found is Door.OPEN and (cycle is None or not cycle.takes_work(moment)):
        found = Door.NOT_OPEN if cycle is not None and cycle.state is CycleState.PLANNED else Door.OVER
    about = _ABOUT[found]
    if attempts and running is None:
        about = mark("Handed in. You can take it again.") if found is Door.OPEN else mark("Handed in.")
    until = exam.closes_at if found is Door.OPEN else None
    return OwnWork(
        title=exam.title,
        about=about,
        path=f"/exams/{exam.id}",
        icon="journal-check",
        track_id=exam.instrument.track_id if exam.instrument else None,
        until=running.ends_at if running else until,
        done=running is None and (bool(attempts) or found is Door.OVER),
        order=10,
    )
