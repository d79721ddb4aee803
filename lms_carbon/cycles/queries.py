"""Reading cycles and the ledger; sums are made in the database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from lms_carbon.core.db import database_now, session
from lms_carbon.core.hooks import OpenWork, open_work
from lms_carbon.cycles.models import Candidacy, CandidacyState, Cycle, CycleState, EntryRule, Instrument, Mark, Track
from lms_carbon.cycles.rules import counting_attempt, instrument_score
from lms_carbon.people.models.persons import Person


def list_tracks(institution_id: int, *, states: Collection[CycleState] = tuple(CycleState)) -> Sequence[Track]:
    """Return an institution's tracks with cycle and position, the newest cycle first."""
    query = (
        sa.select(Track)
        .join(Track.cycle)
        .where(Track.institution_id == institution_id, Cycle.state.in_(states))
        .options(joinedload(Track.cycle), joinedload(Track.position))
        .order_by(Cycle.id.desc(), Track.id)
    )
    return session.scalars(query).all()


_BANDS: Final = {
    "junior": ("初级", "junior"),
    "intermediate": ("中级", "intermediate"),
    "senior": ("高级", "senior"),
}


def name_track(track: Track) -> dict[str, str]:
    """Return a track in words, in both languages: cycle, position, band. Load it with cycle and position."""
    cycle, position = track.cycle.title, track.position.title
    return {
        language: " · ".join(text for text in (cycle.get(language), position.get(language), band) if text)
        for language, band in zip(("zh", "en"), _BANDS[track.band], strict=True)
    }


def tracks_by_id(track_ids: Collection[int]) -> dict[int, Track]:
    """Return id → track with cycle and position."""
    if not track_ids:
        return {}
    query = sa.select(Track).where(Track.id.in_(track_ids)).options(joinedload(Track.cycle), joinedload(Track.position))
    return {track.id: track for track in session.scalars(query)}


def find_candidacy(track_id: int, person_id: int) -> Candidacy | None:
    """Return a person's candidacy in a track, withdrawn ones too."""
    return session.scalar(sa.select(Candidacy).where(Candidacy.track_id == track_id, Candidacy.person_id == person_id))


def entry_of(track: Track, candidacy: Candidacy | None, *, moment: datetime) -> str:
    """Return whether a person may begin something in a track (DESIGN §2): open, ask, asked, refused or no_cycle."""
    if not track.cycle.takes_work(moment):
        return "no_cycle"
    if candidacy is not None:
        return {CandidacyState.ENTERED: "open", CandidacyState.ASKED: "asked"}.get(candidacy.state, "refused")
    return {EntryRule.ENTER: "open", EntryRule.ASK: "ask", EntryRule.REFUSE: "refused"}[track.entry]


def list_candidacies(track_id: int) -> Sequence[Candidacy]:
    """Return the candidacies that count, with their persons."""
    query = (
        sa.select(Candidacy)
        .where(Candidacy.track_id == track_id, Candidacy.state == CandidacyState.ENTERED)
        .options(joinedload(Candidacy.person))
        .order_by(Candidacy.id)
    )
    return session.scalars(query).all()


def current_marks() -> sa.Select[Mark]:
    """Return a query of the marks in force: those that no later mark supersedes."""
    later = aliased(Mark)
    return sa.select(Mark).where(~sa.exists().where(later.supersedes_id == Mark.id))


def list_marks(candidacy_id: int, instrument_id: int) -> Sequence[Mark]:
    """Return a candidate's marks in force in an instrument, in the order they were booked."""
    query = current_marks().where(Mark.candidacy_id == candidacy_id, Mark.instrument_id == instrument_id)
    return session.scalars(query.order_by(Mark.id)).all()


def attempt_scores(instrument_id: int, *, candidacy_id: int | None = None) -> dict[int, dict[int, int]]:
    """Return candidacy id → attempt number → score in hundredths, of all that is booked, or of one candidate's."""
    wanted = current_marks().where(Mark.instrument_id == instrument_id)
    marks = (wanted if candidacy_id is None else wanted.where(Mark.candidacy_id == candidacy_id)).subquery()
    query = sa.select(
        marks.c.candidacy_id, marks.c.attempt, sa.func.sum(marks.c.earned), sa.func.sum(marks.c.possible)
    ).group_by(marks.c.candidacy_id, marks.c.attempt)
    scores: dict[int, dict[int, int]] = {}
    for whose, attempt, earned, possible in session.execute(query):
        scores.setdefault(whose, {})[attempt] = instrument_score(int(earned), int(possible))
    return scores


def instrument_scores(instrument: Instrument) -> dict[int, int]:
    """Return candidacy id → the score that counts under the result rule, in hundredths. The unmarked are absent."""
    return {
        candidacy_id: scores[counting_attempt(instrument.result_rule, scores)]
        for candidacy_id, scores in attempt_scores(instrument.id).items()
    }


def released_score(instrument: Instrument, candidacy_id: int) -> int | None:
    """Return a candidate's score in hundredths; None before the release, and where there is none (DESIGN §3)."""
    scores = released_attempt_scores(instrument, candidacy_id)
    return scores[counting_attempt(instrument.result_rule, scores)] if scores else None


def released_attempt_scores(instrument: Instrument, candidacy_id: int) -> dict[int, int]:
    """Return a candidate's attempt number → score in hundredths; nothing before the release."""
    if instrument.released_at is None:
        return {}
    return attempt_scores(instrument.id, candidacy_id=candidacy_id).get(candidacy_id, {})


@dataclass(frozen=True, kw_only=True)
class CycleLine:
    """A cycle in the officers' list."""

    cycle: Cycle
    tracks: int
    entered: int
    asked: int


