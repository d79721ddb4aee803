"""The gradebook: every learner and every line item."""

from typing import Any

from flask import Blueprint, jsonify, render_template
from werkzeug.wrappers import Response

from lms_carbon.sandbox.line_items import list_columns
from lms_carbon.sandbox.pages import course_of
from lms_carbon.sandbox.place import database, here
from lms_carbon.sandbox.scores import list_scores

blueprint = Blueprint("gradebook", __name__)


def _table(course_id: str) -> dict[str, Any]:
    course = course_of(course_id)
    return {
        "columns": list_columns(database(), course_id),
        "learners": [person for person in here().config.members(course) if person.is_learner],
        "scores": {(each.line_item_id, each.sub): each for each in list_scores(database(), course_id)},
    }


@blueprint.get("/courses/<course_id>/grades")
def show(course_id: str) -> str:
    """The gradebook as a page."""
    return render_template("sandbox/grades.html", **_table(course_id))


@blueprint.get("/courses/<course_id>/grades.json")
def export(course_id: str) -> Response:
    """The gradebook for programs: one object per line item, with a score or null per learner."""
    table = _table(course_id)
    rows = []
    for column in table["columns"]:
        grades = {}
        for learner in table["learners"]:
            score = table["scores"].get((column.id, learner.sub))
            shown = score.scaled_to(column.score_maximum) if score is not None else None
            comment = score.comment if score is not None else None
            grades[learner.sub] = None if score is None else {"score": shown, "comment": comment}
        rows.append({**column.document(), "grades": grades})
    return jsonify(rows)
