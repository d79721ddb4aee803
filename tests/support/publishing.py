"""Officers who sign, withhold and regrade."""

from typing import Any

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import Candidacy, Cycle, CycleState, Instrument
from lms_carbon.results.models import Result
from lms_carbon.results.queries.items import Item
from lms_carbon.results.queries.publications import read_draft
from lms_carbon.results.rules import Outcome
from lms_carbon.results.services.aggregation import aggregate_cycle
from lms_carbon.results.services.holds import hold_result, lift_hold
from lms_carbon.results.services.publication import (
    Signing,
    Step,
    sign_publication,
)
from lms_carbon.results.services.regrades import propose_full_points, propose_points
from tests.support.results import ResultWorld, fresh_code, rows_of
from tests.support.world import act_as

GOOD = {"knowledge": (10_000, 5_000), "skill": (8_000,), "practice": (6_000, 7_000)}
"""Knowledge 75, skill 80, practice 65: 37.50 + 20.00 + 16.25 = 73.75, level 4."""
LOW = {"knowledge": (5_000, 5_000), "skill": (5_000,), "practice": (5_000, 5_000)}
PART = {"knowledge": (9_000, 9_000), "skill": (9_000,)}


def digest_now(world: ResultWorld, regrade_id: int | None = None) -> str:
    """Return what a signer would look at now."""
    with transaction():
        aggregation = aggregate_cycle(cycle_id=world.cycle_id, by=None, at=now(), regrade_id=regrade_id)
        return read_draft(aggregation, regrade_id).digest


def sign(world: ResultWorld, number: int, *, seen: str = "", code: str = "", regrade_id: int | None = None) -> Signing:
    """Let officer 0 or 1 sign what there is now."""
    officer = world.officers[number]
    seen = seen or digest_now(world, regrade_id)
    code = code or fresh_code(officer)
    by = act_as(officer)
    with transaction():
        return sign_publication(cycle_id=world.cycle_id, seen=seen, code=code, by=by, at=now(), regrade_id=regrade_id)


def publish(world: ResultWorld, regrade_id: int | None = None) -> None:
    """Sign by both."""
    assert sign(world, 0, regrade_id=regrade_id).step is Step.SIGNED
    assert sign(world, 1, regrade_id=regrade_id).step is Step.PUBLISHED


def hold(world: ResultWorld, number: int, *, lift: bool = False) -> None:
    """Withhold a candidate's result, or let it go."""
    by = act_as(world.officers[0])
    with transaction():
        candidacy = session.get_one(Candidacy, world.candidacies[number])
        if lift:
            lift_hold(candidacy=candidacy, by=by, at=now())
        else:
            hold_result(candidacy=candidacy, reason="Incident of 20 November", by=by, at=now())


def propose(world: ResultWorld, dimension: str, item: int, points: int | None = None, number: int = 0) -> int:
    """Propose full points to all, or new points for one candidate; return the regrade."""
    by = act_as(world.officers[0])
    with transaction():
        instrument = session.get_one(Instrument, world.instruments[dimension])
        kind = {"knowledge": "question", "skill": "checkpoint", "practice": "criterion"}[dimension]
        common: dict[str, Any] = {
            "instrument": instrument,
            "item": Item(kind=kind, id=item),
            "reason": "The key was wrong.",
            "by": by,
            "at": now(),
        }
        if points is None:
            return propose_full_points(**common).id
        return propose_points(**common, candidacy_id=world.candidacies[number], points=points).id


def state_of(world: ResultWorld) -> CycleState:
    return rows_of(Cycle, Cycle.id == world.cycle_id)[0].state


def results_of(world: ResultWorld) -> list[tuple[int, int, Outcome, int | None, int | None]]:
    """Return (which candidate, revision, outcome, level, total) of all results."""
    return sorted(
        (world.candidacies.index(each.candidacy_id), each.revision, each.outcome, each.level, each.total)
        for each in rows_of(Result)
    )
