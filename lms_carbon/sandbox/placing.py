"""Adding activities: by hand, as teachers do it in every LMS, or by choosing in the tool (`oidc.choose`)."""

import secrets
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms_carbon.sandbox.activities import Placed, add_activity
from lms_carbon.sandbox.copying import sources_for
from lms_carbon.sandbox.line_items import add_column
from lms_carbon.sandbox.pages import course_of
from lms_carbon.sandbox.place import database, person
from lms_carbon.sandbox.rights import can_place
from lms_carbon.sandbox.state import transaction
from lms_carbon.sandbox.tools import course_tool

MAXIMUM: Final = 100  # points of a column that is made by hand

blueprint = Blueprint("placing", __name__, url_prefix="/courses/<course_id>")


@dataclass(frozen=True)
class Entered:
    """The form as it was sent; `custom` holds one `name=value` a line."""

    title: str = ""
    note: str = ""
    custom: str = "target="
    graded: bool = True

    def parameters(self) -> dict[str, str]:
        """The custom parameters; a line without a name or a value has an empty one."""
        pairs = [line.partition("=") for line in self.custom.splitlines() if line.strip()]
        return {name.strip(): value.strip() for name, _, value in pairs}

    def problems(self) -> dict[str, str]:
        """Field → which sentence of `add.wrong` it gets."""
        complete = all(name and value for name, value in self.parameters().items())
        wrong = {"title": not self.title, "custom": not complete}
        return {name: name for name, is_wrong in wrong.items() if is_wrong}


@blueprint.get("/add")
def add(course_id: str) -> tuple[str, int]:
    """The form, and the tool's picker in a frame."""
    course = course_of(course_id)
    values = {"entered": Entered(), "problems": {}, "sources": sources_for(course)}
    return render_template("sandbox/add.html", **values), 200 if can_place(person()) else 403


@blueprint.post("/add")
def place(course_id: str) -> Response | tuple[str, int]:
    """Make an activity, and its column where one is wanted; then open it."""
    course = course_of(course_id)
    if not can_place(person()):
        abort(403)
    form = request.form
    entered = Entered(
        title=form.get("title", "").strip()[:200],
        note=form.get("note", "").strip()[:200],
        custom=form.get("custom", "")[:4000],
        graded="graded" in form,
    )
    if entered.problems():
        values = {"entered": entered, "problems": entered.problems(), "sources": sources_for(course)}
        return render_template("sandbox/add.html", **values), 422
    db = database()
    tool = course_tool(db, course)
    activity = Placed(
        resource_link_id=f"rl-{secrets.token_hex(6)}",
        course_id=course.id,
        client_id=tool.client_id,
        title={"zh": entered.title, "en": entered.title},
        note={"zh": entered.note, "en": entered.note},
        target_link_uri=tool.launch_url,
        custom=entered.parameters(),
        dates={},
    )
    with transaction(db):
        add_activity(db, activity)
        if entered.graded:
            body = {
                "label": entered.title,
                "scoreMaximum": MAXIMUM,
                "resourceLinkId": activity.resource_link_id,
            }
            add_column(db, course_id=course.id, client_id=tool.client_id, body=body)
    opened = url_for("pages.show_activity", course_id=course.id, resource_link_id=activity.resource_link_id)
    return redirect(opened, 303)
