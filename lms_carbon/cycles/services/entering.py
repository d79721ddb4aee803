"""What officers do with the list of candidates: enter, accept, refuse, withdraw, confirm experience."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.errors import EntryClosedError
from lms_carbon.cycles.models import Candidacy, CandidacyState, CycleState, Track
from lms_carbon.cycles.services.candidacies import enter_candidate
from lms_carbon.people.models.persons import Person
from lms_carbon.people.services.audit import record_act
from lms_carbon.people.services.messages import tell

_TAKES_ENTRIES = (CycleState.PLANNED, CycleState.OPEN)


def enter_candidates(*, track: Track, person_ids: Collection[int], by: Actor, at: datetime) -> int:
    """Enter persons of the track's institution and return how many were not in it before; others are passed over.

    Each is told in their inbox. Raises `EntryClosedError`.
    """
    _check_entries(track)
    entered = sa.select(Candidacy.person_id).where(
        Candidacy.track_id == track.id, Candidacy.state == CandidacyState.ENTERED
    )
    wanted = session.scalars(
        sa.select(Person.id)
        .where(
            Person.id.in_(set(person_ids)),
            Person.institution_id == track.institution_id,
            Person.erased_at.is_(None),
            Person.id.not_in(entered),
        )
        .order_by(Person.id)
    ).all()
    for person_id in wanted:
        enter_candidate(track=track, person_id=person_id, by=by, at=at)
        _tell(track, person_id, mark("You are entered for {track} in {cycle}."), at)
    return len(wanted)


def refuse_request(*, candidacy: Candidacy, reason: str, by: Actor, at: datetime) -> None:
    """Refuse somebody who asked to be entered; they read the reason in their inbox. Raises `EntryClosedError`."""
    _check_entries(candidacy.track)
    if candidacy.state is not CandidacyState.ASKED:
        raise EntryClosedError
    _set_state(candidacy, CandidacyState.WITHDRAWN, "candidacy.refuse", by, at, reason)
    sentence = mark("Your entry for {track} in {cycle} was not accepted: {reason}")
    _tell(candidacy.track, candidacy.person_id, sentence, at, reason=reason)


def withdraw_candidate(*, candidacy: Candidacy, reason: str, by: Actor, at: datetime) -> None:
    """Take somebody off the list until the results are out; marks stay, but nothing comes of them.

    They can be entered again. Raises `EntryClosedError` once the cycle is published.
    """
    if candidacy.track.cycle.state is CycleState.PUBLISHED:
        raise EntryClosedError
    if candidacy.state is CandidacyState.WITHDRAWN:
        return
    _set_state(candidacy, CandidacyState.WITHDRAWN, "candidacy.withdraw", by, at, reason)
    sentence = mark("You are no longer entered for {track} in {cycle}: {reason}")
    _tell(candidacy.track, candidacy.person_id, sentence, at, reason=reason)


def confirm_years(*, candidacy: Candidacy, years: int | None, by: Actor, at: datetime) -> None:
    """Confirm years of experience (B.2) in hundredths, None for not checked; raises `EntryClosedError`."""
    if candidacy.track.cycle.state is CycleState.PUBLISHED:
        raise EntryClosedError
    before, candidacy.years = candidacy.years, years
    session.flush()
    _record("candidacy.years", candidacy, by, at, {"before": before, "after": years})


def _check_entries(track: Track) -> None:
    if track.cycle.state not in _TAKES_ENTRIES:
        raise EntryClosedError


def _set_state(candidacy: Candidacy, state: CandidacyState, action: str, by: Actor, at: datetime, reason: str) -> None:
    before, candidacy.state = candidacy.state, state
    session.flush()
    _record(action, candidacy, by, at, {"before": before, "after": state, "reason": reason})


def _tell(track: Track, person_id: int, sentence: str, at: datetime, **more: str) -> None:
    tell(
        person_id=person_id,
        institution_id=track.institution_id,
        sentence=sentence,
        params={"track": track.position.title, "cycle": track.cycle.title, **more},
        path="/",
        at=at,
    )


def _record(action: str, candidacy: Candidacy, by: Actor, at: datetime, detail: dict[str, Any]) -> None:
    record_act(
        by=by,
        institution_id=candidacy.institution_id,
        action=action,
        object_type="candidacy",
        object_id=candidacy.id,
        detail={"track": candidacy.track_id, "person": candidacy.person_id, **detail},
        at=at,
    )
