"""Reading cycles and the ledger; sums are made in the database."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from lms_carbon.core.db import session
from lms_carbon.cycles.models import Candidacy, CandidacyState, Cycle, CycleState, Instrument, Mark, Track
from lms_carbon.cycles.rules import counting_attempt, instrument_score


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


def find_candidacy(track_id: int, person_id: int) -> Candidacy | None:
    """Return a person's candidacy in a track, withdrawn ones too."""
    return session.scalar(sa.select(Candidacy).where(Candidacy.track_id == track_id, Candidacy.person_id == person_id))


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


def attempt_scores(instrument_id: int) -> dict[int, dict[int, int]]:
    """Return candidacy id → attempt number → score in hundredths, of all that is booked."""
    marks = current_marks().where(Mark.instrument_id == instrument_id).subquery()
    query = sa.select(
        marks.c.candidacy_id, marks.c.attempt, sa.func.sum(marks.c.earned), sa.func.sum(marks.c.possible)
    ).group_by(marks.c.candidacy_id, marks.c.attempt)
    scores: dict[int, dict[int, int]] = {}
    for candidacy_id, attempt, earned, possible in session.execute(query):
        scores.setdefault(candidacy_id, {})[attempt] = instrument_score(int(earned), int(possible))
    return scores


def instrument_scores(instrument: Instrument) -> dict[int, int]:
    """Return candidacy id → the score that counts under the result rule, in hundredths. The unmarked are absent."""
    return {
        candidacy_id: scores[counting_attempt(instrument.result_rule, scores)]
        for candidacy_id, scores in attempt_scores(instrument.id).items()
    }
