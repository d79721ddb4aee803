"""A cycle that is over: tracks, instruments, candidacies and a ledger, put there without sitting anything."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyotp
import sqlalchemy as sa

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor, Role
from lms_carbon.core.transaction import transaction
from lms_carbon.core.vault import seal, unseal
from lms_carbon.cycles.models import (
    Candidacy,
    CandidacyState,
    Cycle,
    CycleState,
    EntryRule,
    Instrument,
    InstrumentKind,
    Track,
)
from lms_carbon.cycles.rules import MarkRow, ResultRule
from lms_carbon.cycles.services.ledger import book_marks
from lms_carbon.framework.documents import shipped_framework
from lms_carbon.framework.models import Position, Requirement
from lms_carbon.framework.queries import list_requirements
from lms_carbon.people.models.access import SecondFactor
from lms_carbon.people.services.audit import record_act
from lms_carbon.results.models import Regrade, RegradeState
from lms_carbon.results.policies import example_policy
from lms_carbon.results.rules import policy_as_json
from tests.support.standard import put_standard
from tests.support.world import World, make_institution, make_person

KINDS: Mapping[str, tuple[InstrumentKind, str]] = {
    "knowledge": (InstrumentKind.EXAM, "question"),
    "skill": (InstrumentKind.PRACTICAL, "checkpoint"),
    "practice": (InstrumentKind.PORTFOLIO, "criterion"),
}


@dataclass
class ResultWorld:
    """Ids of what was made, and who acts."""

    institution_id: int
    cycle_id: int
    track_id: int
    instruments: dict[str, int]
    """Dimension → instrument."""
    requirements: dict[str, list[int]]
    """Dimension → the position's requirements."""
    officers: list[World] = field(default_factory=list)
    candidacies: list[int] = field(default_factory=list)
    persons: list[World] = field(default_factory=list)


def make_ended_cycle(
    slug: str = "demo",
    *,
    points: Sequence[Mapping[str, Sequence[int]]] = (),
    years: int | None = None,
    state: CycleState = CycleState.CLOSED,
) -> ResultWorld:
    """Make a cycle of 5.2.1 at the intermediate band under the example policy, two officers, and candidates.

    `points` has one mapping a candidate: dimension → thousandths earned of 10 000 for each item, item 1 first.
    """
    institution_id = make_institution(slug)
    officers = [make_person(institution_id, name, [Role.OFFICER]) for name in ("Wang Min", "Liu Fang")]
    with transaction():
        put_standard()
        position = session.scalars(sa.select(Position).where(Position.code == "5.2.1")).one()
        cycle = Cycle(
            institution_id=institution_id,
            code=f"{slug}-2026",
            title={"zh": "2026 秋季", "en": "Autumn 2026"},
            state=state,
            created_at=now(),
        )
        session.add(cycle)
        session.flush()
        track = make_closed_track(cycle, position, officers[0].person_id)
        instruments = {each: make_closed_instrument(track, each) for each in KINDS}
        requirements = requirements_by_dimension(list_requirements(position_id=position.id))
        record_arranged(institution_id)
        world = ResultWorld(institution_id, cycle.id, track.id, instruments, requirements, officers)
    for number, wanted in enumerate(points, start=1):
        add_candidate(world, f"Candidate {number}", wanted, years=years)
    return world


def make_closed_track(cycle: Cycle, position: Position, person_id: int, band: str = "intermediate") -> Track:
    """Add a track with the example policy to a cycle, whatever its state."""
    policy = example_policy([each for each in shipped_framework().bands if each.code == band])
    track = Track(
        institution_id=cycle.institution_id,
        cycle_id=cycle.id,
        position_id=position.id,
        band=band,
        entry=EntryRule.REFUSE,
        policy=policy_as_json(policy),
        policy_confirmed_by=person_id,
        policy_confirmed_at=now(),
        policy_rationale="As the example has it.",
    )
    session.add(track)
    session.flush()
    return track


