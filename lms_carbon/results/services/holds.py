"""Withholding a result while an incident or dispute is open, and letting it go again."""

from datetime import datetime

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Candidacy
from lms_carbon.people.services.audit import record_act
from lms_carbon.results.errors import AlreadyHeldError, AlreadyPublishedError, NotHeldError
from lms_carbon.results.models import Hold
from lms_carbon.results.queries.published import hold_of, newest_result
from lms_carbon.results.services.aggregation import lock_cycle


def hold_result(*, candidacy: Candidacy, reason: str, by: Actor, at: datetime) -> Hold:
    """Withhold a result that is not published; raises `AlreadyPublishedError`, `AlreadyHeldError`.

    A first signature that was given before no longer counts: what it was for has changed.
    """
    # The cycle is held, so that a hold is either before a publication or after it, never in the midst.
    lock_cycle(candidacy.track.cycle_id)
    if newest_result(candidacy.id) is not None:
        raise AlreadyPublishedError
    if hold_of(candidacy.id) is not None:
        raise AlreadyHeldError
    hold = Hold(
        institution_id=candidacy.institution_id,
        candidacy_id=candidacy.id,
        reason=reason,
        held_at=at,
        held_by=by.person_id,
    )
    session.add(hold)
    session.flush()
    _record("result.hold", hold, by, at)
    return hold


def lift_hold(*, candidacy: Candidacy, by: Actor, at: datetime) -> None:
    """Let a withheld result go; it is issued with the next publication. Raises `NotHeldError`."""
    lock_cycle(candidacy.track.cycle_id)
    hold = hold_of(candidacy.id)
    if hold is None:
        raise NotHeldError
    hold.lifted_at, hold.lifted_by = at, by.person_id
    session.flush()
    _record("result.lift", hold, by, at)


def _record(action: str, hold: Hold, by: Actor, at: datetime) -> None:
    record_act(
        by=by,
        institution_id=hold.institution_id,
        action=action,
        object_type="candidacy",
        object_id=hold.candidacy_id,
        detail={"reason": hold.reason},
        at=at,
    )
