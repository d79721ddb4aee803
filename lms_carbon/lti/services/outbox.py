"""The score outbox as its sender sees it: one platform at a time by one sender, its scores one after the other.

The rows are the truth and every step is a transaction of its own, so a sender that dies loses nothing: its lease runs
out, and the next one goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.hooks import handed_in
from lms_carbon.lti.models.registrations import Registration
from lms_carbon.lti.models.scores import DeliveryState, LineItem, ScoreDelivery
from lms_carbon.lti.rules.scores import GIVES_UP_AFTER, Outcome, Verdict, pause_after

LEASE: Final = timedelta(minutes=4)
"""How long a sender may be silent before another takes its platform over; a score takes 2 minutes at most."""
BATCH: Final = 50
_DELIVERY: Final[Any] = ScoreDelivery.__table__


@dataclass(frozen=True, kw_only=True)
class Due:
    """One score to send, with all that is needed for it."""

    id: int
    line_item_id: int
    person_id: int
    seq: int
    line_item: str
    subject: str
    score: int
    comment: str | None
    overwrites: bool
    ours: Sequence[int]
    """What of ours the gradebook may show, the newest first."""
    last_sent_at: datetime | None
    institution_id: int
    target: str
    handed_in_at: datetime | None = None
    """When the work was handed in, of a first score; None for later ones and where nobody knows."""
    registration_id: int
    client_id: str
    token_url: str
    audience: str


def platforms_with_due_scores(*, at: datetime) -> Sequence[int]:
    """Return the registrations that have a score due and nobody sending."""
    return session.scalars(
        sa.select(LineItem.registration_id)
        .join(ScoreDelivery, ScoreDelivery.line_item_id == LineItem.id)
        .join(Registration, Registration.id == LineItem.registration_id)
        .where(
            ScoreDelivery.state == DeliveryState.WAITING,
            ScoreDelivery.next_try_at <= at,
            Registration.ended_at.is_(None),
            is_free(at),
        )
        .distinct()
        .order_by(LineItem.registration_id)
    ).all()


def is_free(at: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that nobody asks things of the platform of `Registration` now."""
    return sa.or_(Registration.scores_claimed_until.is_(None), Registration.scores_claimed_until < at)


def claim_platform(*, registration_id: int, at: datetime) -> datetime | None:
    """Become the one who sends this platform's scores; returns the end of the lease, None where another sends."""
    until = at + LEASE
    claimed = session.execute(
        sa.update(Registration)
        .where(Registration.id == registration_id, is_free(at))
        .values(scores_claimed_until=until)
        .execution_options(synchronize_session=False)
    )
    return until if claimed.rowcount else None  # type: ignore[attr-defined]


def keep_platform(*, registration_id: int, lease: datetime, until: datetime | None) -> bool:
    """Prolong the lease, or with None give it back; False where it ran out and another has it."""
    kept = session.execute(
        sa.update(Registration)
        .where(Registration.id == registration_id, Registration.scores_claimed_until == lease)
        .values(scores_claimed_until=until)
        .execution_options(synchronize_session=False)
    )
    return bool(kept.rowcount)  # type: ignore[attr-defined]


def _last_sent() -> sa.ScalarSelect[Any]:
    """Return when a score last arrived in the column of `ScoreDelivery` for its person."""
    earlier = sa.orm.aliased(ScoreDelivery)
    return (
        sa.select(sa.func.max(earlier.sent_at))
        .where(earlier.line_item_id == ScoreDelivery.line_item_id, earlier.person_id == ScoreDelivery.person_id)
        .correlate(ScoreDelivery)
        .scalar_subquery()
    )


