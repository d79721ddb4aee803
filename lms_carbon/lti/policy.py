"""Who may see rosters, and scores on their way: officers those of their institution, teachers those of their course."""

import sqlalchemy as sa

from lms_carbon.core.db import session
from lms_carbon.core.identity import Actor, Role
from lms_carbon.lti.models.launches import Course, ResourceLink
from lms_carbon.lti.models.scores import LineItem


def taught_courses(actor: Actor) -> list[int]:
    """Return the courses in which the actor is a teacher."""
    return [held.scope_id for held in actor.held if held.role is Role.TEACHER and held.scope_id is not None]


def visible_courses(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition on `Course` that keeps to those whose members the actor may see."""
    here = Course.institution_id == actor.institution_id
    return here if actor.has(Role.OFFICER) else sa.and_(here, Course.id.in_(taught_courses(actor)))


def visible_line_items(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition on `LineItem` that keeps to what the actor may see."""
    here = LineItem.institution_id == actor.institution_id
    if actor.has(Role.OFFICER):
        return here
    links = sa.select(ResourceLink.id).where(ResourceLink.course_id.in_(taught_courses(actor)))
    return sa.and_(here, LineItem.resource_link_id.in_(links))


def may_see_line_item(actor: Actor, line_item: LineItem) -> bool:
    """Tell whether the actor may see this column's scores."""
    return (
        session.scalar(sa.select(LineItem.id).where(LineItem.id == line_item.id, visible_line_items(actor))) is not None
    )
