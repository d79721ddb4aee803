"""Scores that were out before a gradebook's column, or the person in its course, was known here."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.jobs import wake
from lms_carbon.lti.line_items import Wanted
from lms_carbon.lti.models.launches import Course, Launch, ResourceLink
from lms_carbon.lti.models.placing import LinkCopy
from lms_carbon.lti.models.registrations import Deployment, Registration
from lms_carbon.lti.models.scores import LineItem, OutScore, ScoreDelivery
from lms_carbon.lti.score_places import find_places
from lms_carbon.lti.services.outbox import is_free
from lms_carbon.lti.services.places import keep_line_item
from lms_carbon.lti.services.scores import SEND_SCORES, in_batches, queue_at

SETTLED: Final = timedelta(minutes=2)
"""What is this old has been committed; the newer is looked at once more."""


def platforms_to_seek(*, at: datetime) -> Sequence[int]:
    """Return the registrations where an activity with scores has no column, and nobody is asking."""
    found: Sequence[int] = session.scalars(_seek(sa.select(Registration.id), at).where(is_free(at)).distinct()).all()
    return found


def columns_to_seek(*, registration_id: int, at: datetime) -> list[Wanted]:
    """Return the activities of a platform whose columns are looked for now."""
    columns = sa.select(
        ResourceLink.id.label("link_id"),
        ResourceLink.institution_id,
        Registration.id.label("registration_id"),
        Registration.client_id,
        Registration.auth_token_url.label("token_url"),
        sa.func.coalesce(Registration.auth_audience, Registration.auth_token_url).label("audience"),
        Course.line_items_url.label("url"),
        ResourceLink.resource_link_id,
        ResourceLink.target,
        sa.func.coalesce(sa.func.nullif(ResourceLink.title, ""), ResourceLink.target).label("label"),
        sa.select(LinkCopy.target)
        .where(LinkCopy.resource_link_id == ResourceLink.id)
        .scalar_subquery()
        .label("copied_target"),
    )
    rows = session.execute(_seek(columns, at).where(Registration.id == registration_id).limit(20))
    return [Wanted(**row) for row in rows.mappings()]


def _seek(columns: Any, at: datetime) -> Any:
    return (
        columns.select_from(ResourceLink)
        .join(Course, Course.id == ResourceLink.course_id)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .join(Registration, Registration.id == Deployment.registration_id)
        .where(
            ResourceLink.column_due_at <= at,
            Course.line_items_url.is_not(None),
            Registration.ended_at.is_(None),
            sa.exists().where(
                OutScore.institution_id == ResourceLink.institution_id, OutScore.target == ResourceLink.target
            ),
        )
    )


def note_column(*, wanted: Wanted, url: str | None, again_at: datetime | None, at: datetime) -> None:
    """Keep the column that was found; without one, look again then."""
    if url is not None:
        keep_line_item(
            institution_id=wanted.institution_id,
            registration_id=wanted.registration_id,
            resource_link_id=wanted.link_id,
            url=url,
            target=wanted.target,
            at=at,
        )
    session.execute(sa.update(ResourceLink).where(ResourceLink.id == wanted.link_id).values(column_due_at=again_at))


def unfilled_columns() -> Sequence[int]:
    """Return the columns that became known, the oldest first."""
    return session.scalars(sa.select(LineItem.id).where(LineItem.filled_at.is_(None)).order_by(LineItem.id)).all()


def fill_column(*, line_item_id: int, at: datetime) -> int:
    """Queue what is out for a column that became known; returns how many scores."""
    column = session.get(LineItem, line_item_id, with_for_update=True)
    if column is None or column.filled_at is not None:
        return 0
    people = session.scalars(
        sa.select(OutScore.person_id).where(
            OutScore.institution_id == column.institution_id, OutScore.target == column.target
        )
    ).all()
    queued = _queue_missing(column, people, at)
    if column.created_at < at - SETTLED:  # until then a release that did not see the column may be under way
        column.filled_at = at
    session.flush()
    return queued


def _queue_missing(column: LineItem, people: Sequence[int], at: datetime) -> int:
    """Queue what is out of these people, where the column never got a score for them."""
    queued = 0
    for batch in in_batches(sorted(people)):
        newest = {
            row.person_id: (row.score, row.comment)
            for row in session.execute(
                sa.select(OutScore.person_id, OutScore.score, OutScore.comment).where(
                    OutScore.institution_id == column.institution_id,
                    OutScore.target == column.target,
                    OutScore.person_id.in_(batch),
                )
            )
        }
        places = [place for place in find_places([column.id], batch) if place.last_seq == 0]
        queued += queue_at(column.institution_id, places, newest, at)
    if queued:
        wake(SEND_SCORES)
    return queued


def queue_for_newcomers(*, at: datetime) -> int:
    """Queue what is out of people who came from a course for the first time since; returns how many scores."""
    seen = session.scalar(sa.select(sa.func.min(Registration.launches_seen)).where(Registration.ended_at.is_(None)))
    if seen is None:
        return 0
    newest = session.scalar(sa.select(sa.func.max(Launch.id)).where(Launch.id > seen, Launch.created_at < at - SETTLED))
    came: dict[int, set[int]] = defaultdict(set)
    for line_item_id, person_id in session.execute(_without_score(seen)):
        came[line_item_id].add(person_id)
    queued = 0
    for line_item_id in sorted(came):
        column = session.get(LineItem, line_item_id, with_for_update=True)
        if column is not None:
            queued += _queue_missing(column, sorted(came[line_item_id]), at)
    if newest is not None:
        session.execute(sa.update(Registration).where(Registration.launches_seen < newest).values(launches_seen=newest))
    return queued


def _without_score(seen: int) -> sa.Select[int, int]:
    """Return (column, person) of launches after `seen` where a score is out and the column never got one."""
    return (
        sa.select(LineItem.id, Launch.person_id)
        .select_from(Launch)
        .join(
            ResourceLink,
            sa.or_(ResourceLink.id == Launch.resource_link_id, ResourceLink.course_id == Launch.course_id),
        )
        .join(LineItem, LineItem.resource_link_id == ResourceLink.id)
        .join(
            OutScore,
            sa.and_(
                OutScore.institution_id == LineItem.institution_id,
                OutScore.target == LineItem.target,
                OutScore.person_id == Launch.person_id,
            ),
        )
        .where(
            Launch.id > seen,
            ~sa.exists().where(ScoreDelivery.line_item_id == LineItem.id, ScoreDelivery.person_id == Launch.person_id),
        )
        .distinct()
    )
