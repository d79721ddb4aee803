"""Scores on their way to gradebooks: queued in the transaction that decides them, sent again, let go of.

`services.outbox` is the other half: what the job `lti.send_scores` takes from the rows and notes in them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from lms_carbon.core.db import insert_into, session
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.identity import Actor
from lms_carbon.core.jobs import wake
from lms_carbon.lti.models.scores import DeliveryState, LineItem, OutScore, ScoreDelivery
from lms_carbon.lti.policy import may_see_line_item, visible_line_items
from lms_carbon.lti.rules.scores import Reason
from lms_carbon.lti.score_places import find_places
from lms_carbon.lti.score_queries import is_newest
from lms_carbon.people.services.audit import record_act

SEND_SCORES: Final = "lti.send_scores"
T = TypeVar("T")
_BATCH: Final = 400
_DELIVERY: Final[Any] = ScoreDelivery.__table__
_OUT: Final[Any] = OutScore.__table__


def queue_scores(*, institution_id: int, target: str, rows: Sequence[tuple[int, int, str | None]], at: datetime) -> int:
    """Queue scores of a target, `(person id, hundredths of 100, comment)`, for every gradebook that shows it.

    A person's score goes to the columns of courses that they launched from or learn in; what becomes known of
    columns and people later is queued then (`services.columns`). What was still waiting for the same
    person and column is superseded. Returns how many rows are waiting now.
    """
    newest = {person_id: (score, comment) for person_id, score, comment in rows}
    _keep_out(institution_id, target, newest, at)
    locked = sa.select(LineItem.id).where(LineItem.institution_id == institution_id, LineItem.target == target)
    line_items = session.scalars(locked.order_by(LineItem.id).with_for_update()).all()
    queued = 0
    for people in in_batches(sorted(newest)) if line_items else ():
        places = find_places(line_items, people)
        _supersede(line_items, people)
        queued += queue_at(institution_id, places, newest, at)
    if queued:
        wake(SEND_SCORES)
    return queued


def _keep_out(institution_id: int, target: str, newest: Mapping[int, tuple[int, str | None]], at: datetime) -> None:
    """Remember what is out, for columns that are not known yet."""
    for people in in_batches(sorted(newest)):
        statement = insert_into(_OUT).values(
            [
                {
                    "institution_id": institution_id,
                    "target": target,
                    "person_id": person_id,
                    "score": newest[person_id][0],
                    "comment": newest[person_id][1],
                    "updated_at": at,
                }
                for person_id in people
            ]
        )
        told = {name: statement.excluded[name] for name in ("score", "comment", "updated_at")}
        session.execute(
            statement.on_conflict_do_update(index_elements=("institution_id", "target", "person_id"), set_=told)
        )


def in_batches(rows: Sequence[T]) -> list[Sequence[T]]:
    """Return them in portions that fit into one statement's parameters."""
    return [rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH)]


def queue_at(
    institution_id: int, places: Sequence[Any], newest: Mapping[int, tuple[int, str | None]], at: datetime
) -> int:
    """Queue one score for each place that `find_places` gave; returns how many."""
    if places:
        session.execute(
            sa.insert(_DELIVERY),
            [_new_row(institution_id, place, *newest[place.person_id], at) for place in places],
        )
    return len(places)


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
        "overwrites": False,
        "next_try_at": at,
    }


def resend_score(*, by: Actor, delivery_id: int, at: datetime) -> ScoreDelivery:
    """Queue a score once more, now: what was refused or overtaken as a new row, what waits by bringing it forward.

    One that gave way to what the gradebook shows replaces it this time: somebody looked and decided.

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
            overwrites=delivery.state is DeliveryState.SUPERSEDED,
        )
        session.add(again)
    session.flush()
    record_act(
        by=by,
        institution_id=delivery.institution_id,
        action="score.resend",
        object_type="score_delivery",
        object_id=again.id,
        detail={"before": {"id": delivery.id, "reason": delivery.last_error, "found": delivery.found_score}},
        at=at,
    )
    wake(SEND_SCORES)
    return again


def resend_scores(*, by: Actor, target: str | None, at: datetime) -> int:
    """Queue all that was refused once more, and bring forward what waits; returns how many.

    `target` keeps to one activity. What gave way to a grade in the platform stays: that is decided one by one.
    """
    columns = sa.select(LineItem.id).where(visible_line_items(by), *([LineItem.target == target] if target else []))
    refused = session.scalars(
        sa.select(ScoreDelivery)
        .where(
            ScoreDelivery.line_item_id.in_(columns),
            ScoreDelivery.state == DeliveryState.REFUSED,
            ScoreDelivery.subject != "",
            is_newest(),
        )
        .order_by(ScoreDelivery.id)
    ).all()
    if refused:
        session.execute(sa.insert(_DELIVERY), [_once_more(row, at) for row in refused])
    forward = session.execute(
        sa.update(_DELIVERY)
        .where(
            _DELIVERY.c.line_item_id.in_(columns),
            _DELIVERY.c.state == DeliveryState.WAITING,
            _DELIVERY.c.next_try_at > at,
        )
        .values(next_try_at=at)
    )
    resent = len(refused) + forward.rowcount  # type: ignore[attr-defined]
    if resent:
        record_act(
            by=by,
            institution_id=by.institution_id,
            action="score.resend_all",
            object_type="institution",
            object_id=by.institution_id,
            detail={"target": target, "scores": resent},
            at=at,
        )
        wake(SEND_SCORES)
    return int(resent)


def _once_more(row: ScoreDelivery, at: datetime) -> dict[str, Any]:
    place = SimpleNamespace(
        line_item_id=row.line_item_id, person_id=row.person_id, subject=row.subject, last_seq=row.seq
    )
    return _new_row(row.institution_id, place, row.score, row.comment, at)


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
