"""The administrator's pages: which tools there are, which one the course uses, and registering another."""

from urllib.parse import urlsplit

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms_carbon.sandbox.pages import course_of
from lms_carbon.sandbox.place import database, here, now, person
from lms_carbon.sandbox.registration import WEB_SCHEMES, invite
from lms_carbon.sandbox.rights import can_register
from lms_carbon.sandbox.tools import course_tool, find_tool, give_course_to, list_tools, origin

blueprint = Blueprint("tool_pages", __name__, url_prefix="/courses/<course_id>/tools")


@blueprint.get("")
def show(course_id: str) -> tuple[str, int]:
    """All registrations."""
    return _show(course_id, wrong=None)


def _show(course_id: str, *, wrong: str | None) -> tuple[str, int]:
    course = course_of(course_id)
    page = render_template(
        "sandbox/tools.html",
        tools=list_tools(database()),
        used=course_tool(database(), course),
        wrong=wrong,
    )
    if not can_register(person()):
        return page, 403
    return page, 422 if wrong is not None else 200


@blueprint.post("/register")
def register(course_id: str) -> str | tuple[str, int]:
    """Open the tool's registration address in a frame, with a token of ours."""
    course_of(course_id)
    if not can_register(person()):
        return _show(course_id, wrong=None)
    url = request.form.get("url", "").strip()
    if urlsplit(url).scheme not in WEB_SCHEMES or not urlsplit(url).netloc:
        return _show(course_id, wrong=url)
    g.frame_origins = {origin(url)}
    frame = invite(database(), url, platform_url=here().url, at=now())
    return render_template("sandbox/register.html", frame=frame)


@blueprint.post("/<client_id>")
def use(course_id: str, client_id: str) -> Response:
    """Let the course use this registration."""
    course = course_of(course_id)
    if not can_register(person()):
        abort(403)
    tool = find_tool(database(), client_id)
    if tool is None:
        abort(404)
    give_course_to(database(), course_id=course.id, client_id=tool.client_id)
    return redirect(url_for("tool_pages.show", course_id=course.id), 303)
