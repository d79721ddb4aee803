"""How a cycle stands, put together for the board: phases, what holds it up, every instrument with its counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lms_carbon.core.hooks import InstrumentFacts, OpenWork, instrument_facts
from lms_carbon.core.i18n import mark
from lms_carbon.cycles.models import Cycle, CycleState, Instrument, InstrumentKind, Track
from lms_carbon.cycles.queries import EntryCounts, count_entries, instruments_of, list_open_work, tracks_of
from lms_carbon.framework.rules import Dimension

SET_UP: Final[Mapping[InstrumentKind, str]] = {
    InstrumentKind.EXAM: "/exams/new",
    InstrumentKind.PRACTICAL: "/practicals/new",
    InstrumentKind.PORTFOLIO: "/portfolios/new",
}
"""Where the method of an instrument is set up, for `?instrument=<id>`."""
PHASES: Final = (
    mark("Plan"),
    mark("Open"),
    mark("Marking"),
    mark("Totals"),
    mark("Checking"),
    mark("Publication"),
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """An instrument of a track; `facts` None while nobody has set its method up."""

    instrument: Instrument
    facts: InstrumentFacts | None
    entered: int

    @property
    def set_up(self) -> str:
        """Return where it is set up."""
        return f"{SET_UP[self.instrument.kind]}?instrument={self.instrument.id}"

    @property
    def settled(self) -> int:
        """Return how many candidates have their marks."""
        return self.facts.marked if self.facts else 0

    @property
    def waiting(self) -> int:
        """Return how many have handed in and are not marked."""
        return max(self.facts.submitted - self.facts.marked, 0) if self.facts else 0

    @property
    def running(self) -> int:
        """Return how many are in it now."""
        return self.facts.running if self.facts else 0

    @property
    def missing(self) -> int:
        """Return how many of the candidates have nothing in it."""
        return max(self.entered - self.settled - self.waiting - self.running, 0)


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A track with its instruments."""

    track: Track
    counts: EntryCounts
    parts: Sequence[Part]

    @property
    def lacking(self) -> list[str]:
        """Return the dimensions that nothing assesses: without them nobody gets a level."""
        covered = {part.instrument.dimension for part in self.parts}
        return [each.value for each in Dimension if each.value not in covered]

    @property
    def years(self) -> int | None:
        """Return the years of experience that the policy checks; None for none."""
        years: Any = ((self.track.policy or {}).get("experience_years") or {}).get(self.track.band)
        return years if isinstance(years, int) else None


@dataclass(frozen=True, kw_only=True)
class Board:
    """A cycle whole."""

    cycle: Cycle
    lanes: Sequence[Lane]
    work: Sequence[OpenWork]

    @property
    def running(self) -> list[OpenWork]:
        """Return what candidates are in now."""
        return [work for work in self.work if work.running]

    @property
    def until(self) -> datetime | None:
        """Return when what runs ends by itself at the latest; None where something has no end of its own."""
        ends = [work.until for work in self.running]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else None

    @property
    def in_it(self) -> int:
        """Return how many pieces of work run."""
        return sum(len(work.names) for work in self.running)

    @property
    def entered(self) -> int:
        """Return how many candidacies count."""
        return sum(lane.counts.entered for lane in self.lanes)

    @property
    def asked(self) -> int:
        """Return how many wait to be entered."""
        return sum(lane.counts.asked for lane in self.lanes)

    @property
    def unchecked(self) -> int:
        """Return how many have no confirmed experience although their policy asks for it."""
        return sum(lane.counts.unchecked for lane in self.lanes if lane.years is not None)

    @property
    def phase(self) -> int:
        """Return which of `PHASES` the cycle is in."""
        state = self.cycle.state
        if state is CycleState.CLOSED:
            return 2 if self.work else 4
        return {CycleState.PLANNED: 0, CycleState.OPEN: 1, CycleState.CLOSING: 2, CycleState.PUBLISHED: 5}[state]

    @property
    def may_open(self) -> bool:
        """Tell whether nothing stands against opening it."""
        return bool(self.lanes) and all(lane.track.policy_confirmed_at for lane in self.lanes)


def make_board(cycle: Cycle) -> Board:
    """Read how a cycle stands; the methods are asked once a track."""
    lanes = list_lanes(cycle)
    work = [] if cycle.state in (CycleState.PLANNED, CycleState.PUBLISHED) else list_open_work(cycle.id)
    return Board(cycle=cycle, lanes=lanes, work=work)


def list_lanes(cycle: Cycle) -> list[Lane]:
    """Return a cycle's tracks with instruments, facts and counts."""
    tracks = tracks_of(cycle.id)
    instruments = instruments_of([track.id for track in tracks])
    counts = count_entries(cycle.id)
    return [_lane(track, instruments[track.id], counts.get(track.id, EntryCounts())) for track in tracks]


def _lane(track: Track, instruments: Sequence[Instrument], counts: EntryCounts) -> Lane:
    facts = {each.instrument_id: each for answer in instrument_facts.ask(track.id) for each in answer}
    parts = [Part(instrument=each, facts=facts.get(each.id), entered=counts.entered) for each in instruments]
    return Lane(track=track, counts=counts, parts=parts)
