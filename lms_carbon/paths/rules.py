"""From a published snapshot to a path: what is short, what helps, what comes next. Pure; scores are hundredths."""

import enum
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lms_carbon.results import reading

NOT_ASSESSED: Final = 100_01
"""Sorts behind every score: what was not assessed is unknown, not zero (DESIGN §3)."""


class StepState(enum.StrEnum):
    """How far somebody is with an activity."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    WAITING = "waiting"
    """Done by the candidate's word; waits for confirmation."""
    DONE = "done"


class Act(enum.StrEnum):
    """What a candidate does with an activity."""

    BEGIN = "begin"
    FINISH = "finish"
    REOPEN = "reopen"
    LEAVE = "leave"


_MOVES: Final[Mapping[tuple[StepState, Act], StepState]] = {
    (StepState.PLANNED, Act.BEGIN): StepState.UNDER_WAY,
    (StepState.PLANNED, Act.FINISH): StepState.DONE,
    (StepState.UNDER_WAY, Act.FINISH): StepState.DONE,
    (StepState.UNDER_WAY, Act.LEAVE): StepState.PLANNED,
    (StepState.WAITING, Act.REOPEN): StepState.UNDER_WAY,
    (StepState.DONE, Act.REOPEN): StepState.UNDER_WAY,
}


def next_state(state: StepState, act: Act, *, needs_confirmation: bool) -> StepState | None:
    """Return the state that an act leads to; None where it is not possible.

    Where somebody must confirm, finishing leads to waiting, and what was confirmed stays done.
    """
    if state is StepState.DONE and needs_confirmation:
        return None
    after = _MOVES.get((state, act))
    return StepState.WAITING if after is StepState.DONE and needs_confirmation else after


@dataclass(frozen=True, kw_only=True)
class Need:
    """One requirement of the position as the result shows it; `score` None where nothing assessed it."""

    requirement_id: int
    code: str
    dimension: str
    text: Mapping[str, str]
    score: int | None
    goal: int | None
    """The score to aim at; None before there is a result."""

    @property
    def short(self) -> bool:
        """True where the goal is not reached, or nothing is known."""
        return self.score is None or self.goal is None or self.score < self.goal

    @property
    def order(self) -> int:
        """Sort by this: the lowest score first, the unknown last."""
        return NOT_ASSESSED if self.score is None else self.score


def list_needs(snapshot: Mapping[str, Any]) -> list[Need]:
    """Return all requirements of a snapshot with their goals, in the standard's order."""
    return [
        Need(
            requirement_id=each["id"],
            code=each["code"],
            dimension=each["dimension"],
            text=each["text"],
            score=reading.hundredths(each["score"]),
            goal=reading.goal_of(snapshot, each["dimension"]),
        )
        for each in snapshot["requirements"]
    ]


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An activity, as far as planning goes."""

    activity_id: int
    stage: str
    mode: str
    hours: int
    requirement_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Card:
    """An activity in somebody's path, with the requirements that it helps with, the lowest first."""

    offer: Offer
    needs: tuple[Need, ...]
    state: StepState

    @property
    def lowest(self) -> Need:
        """Return the requirement that is the reason for it."""
        return self.needs[0]

    @property
    def wanted(self) -> bool:
        """True where it belongs to the path: something is short, or it was begun."""
        return self.state is not StepState.PLANNED or any(need.short for need in self.needs)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A whole path."""

    cards: tuple[Card, ...]
    spare: int
    """How many activities help only with what is reached already."""
    now: Card | None
    """The next step; None where nothing is left to do."""
    then: tuple[Card, ...]
    """At most two after it."""

    @property
    def done(self) -> tuple[int, int]:
        """Return how many activities are done, and their hours."""
        finished = [card.offer.hours for card in self.cards if card.state is StepState.DONE]
        return len(finished), sum(finished)

    @property
    def hours(self) -> int:
        """Return the hours of all activities together."""
        return sum(card.offer.hours for card in self.cards)

    def lane(self, stage: str, mode: str) -> list[Card]:
        """Return the cards of one mode, the most needed first."""
        return [card for card in self.cards if (card.offer.stage, card.offer.mode) == (stage, mode)]

    def count(self, stage: str) -> tuple[int, int]:
        """Return how many activities of a stage are done, of how many."""
        states = [card.state for card in self.cards if card.offer.stage == stage]
        return states.count(StepState.DONE), len(states)


def stage_of(band: str) -> str:
    """Return the stage that people at this band are in: B.2 asks for years of work from the intermediate band on."""
    return "pre_job" if band == "junior" else "on_job"


def plan_path(offers: Iterable[Offer], needs: Sequence[Need], states: Mapping[int, StepState], *, stage: str) -> Plan:
    """Put a path together: what helps with anything short, and all that was begun; nearest the need first."""
    cards = [card for offer in offers if (card := _card(offer, needs, states)) is not None]
    wanted = sorted((card for card in cards if card.wanted), key=lambda card: _rank(card, stage))
    open_ones = [card for card in wanted if card.state in (StepState.UNDER_WAY, StepState.PLANNED)]
    queue = sorted(open_ones, key=lambda card: card.state is StepState.PLANNED)
    return Plan(
        cards=tuple(wanted),
        spare=len(cards) - len(wanted),
        now=queue[0] if queue else None,
        then=tuple(queue[1:3]),
    )


def _card(offer: Offer, needs: Sequence[Need], states: Mapping[int, StepState]) -> Card | None:
    mine: Collection[int] = set(offer.requirement_ids)
    helped = sorted((need for need in needs if need.requirement_id in mine), key=lambda need: need.order)
    if not helped:
        return None
    return Card(offer=offer, needs=tuple(helped), state=states.get(offer.activity_id, StepState.PLANNED))


def _rank(card: Card, stage: str) -> tuple[int, bool, int, int]:
    return card.lowest.order, card.offer.stage != stage, card.offer.hours, card.offer.activity_id
