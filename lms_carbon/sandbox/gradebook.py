"""The gradebook: every learner and every line item."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms_carbon.sandbox.line_items import list_columns
from lms_carbon.sandbox.pages import course_of
from lms_carbon.sandbox.place import database, here, now, person_in
from lms_carbon.sandbox.rights import can_review
from lms_carbon.sandbox.scores import Score, find_score, keep_score, list_scores

blueprint = Blueprint("gradebook", __name__)


def _table(course_id: str) -> dict[str, Any]:
    course = course_of(course_id)
    return {
        "columns": list_columns(database(), course_id),
        "learners": [person for person in here().config.members(course) if person.is_learner],
        "can_review": can_review,
        "scores": {(each.line_item_id, each.sub): each for each in list_scores(database(), course_id)},
    }


@blueprint.get("/courses/<course_id>/grades")
def show(course_id: str) -> str:
    """The gradebook as a page."""
    return render_template("sandbox/grades.html", **_table(course_id))


@blueprint.get("/courses/<course_id>/grades/<int:line_item_id>/<sub>")
def review(course_id: str, line_item_id: int, sub: str) -> str:
    """One learner's work in the tool's frame."""
    course = course_of(course_id)
    column = next((each for each in list_columns(database(), course_id) if each.id == line_item_id), None)
    learner = here().config.member(course, sub)
    if column is None or learner is None or not can_review(person_in(course), sub):
        abort(404)
    return render_template("sandbox/review.html", column=column, learner=learner)


@blueprint.post("/courses/<course_id>/grades/<int:line_item_id>/<sub>")
def change(course_id: str, line_item_id: int, sub: str) -> Response:
    """Let a teacher put a grade there by hand, on the column's scale; blank takes it away."""
    course, db = course_of(course_id), database()
    column = next((each for each in list_columns(db, course_id) if each.id == line_item_id), None)
    if column is None or not person_in(course).is_teacher or here().config.member(course, sub) is None:
        abort(404)
    try:
        given = float(request.form["score"]) if request.form.get("score") else None
    except ValueError:
        abort(400)
    last = find_score(db, line_item_id, sub)
    keep_score(
        db,
        Score(
            line_item_id=line_item_id,
            sub=sub,
            timestamp=datetime.fromtimestamp(now(), UTC).isoformat(timespec="microseconds"),
            score_given=given,
            score_maximum=column.score_maximum,
            comment=last.comment if last else None,
            activity_progress="Completed",
            grading_progress="FullyGraded",
            scoring_user_id=person_in(course).sub,
            received_at=now(),
            by_teacher=True,
            submissions=last.submissions if last else 0,
            submission_url=last.submission_url if last else None,
        ),
    )
    return redirect(url_for("gradebook.show", course_id=course_id), 303)


@blueprint.get("/courses/<course_id>/grades.json")
def export(course_id: str) -> Response:
    """The gradebook for programs: one object per line item, with a score or null per learner."""
    table = _table(course_id)
    rows = []
    for column in table["columns"]:
        grades: dict[str, Any] = {}
        for learner in table["learners"]:
            score = table["scores"].get((column.id, learner.sub))
            shown = score.scaled_to(column.score_maximum) if score is not None else None
            grades[learner.sub] = None if score is None else {"score": shown, "comment": score.comment}
            if score is not None and here().config.rules.submissions:
                grades[learner.sub]["submissions"] = score.submissions
        rows.append({**column.document(), "grades": grades})
    return jsonify(rows)
