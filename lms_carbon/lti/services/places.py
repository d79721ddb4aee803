"""Courses, links and line items as a platform tells of them; written at first sight and where something changed."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import insert_into, session
from lms_carbon.lti.models.launches import Course, ResourceLink
from lms_carbon.lti.models.scores import LineItem

_COURSE: Final[Any] = Course.__table__
_LINK: Final[Any] = ResourceLink.__table__
_LINE_ITEM: Final[Any] = LineItem.__table__


def keep_course(
    *,
    institution_id: int,
    deployment_id: int,
    context_id: str,
    title: str,
    at: datetime,
    roster_url: str | None = None,
) -> int:
    """Return the course's id, made or renamed where needed."""
    statement = insert_into(_COURSE).values(
        institution_id=institution_id,
        deployment_id=deployment_id,
        context_id=context_id,
        title=title,
        roster_url=roster_url,
        created_at=at,
    )
    renamed = {
        "title": sa.func.coalesce(sa.func.nullif(statement.excluded.title, ""), _COURSE.c.title),
        "roster_url": sa.func.coalesce(statement.excluded.roster_url, _COURSE.c.roster_url),
    }
    statement = statement.on_conflict_do_update(index_elements=("deployment_id", "context_id"), set_=renamed)
    return int(session.execute(statement.returning(_COURSE.c.id)).scalar_one())


def keep_link(
    *,
    institution_id: int,
    deployment_id: int,
    course_id: int | None,
    resource_link_id: str,
    title: str,
    target: str | None,
    at: datetime,
) -> tuple[int, str | None]:
    """Return the link's id and target. The platform's custom parameter sets a target only while there is none:
    teachers can edit it, so afterwards what stands here decides.
    """
    statement = insert_into(_LINK).values(
        institution_id=institution_id,
        deployment_id=deployment_id,
        course_id=course_id,
        resource_link_id=resource_link_id,
        title=title,
        target=target,
        created_at=at,
    )
    told = {
        "title": sa.func.coalesce(sa.func.nullif(statement.excluded.title, ""), _LINK.c.title),
        "course_id": sa.func.coalesce(statement.excluded.course_id, _LINK.c.course_id),
        "target": sa.func.coalesce(_LINK.c.target, statement.excluded.target),
    }
    statement = statement.on_conflict_do_update(index_elements=("deployment_id", "resource_link_id"), set_=told)
    row = session.execute(statement.returning(_LINK.c.id, _LINK.c.target)).one()
    return int(row.id), row.target


def keep_line_item(
    *, institution_id: int, registration_id: int, resource_link_id: int, url: str, target: str, at: datetime
) -> None:
    """Remember where scores of a target go."""
    statement = insert_into(_LINE_ITEM).values(
        institution_id=institution_id,
        registration_id=registration_id,
        resource_link_id=resource_link_id,
        url=url,
        target=target,
        created_at=at,
    )
    told = {"target": statement.excluded.target, "resource_link_id": statement.excluded.resource_link_id}
    session.execute(statement.on_conflict_do_update(index_elements=("registration_id", "url"), set_=told))


def wish_column(*, course_id: int, link_id: int, url: str, at: datetime) -> None:
    """Note that an activity has no column in the gradebook that the platform named, and where to look for one.

    It is looked for once a score is out: an activity that never has scores needs none.
    """
    if session.scalar(sa.select(LineItem.id).where(LineItem.resource_link_id == link_id).limit(1)) is not None:
        return
    told = sa.or_(Course.line_items_url.is_(None), Course.line_items_url != url)
    session.execute(sa.update(_COURSE).where(_COURSE.c.id == course_id, told).values(line_items_url=url))
    wished = sa.update(_LINK).where(_LINK.c.id == link_id, _LINK.c.column_due_at.is_(None))
    session.execute(wished.values(column_due_at=at))
