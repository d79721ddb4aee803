"""Handing a work in to be marked."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from lms_carbon.core.db import insert_into, session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import Candidacy, Instrument
from lms_carbon.cycles.rules import MarkRow
from lms_carbon.marking.errors import NoPlanError
from lms_carbon.marking.models import MarkingPlan, Work, WorkState
from lms_carbon.people.services.audit import record_act

# Letters that cannot be taken for one another, or for a digit, when a code is read out.
_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ"
_TRIES: Final = 50


def hand_over(
    *,
    instrument_id: int,
    candidacy_id: int,
    attempt: int,
    source: str,
    scored: Sequence[MarkRow],
    by: Actor | None,
    at: datetime,
) -> Work:
    """Hand a work over to be marked under a random code; the same source twice is the same work.

    `source` names the work for the hook `shown_work` and in the ledger (`sheet:17`); `scored` are the rows of what
    was scored without a person: they are booked together with the rubric's, once the work is settled. Raises
    `NoPlanError` where no rubric is fixed, `NotFoundError` for a candidacy of another track.
    """
    institution_id = session.scalar(
        sa.select(MarkingPlan.institution_id).where(MarkingPlan.instrument_id == instrument_id)
    )
    if institution_id is None:
        raise NoPlanError
    _check_candidacy(instrument_id, candidacy_id)
    values = {
        "institution_id": institution_id,
        "instrument_id": instrument_id,
        "candidacy_id": candidacy_id,
        "attempt": attempt,
        "source": source,
        "scored": [{**asdict(row), "title": dict(row.title)} for row in scored],
        "state": WorkState.OPEN,
        "handed_in_at": at,
    }
    for _ in range(_TRIES):
        work = _find(instrument_id, source)
        if work is not None:
            return work
        if _insert(values) and (made := _find(instrument_id, source)) is not None:
            _record(made, by, at)
            return made
    raise RuntimeError(f"no free code for a work of institution {institution_id}")


def make_code() -> str:
    """Return a code such as `K7-4390`; it says nothing about whose work it is, nor when it came."""
    return f"{secrets.choice(_LETTERS)}{secrets.randbelow(8) + 2}-{secrets.randbelow(10_000):04d}"


def _check_candidacy(instrument_id: int, candidacy_id: int) -> None:
    same = session.scalar(
        sa.select(Candidacy.id)
        .join(Instrument, Instrument.track_id == Candidacy.track_id)
        .where(Candidacy.id == candidacy_id, Instrument.id == instrument_id)
    )
    if same is None:
        raise NotFoundError


def _insert(values: dict[str, object]) -> bool:
    # Either unique pair may stand in the way: the same work came twice, or the code is taken.
    statement = insert_into(Work).values(**values, code=make_code()).on_conflict_do_nothing().returning(Work.id)
    return session.scalar(statement) is not None


def _find(instrument_id: int, source: str) -> Work | None:
    return session.scalar(sa.select(Work).where(Work.instrument_id == instrument_id, Work.source == source))


def _record(work: Work, by: Actor | None, at: datetime) -> None:
    record_act(
        by=by,
        institution_id=work.institution_id,
        action="work.hand_over",
        object_type="work",
        object_id=work.id,
        detail={"instrument": work.instrument_id, "source": work.source},
        at=at,
    )
