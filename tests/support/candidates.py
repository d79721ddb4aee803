"""A candidate of 5.2.1 in a cycle, for the pages behind the gate."""

from dataclasses import dataclass

from lms_carbon.core.clock import now
from lms_carbon.core.db import session
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.models import EntryRule, Track
from lms_carbon.cycles.services.candidacies import enter_candidate
from lms_carbon.cycles.services.planning import add_track, confirm_policy, create_cycle, open_cycle
from lms_carbon.framework.documents import shipped_framework
from lms_carbon.framework.queries import get_position_by_code
from lms_carbon.results.policies import example_policy
from lms_carbon.results.rules import policy_as_json
from tests.support.standard import put_standard
from tests.support.world import World, act_as, make_institution, make_person

CYCLE = "2026-autumn"


@dataclass(frozen=True, kw_only=True)
class Class:
    """An open cycle with one candidate, and the officer who planned it."""

    institution_id: int
    officer: World
    candidate: World
    cycle_id: int
    track_id: int
    candidacy_id: int


def make_class(slug: str = "demo", *, band: str = "intermediate") -> Class:
    """Make an institution with an open cycle for 5.2.1 and a candidate in it. Commits, as all builders do."""
    with transaction():
        put_standard()
    institution_id = make_institution(slug)
    officer = make_person(institution_id, "王敏", [Role.OFFICER])
    candidate = make_person(institution_id, "林晓")
    by = act_as(officer)
    with transaction():
        cycle = create_cycle(
            institution_id=institution_id,
            code=CYCLE,
            title={"zh": "2026 年秋季评价", "en": "Autumn 2026 cycle"},
            by=by,
            at=now(),
        )
        track = add_track(
            cycle=cycle, position=get_position_by_code("5.2.1"), band=band, entry=EntryRule.ENTER, by=by, at=now()
        )
        policy = policy_as_json(example_policy(shipped_framework().bands))
        confirm_policy(track=track, policy=policy, rationale="For tests.", by=by, at=now())
        open_cycle(cycle=cycle, by=by, at=now())
        return Class(
            institution_id=institution_id,
            officer=officer,
            candidate=candidate,
            cycle_id=cycle.id,
            track_id=track.id,
            candidacy_id=_enter(track, candidate.person_id),
        )


def enter(track_id: int, person: World) -> int:
    """Enter another person and return the candidacy."""
    with transaction():
        return _enter(session.get_one(Track, track_id), person.person_id)


def _enter(track: Track, person_id: int) -> int:
    return enter_candidate(track=track, person_id=person_id, by=None, at=now()).id
