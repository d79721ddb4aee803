"""Who is in a track."""

from datetime import datetime

import sqlalchemy as sa

from lms_carbon.core.db import insert_into, session
from lms_carbon.core.i18n import text_in
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.errors import AskedError, CycleNotOpenError, NotEnteredError
from lms_carbon.cycles.models import Candidacy, CandidacyState, CycleState, EntryRule, Track
from lms_carbon.cycles.queries import find_candidacy
from lms_carbon.cycles.services.closing import hold_open
from lms_carbon.people.services.audit import record_act


def resolve_candidacy(*, track: Track, by: Actor, at: datetime) -> Candidacy:
    """Return the actor's own candidacy in a track, entering or asking where the track's rule says so (DESIGN §2).

    Raises `CycleNotOpenError`, `NotEnteredError` or `AskedError`. After `AskedError` the asking is kept: the
    caller turns it into an answer, it does not roll back.
    """
    candidacy = find_candidacy(track.id, by.person_id)
    if candidacy is not None and candidacy.state is CandidacyState.ENTERED:
        return candidacy
    if track.cycle.state is not CycleState.OPEN:
        raise CycleNotOpenError
    named = text_in(track.position.title, by.language)
    if candidacy is not None and candidacy.state is CandidacyState.ASKED:
        raise AskedError(track=named)
    if candidacy is not None or track.entry is not EntryRule.ENTER:
        raise NotEnteredError(track=named)
    return enter_candidate(track=track, person_id=by.person_id, by=by, at=at)


def begin_candidacy(*, track: Track, by: Actor, at: datetime) -> Candidacy:
    """Return the actor's own candidacy for something that begins now: only while the cycle is open.

    Whoever ends the cycle at the same moment waits for this transaction. Raises as `resolve_candidacy`, and
    `CycleNotOpenError` whether entered or not.
    """
    hold_open(track.cycle_id)
    return resolve_candidacy(track=track, by=by, at=at)


def ask_entry(*, track: Track, by: Actor, at: datetime) -> Candidacy:
    """Ask to be entered in a track whose rule is to ask; asking twice changes nothing.

    Raises `NotEnteredError`, `CycleNotOpenError`.
    """
    if track.cycle.state is not CycleState.OPEN:
        raise CycleNotOpenError
    if track.entry is not EntryRule.ASK:
        raise NotEnteredError(track=text_in(track.position.title, by.language))
    return _upsert(track, by.person_id, CandidacyState.ASKED, by, at)


def enter_candidate(*, track: Track, person_id: int, by: Actor | None, at: datetime) -> Candidacy:
    """Enter a person in a track; entering twice changes nothing."""
    return _upsert(track, person_id, CandidacyState.ENTERED, by, at)


def _upsert(track: Track, person_id: int, state: CandidacyState, by: Actor | None, at: datetime) -> Candidacy:
    # Two launches of one person may race here; the unique pair decides, and both see one candidacy.
    statement = (
        insert_into(Candidacy)
        .values(
            institution_id=track.institution_id,
            track_id=track.id,
            person_id=person_id,
            state=state,
            entered_at=at,
            entered_by=by.person_id if by else None,
        )
        .on_conflict_do_nothing(index_elements=["track_id", "person_id"])
        .returning(Candidacy.id)
    )
    made = session.scalar(statement)
    candidacy = session.scalars(
        sa.select(Candidacy).where(Candidacy.track_id == track.id, Candidacy.person_id == person_id)
    ).one()
    changed = made is not None
    if not changed and candidacy.state is not state and state is CandidacyState.ENTERED:
        candidacy.state, candidacy.entered_at = state, at
        session.flush()
        changed = True
    if changed:
        record_act(
            by=by,
            institution_id=track.institution_id,
            action="candidacy.enter" if state is CandidacyState.ENTERED else "candidacy.ask",
            object_type="candidacy",
            object_id=candidacy.id,
            detail={"track": track.id, "person": person_id},
            at=at,
        )
    return candidacy