def make_closed_instrument(track: Track, dimension: str, *, weight: int = 1, rule: ResultRule = ResultRule.LAST) -> int:
    """Add an instrument of a dimension to a track."""
    instrument = Instrument(
        institution_id=track.institution_id,
        track_id=track.id,
        kind=KINDS[dimension][0],
        dimension=dimension,
        weight=weight,
        result_rule=rule,
        title={"zh": f"{dimension} 考核", "en": f"Assessment of {dimension}"},
    )
    session.add(instrument)
    session.flush()
    return instrument.id


def requirements_by_dimension(requirements: Iterable[Requirement]) -> dict[str, list[int]]:
    """Return dimension → ids of requirements."""
    found: dict[str, list[int]] = {}
    for each in requirements:
        found.setdefault(each.dimension, []).append(each.id)
    return found


def add_candidate(
    world: ResultWorld, name: str, points: Mapping[str, Sequence[int]], *, years: int | None = None
) -> int:
    """Enter a candidate and book their marks: items of 10 points, each for one requirement; return the candidacy."""
    person = make_person(world.institution_id, name)
    with transaction():
        candidacy = Candidacy(
            institution_id=world.institution_id,
            track_id=world.track_id,
            person_id=person.person_id,
            state=CandidacyState.ENTERED,
            entered_at=now(),
            years=years,
        )
        session.add(candidacy)
        session.flush()
        record_arranged(world.institution_id)
        for dimension, earned in points.items():
            book(world, candidacy.id, dimension, earned)
    world.candidacies.append(candidacy.id)
    world.persons.append(person)
    return candidacy.id


def book(world: ResultWorld, candidacy_id: int, dimension: str, earned: Sequence[int], attempt: int = 1) -> None:
    """Book one attempt's marks, in the caller's transaction."""
    wanted = world.requirements[dimension]
    book_marks(
        institution_id=world.institution_id,
        instrument_id=world.instruments[dimension],
        candidacy_id=candidacy_id,
        source=f"{dimension}:{candidacy_id}:{attempt}",
        attempt=attempt,
        rows=[
            MarkRow(
                item_kind=KINDS[dimension][1],
                item_id=number,
                title={"zh": f"第 {number} 项", "en": f"Item {number}"},
                requirement_id=wanted[(number - 1) % len(wanted)],
                earned=points,
                possible=10_000,
            )
            for number, points in enumerate(earned, start=1)
        ],
        by=None,
        at=now(),
    )


def record_arranged(institution_id: int) -> None:
    """Leave the audit row that the walls ask for where rows are made without the services."""
    record_act(
        by=None, institution_id=institution_id, action="test.arrange", object_type="cycle", object_id=0, at=now()
    )


def rows_of(model: Any, *where: Any) -> list[Any]:
    """Return rows as they stand now, in the order of their keys."""
    with transaction(write=False):
        rows = sa.select(model).where(*where).order_by(*sa.inspect(model).primary_key)
        return list(session.scalars(rows.execution_options(populate_existing=True)))


def fresh_code(person: World) -> str:
    """Return a code that is right now for a person's second factor, made at first need, however many were used."""
    with transaction():
        factor = session.get(SecondFactor, person.person_id, populate_existing=True)
        if factor is None:
            secret = seal(pyotp.random_base32().encode(), purpose="second factor")
            factor = SecondFactor(
                person_id=person.person_id,
                institution_id=person.institution_id,
                secret=secret,
                created_at=now(),
                confirmed_at=now(),
            )
            session.add(factor)
        factor.last_step = 0
        session.flush()
        return pyotp.TOTP(unseal(factor.secret, purpose="second factor").decode()).at(now())


def regrade_in(instrument: Instrument, by: Actor) -> int:
    """Put a proposal there that concerns nobody, in the caller's transaction; return its id."""
    regrade = Regrade(
        institution_id=instrument.institution_id,
        cycle_id=instrument.track.cycle_id,
        instrument_id=instrument.id,
        reason="The key was wrong.",
        state=RegradeState.PROPOSED,
        proposed_at=now(),
        proposed_by=by.person_id,
    )
    session.add(regrade)
    session.flush()
    record_arranged(instrument.institution_id)
    return regrade.id
