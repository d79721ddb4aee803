"""Scores on their way to gradebooks: queued in the transaction that decides them, sent again, let go of.

`services.outbox` is the other half: what the job `lti.send_scores` takes from the rows and notes in them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.core.jobs import wake
from lms_carbon.lti.models.launches import Launch, ResourceLink
from lms_carbon.lti.models.registrations import Registration
from lms_carbon.lti.models.scores import DeliveryState, LineItem, ScoreDelivery
from lms_carbon.lti.policy import may_see_line_item
from lms_carbon.lti.rules.scores import Reason
from lms_carbon.people.models.persons import Identity
from lms_carbon.people.services.audit import record_act

SEND_SCORES: Final = "lti.send_scores"
_BATCH: Final = 400
_DELIVERY: Final[Any] = ScoreDelivery.__table__


def queue_scores(*, institution_id: int, target: str, rows: Sequence[tuple[int, int, str | None]], at: datetime) -> int:
    """Queue scores of a target, `(person id, hundredths of 100, comment)`, for every gradebook that shows it.

    A person's score goes to the columns of courses that they launched from. What was still waiting for the same
    person and column is superseded. Returns how many rows are waiting now.
    """
    newest = {person_id: (score, comment) for person_id, score, comment in rows}
    locked = sa.select(LineItem.id).where(LineItem.institution_id == institution_id, LineItem.target == target)
    line_items = session.scalars(locked.order_by(LineItem.id).with_for_update()).all()
    queued = 0
    for people in _in_batches(sorted(newest)) if line_items else ():
        places = _find_places(line_items, people)
        _supersede(line_items, people)
        if places:
            session.execute(
                sa.insert(_DELIVERY),
                [_new_row(institution_id, place, *newest[place.person_id], at) for place in places],
            )
        queued += len(places)
    if queued:
        wake(SEND_SCORES)
    return queued


def _in_batches(people: Sequence[int]) -> list[Sequence[int]]:
    """Return the people in portions that fit into one statement's parameters."""
    return [people[start : start + _BATCH] for start in range(0, len(people), _BATCH)]


def _find_places(line_items: Sequence[int], people: Sequence[int]) -> Sequence[Any]:
    """Return where these people's scores belong: (line item, person, platform's user id, last sequence number)."""
    last = (
        sa.select(sa.func.coalesce(sa.func.max(ScoreDelivery.seq), 0))
        .where(ScoreDelivery.line_item_id == LineItem.id, ScoreDelivery.person_id == Identity.person_id)
        .correlate(LineItem, Identity)
        .scalar_subquery()
    )
    came_from_there = (
        sa.select(Launch.id)
        .join(ResourceLink, ResourceLink.id == LineItem.resource_link_id)
        .where(
            Launch.person_id == Identity.person_id,
            sa.or_(Launch.course_id == ResourceLink.course_id, Launch.resource_link_id == ResourceLink.id),
        )
        .correlate(LineItem, Identity)
        .exists()
    )
    provider = sa.literal("lti:").op("||", return_type=sa.String())(sa.cast(LineItem.registration_id, sa.String))
    found = session.execute(
        sa.select(
            LineItem.id.label("line_item_id"),
            Identity.person_id,
            sa.func.max(Identity.subject).label("subject"),
            last.label("last_seq"),
        )
        .join(Registration, Registration.id == LineItem.registration_id)
        .join(Identity, Identity.provider == provider)
        .where(
            LineItem.id.in_(line_items),
            Identity.person_id.in_(people),
            Registration.ended_at.is_(None),
            came_from_there,
        )
        .group_by(LineItem.id, Identity.person_id)
    )
    return found.all()


def _supersede(line_items: Sequence[int], people: Sequence[int]) -> None:
    session.execute(
        sa.update(_DELIVERY)
        .where(
            _DELIVERY.c.state == DeliveryState.WAITING,
            _DELIVERY.c.line_item_id.in_(line_items),
            _DELIVERY.c.person_id.in_(people),
        )
        .values(state=DeliveryState.SUPERSEDED)
    )


def _new_row(institution_id: int, place: Any, score: int, comment: str | None, at: datetime) -> dict[str, Any]:
    return {
        "institution_id": institution_id,
        "line_item_id": place.line_item_id,
        "person_id": place.person_id,
        "subject": place.subject,
        "seq": place.last_seq + 1,
        "score": score,
        "comment": comment,
        "state": DeliveryState.WAITING,
        "created_at": at,
        "tries": 0,
        "next_try_at": at,
    }


def resend_score(*, by: Actor, delivery_id: int, at: datetime) -> ScoreDelivery:
    """Queue a score once more, now: what was refused or overtaken as a new row, what waits by bringing it forward.

    Raises `NotFoundError` for a score that is not the newest, or not this person's to see.
    """
    delivery = _newest_visible(by, delivery_id)
    again = delivery
    if delivery.state is DeliveryState.WAITING:
        delivery.next_try_at = at
    else:
        again = ScoreDelivery(
            institution_id=delivery.institution_id,
            line_item_id=delivery.line_item_id,
            person_id=delivery.person_id,
            subject=delivery.subject,
            seq=delivery.seq + 1,
            score=delivery.score,
            comment=delivery.comment,
            state=DeliveryState.WAITING,
            created_at=at,
            next_try_at=at,
        )
        session.add(again)
    session.flush()
    record_act(
        by=by,
        institution_id=delivery.institution_id,
        action="score.resend",
        object_type="score_delivery",
        object_id=again.id,
        detail={"before": {"id": delivery.id, "reason": delivery.last_error}},
        at=at,
    )
    wake(SEND_SCORES)
    return again


def _newest_visible(by: Actor, delivery_id: int) -> ScoreDelivery:
    delivery = session.get(ScoreDelivery, delivery_id)
    if delivery is None or not delivery.subject or not may_see_line_item(by, delivery.line_item):
        raise NotFoundError
    newer = sa.select(ScoreDelivery.id).where(
        ScoreDelivery.line_item_id == delivery.line_item_id,
        ScoreDelivery.person_id == delivery.person_id,
        ScoreDelivery.seq > delivery.seq,
    )
    if session.scalar(newer.limit(1)) is not None:
        raise NotFoundError
    return delivery


def mark_erased(*, person_id: int) -> None:
    """Let go of a person's scores on their way: what waits is not sent any more, who they were there is blanked."""
    mine = _DELIVERY.c.person_id == person_id
    waiting = sa.update(_DELIVERY).where(mine, _DELIVERY.c.state == DeliveryState.WAITING)
    session.execute(waiting.values(state=DeliveryState.REFUSED, last_error=Reason.ERASED.value))
    session.execute(sa.update(_DELIVERY).where(mine).values(subject="", comment=None))