@dataclass(frozen=True, kw_only=True)
class EntryCounts:
    """Who is in a track: entered, asking to be, and entered without confirmed years of experience."""

    entered: int = 0
    asked: int = 0
    unchecked: int = 0


def list_cycles(institution_id: int) -> list[CycleLine]:
    """Return an institution's cycles, the newest first. One query."""
    tracks = sa.select(sa.func.count()).where(Track.cycle_id == Cycle.id).scalar_subquery()
    query = (
        sa.select(Cycle, tracks, _count_in_cycle(CandidacyState.ENTERED), _count_in_cycle(CandidacyState.ASKED))
        .where(Cycle.institution_id == institution_id)
        .order_by(Cycle.id.desc())
    )
    return [
        CycleLine(cycle=cycle, tracks=count, entered=entered, asked=asked)
        for cycle, count, entered, asked in session.execute(query)
    ]


def _count_in_cycle(state: CandidacyState) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(Candidacy)
        .join(Track, Track.id == Candidacy.track_id)
        .where(Track.cycle_id == Cycle.id, Candidacy.state == state)
        .scalar_subquery()
    )


def tracks_of(cycle_id: int) -> Sequence[Track]:
    """Return a cycle's tracks with cycle and position, in the order they were added."""
    query = (
        sa.select(Track)
        .where(Track.cycle_id == cycle_id)
        .options(joinedload(Track.cycle), joinedload(Track.position))
        .order_by(Track.id)
    )
    return session.scalars(query).all()


def instruments_of(track_ids: Collection[int]) -> dict[int, list[Instrument]]:
    """Return track id → its instruments, in the order of the dimensions. One query."""
    order = sa.case({name: n for n, name in enumerate(("knowledge", "skill", "practice"))}, value=Instrument.dimension)
    query = sa.select(Instrument).where(Instrument.track_id.in_(track_ids)).order_by(order, Instrument.id)
    found: dict[int, list[Instrument]] = {track_id: [] for track_id in track_ids}
    for instrument in session.scalars(query):
        found[instrument.track_id].append(instrument)
    return found


def count_entries(cycle_id: int) -> dict[int, EntryCounts]:
    """Return track id → who is in it; tracks without anybody are absent. One query."""
    entered = Candidacy.state == CandidacyState.ENTERED
    counts = (entered, Candidacy.state == CandidacyState.ASKED, sa.and_(entered, Candidacy.years.is_(None)))
    query = (
        sa.select(Candidacy.track_id, *(sa.func.sum(sa.case((each, 1), else_=0)) for each in counts))
        .join(Track, Track.id == Candidacy.track_id)
        .where(Track.cycle_id == cycle_id)
        .group_by(Candidacy.track_id)
    )
    return {
        track_id: EntryCounts(entered=int(count), asked=int(asked), unchecked=int(unchecked))
        for track_id, count, asked, unchecked in session.execute(query)
    }


def list_open_work(cycle_id: int) -> list[OpenWork]:
    """Return what is not finished in a cycle, as each method tells it; what candidates are in first."""
    found = [work for answer in open_work.ask(cycle_id) for work in answer]
    return sorted(found, key=lambda work: not work.running)


def is_due(cycle_id: int) -> bool:
    """Tell whether a cycle's end has come, by the database's clock."""
    return (
        session.scalar(sa.select(Cycle.id).where(Cycle.id == cycle_id, Cycle.closes_at <= database_now())) is not None
    )


def list_due_cycles() -> Sequence[int]:
    """Return the open cycles whose end has come, and those that are closing."""
    due = sa.and_(Cycle.state == CycleState.OPEN, Cycle.closes_at <= database_now())
    query = sa.select(Cycle.id).where(sa.or_(due, Cycle.state == CycleState.CLOSING)).order_by(Cycle.id)
    return session.scalars(query).all()


def find_candidacies(
    cycle_id: int, *, text: str = "", track_id: int | None = None, state: str = "", after: int = 0, limit: int = 50
) -> Sequence[Candidacy]:
    """Return up to `limit` + 1 candidacies of a cycle with person, track and position; those who ask come first.

    `state` is one of `CandidacyState`, or `unchecked` for those entered without confirmed years; without one, all
    but the withdrawn. `text` is looked for in name and number. `after` is how many are passed over.
    """
    query = (
        sa.select(Candidacy)
        .join(Candidacy.track)
        .join(Candidacy.person)
        .where(Track.cycle_id == cycle_id)
        .options(contains_eager(Candidacy.person), contains_eager(Candidacy.track).joinedload(Track.position))
        .order_by(Candidacy.state != CandidacyState.ASKED, Candidacy.id)
    )
    if track_id is not None:
        query = query.where(Candidacy.track_id == track_id)
    if text:
        query = query.where(sa.or_(*(each.icontains(text, autoescape=True) for each in (Person.name, Person.number))))
    if state == "unchecked":
        query = query.where(Candidacy.state == CandidacyState.ENTERED, Candidacy.years.is_(None))
    elif state:
        query = query.where(Candidacy.state == CandidacyState(state))
    else:
        query = query.where(Candidacy.state != CandidacyState.WITHDRAWN)
    return session.scalars(query.offset(after).limit(limit + 1)).all()


def states_in_track(track_id: int, person_ids: Collection[int]) -> dict[int, CandidacyState]:
    """Return person id → the state of their candidacy in a track; persons without one are absent."""
    query = sa.select(Candidacy.person_id, Candidacy.state).where(
        Candidacy.track_id == track_id, Candidacy.person_id.in_(person_ids)
    )
    return {row.person_id: row.state for row in session.execute(query)}
