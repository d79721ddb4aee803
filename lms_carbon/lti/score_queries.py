"""Reads of where scores are on their way to gradebooks."""

import re
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor
from lms_carbon.lti.models.launches import Course, CourseMember, ResourceLink
from lms_carbon.lti.models.scores import DeliveryState, LineItem, ScoreDelivery
from lms_carbon.lti.policy import visible_line_items
from lms_carbon.people.models.persons import Person


def is_newest() -> sa.ColumnElement[bool]:
    """Return the condition that keeps to the newest score of each person in each column."""
    later = sa.orm.aliased(ScoreDelivery)
    return ~sa.exists().where(
        later.line_item_id == ScoreDelivery.line_item_id,
        later.person_id == ScoreDelivery.person_id,
        later.seq > ScoreDelivery.seq,
    )


PAGE: Final = 100


@dataclass(frozen=True)
class SentScores:
    """Scores on their way: how many stand where, and a page of the newest per person and column."""

    counts: dict[DeliveryState, int]
    rows: list[Any]
    following: str | None
    """Where the next page begins, for `after`; None on the last one."""


def read_cursor(text: str | None) -> tuple[int, int] | None:
    """Return (whether arrived, id) after which a page begins; None for the first page and for what is no cursor."""
    found = re.fullmatch(r"([01])-([0-9]{1,18})", text or "")
    return (int(found[1]), int(found[2])) if found else None


_JOINED: Final = sa.join(ScoreDelivery, LineItem, LineItem.id == ScoreDelivery.line_item_id)


def list_scores(
    *, actor: Actor, target: str | None, state: DeliveryState | None, after: str | None = None, limit: int = PAGE
) -> SentScores:
    """Return the newest delivery of each person in each column that the actor may see; troubled ones first.

    Two queries, however many there are. A score that arrives while somebody turns pages may be met twice, none is left
    out that was in trouble all the while.
    """
    shown = [visible_line_items(actor), is_newest()]
    if target is not None:
        shown.append(LineItem.target == target)
    counted = sa.select(ScoreDelivery.state, sa.func.count()).select_from(_JOINED).where(*shown)
    counts = {found: int(n) for found, n in session.execute(counted.group_by(ScoreDelivery.state))}
    if state is not None:
        shown.append(ScoreDelivery.state == state)
    behind, arrived = read_cursor(after), sa.case((ScoreDelivery.state == DeliveryState.SENT, 1), else_=0)
    if behind is not None:
        shown.append(sa.or_(arrived > behind[0], sa.and_(arrived == behind[0], ScoreDelivery.id < behind[1])))
    page = _select_scores().where(*shown).order_by(arrived, ScoreDelivery.id.desc()).limit(limit + 1)
    rows = session.execute(page).all()
    last = rows[limit - 1] if len(rows) > limit else None
    following = None if last is None else f"{int(last.state is DeliveryState.SENT)}-{last.id}"
    return SentScores(counts, list(rows[:limit]), following)


def _select_scores() -> Any:
    return (
        sa.select(
            ScoreDelivery.id,
            ScoreDelivery.state,
            ScoreDelivery.score,
            ScoreDelivery.last_error,
            ScoreDelivery.found_score,
            ScoreDelivery.found_at,
            ScoreDelivery.tries,
            ScoreDelivery.sent_at,
            ScoreDelivery.next_try_at,
            ScoreDelivery.created_at,
            ScoreDelivery.subject,
            LineItem.target,
            Person.name,
            ResourceLink.title.label("link"),
            Course.title.label("course"),
            CourseMember.gone_at,
        )
        .select_from(_JOINED)
        .join(Person, Person.id == ScoreDelivery.person_id)
        .outerjoin(ResourceLink, ResourceLink.id == LineItem.resource_link_id)
        .outerjoin(Course, Course.id == ResourceLink.course_id)
        .outerjoin(
            CourseMember,
            sa.and_(CourseMember.course_id == Course.id, CourseMember.person_id == ScoreDelivery.person_id),
        )
    )


def list_activities(actor: Actor) -> list[Any]:
    """Return the activities with scores that the actor may see: target, title, and how many stand where."""
    counts = [
        sa.func.sum(sa.case((ScoreDelivery.state == state, 1), else_=0)).label(state.value) for state in DeliveryState
    ]
    return list(
        session.execute(
            sa.select(LineItem.target, sa.func.max(ResourceLink.title).label("title"), *counts)
            .select_from(ScoreDelivery)
            .join(LineItem, LineItem.id == ScoreDelivery.line_item_id)
            .outerjoin(ResourceLink, ResourceLink.id == LineItem.resource_link_id)
            .where(visible_line_items(actor), is_newest())
            .group_by(LineItem.target)
            .order_by(LineItem.target)
        )
    )