def next_due(*, registration_id: int, at: datetime) -> list[Due]:
    """Return scores to send next: first those not tried yet, so that a bad one cannot hold the others up."""
    found = session.execute(
        sa.select(
            ScoreDelivery.id,
            ScoreDelivery.subject,
            ScoreDelivery.score,
            ScoreDelivery.comment,
            ScoreDelivery.overwrites,
            ScoreDelivery.line_item_id,
            ScoreDelivery.person_id,
            ScoreDelivery.seq,
            LineItem.url.label("line_item"),
            LineItem.institution_id,
            LineItem.target,
            _last_sent().label("last_sent_at"),
            Registration.id.label("registration_id"),
            Registration.client_id,
            Registration.auth_token_url.label("token_url"),
            sa.func.coalesce(Registration.auth_audience, Registration.auth_token_url).label("audience"),
        )
        .join(LineItem, LineItem.id == ScoreDelivery.line_item_id)
        .join(Registration, Registration.id == LineItem.registration_id)
        .where(
            LineItem.registration_id == registration_id,
            ScoreDelivery.state == DeliveryState.WAITING,
            ScoreDelivery.next_try_at <= at,
        )
        .order_by(ScoreDelivery.tries, ScoreDelivery.id)
        .limit(BATCH)
    )
    return [Due(**row, ours=()) for row in found.mappings()]


def still_due(due: Due) -> Due | None:
    """Return a score as it is sent now, None where another took its place or the person was let go of."""
    if session.scalar(sa.select(_DELIVERY.c.state).where(_DELIVERY.c.id == due.id)) is not DeliveryState.WAITING:
        return None
    if due.last_sent_at is None:
        due = replace(due, handed_in_at=handed_in.first(due.target, due.person_id, due.institution_id))
    return replace(due, ours=_scores_before(due.line_item_id, due.person_id, due.seq)) if due.seq > 1 else due


def _scores_before(line_item_id: int, person_id: int, seq: int) -> list[int]:
    """Return the last score that arrived and those tried since, which may have arrived without our knowing."""
    rows = session.execute(
        sa.select(ScoreDelivery.score, ScoreDelivery.state)
        .where(
            ScoreDelivery.line_item_id == line_item_id,
            ScoreDelivery.person_id == person_id,
            ScoreDelivery.seq < seq,
            ScoreDelivery.tries > 0,
            ScoreDelivery.found_at.is_(None),
        )
        .order_by(ScoreDelivery.seq.desc())
        .limit(20)
    )
    scores = []
    for score, state in rows:
        scores.append(score)
        if state is DeliveryState.SENT:
            break
    return scores


def note_outcome(
    *, due: Due, verdict: Verdict, stamp: datetime, chance: float, at: datetime, goes_on: bool = False
) -> None:
    """Write down what became of a try. A platform that is away is left alone with all its scores for a while.

    `goes_on` says that it is not thought to be away: this score alone waits.
    """
    row = session.execute(
        sa.select(_DELIVERY.c.tries, _DELIVERY.c.created_at, _DELIVERY.c.state).where(_DELIVERY.c.id == due.id)
    ).one()
    told: dict[str, Any] = {"tries": row.tries + 1, "last_error": verdict.reason.value if verdict.reason else None}
    if verdict.outcome is Outcome.SENT:
        told |= {"state": DeliveryState.SENT, "sent_at": stamp}
    elif row.state is not DeliveryState.WAITING:
        pass  # a newer score took its place meanwhile
    elif verdict.outcome is Outcome.OVERTAKEN:
        told |= {"state": DeliveryState.SUPERSEDED, "found_score": verdict.found, "found_at": at}
    elif verdict.outcome is Outcome.REFUSED or at - row.created_at > GIVES_UP_AFTER:
        told |= {"state": DeliveryState.REFUSED}
    else:
        pause = pause_after(row.tries, chance=chance, asked=verdict.wait)
        told |= {"next_try_at": at + pause}
        if not goes_on:
            _hold_back(due.registration_id, until=at + pause)
    session.execute(sa.update(_DELIVERY).where(_DELIVERY.c.id == due.id).values(**told))


def _hold_back(registration_id: int, *, until: datetime) -> None:
    line_items = sa.select(LineItem.id).where(LineItem.registration_id == registration_id)
    session.execute(
        sa.update(_DELIVERY)
        .where(
            _DELIVERY.c.state == DeliveryState.WAITING,
            _DELIVERY.c.line_item_id.in_(line_items),
            _DELIVERY.c.next_try_at < until,
        )
        .values(next_try_at=until)
    )
