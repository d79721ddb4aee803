"""Copying a course's activities into another one, as schools do every term."""

import secrets
from dataclasses import replace

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from lms_carbon.sandbox.activities import add_activity, list_activities, note_origin
from lms_carbon.sandbox.config import Course
from lms_carbon.sandbox.line_items import add_column, list_columns
from lms_carbon.sandbox.pages import course_of
from lms_carbon.sandbox.place import database, here, person_in
from lms_carbon.sandbox.rights import can_place
from lms_carbon.sandbox.state import transaction
from lms_carbon.sandbox.tools import course_tool

blueprint = Blueprint("copying", __name__, url_prefix="/courses/<course_id>")


def sources_for(course: Course) -> list[Course]:
    """The other courses that use the same tool and have activities."""
    db = database()
    tool = course_tool(db, course)
    others = (each for each in here().config.courses if each.id != course.id)
    return [
        each for each in others if course_tool(db, each).client_id == tool.client_id and list_activities(db, each.id)
    ]


@blueprint.post("/copy")
def copy(course_id: str) -> Response:
    """Copy all activities of the course `from`, and their columns, which get no scores."""
    course, db = course_of(course_id), database()
    if not can_place(person_in(course)):
        abort(403)
    source = next((each for each in sources_for(course) if each.id == request.form.get("from")), None)
    if source is None:
        abort(400)
    with transaction(db):
        columns = list_columns(db, source.id)
        for activity in list_activities(db, source.id):
            link = activity.resource_link_id
            made = replace(
                activity,
                resource_link_id=f"rl-{secrets.token_hex(6)}",
                course_id=course.id,
                history=(link, *activity.history),
            )
            add_activity(db, made)
            for column in columns:
                if column.resource_link_id == link:
                    kept = {"label": column.label, "scoreMaximum": column.score_maximum}
                    kept |= {"resourceId": column.resource_id, "tag": column.tag, **column.extra}
                    body = {**kept, "resourceLinkId": made.resource_link_id}
                    add_column(db, course_id=course.id, client_id=column.client_id, body=body)
        note_origin(db, course_id=course.id, from_course_id=source.id)
    return redirect(url_for("pages.start", course_id=course.id), 303)
