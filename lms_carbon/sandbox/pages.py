"""The pages of a course: start, activities in frames, the way back from the tool, the switches, the log."""

from urllib.parse import urlsplit

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms_carbon.sandbox.activities import find_activity
from lms_carbon.sandbox.config import Course
from lms_carbon.sandbox.journal import list_entries
from lms_carbon.sandbox.place import (
    LANGUAGE_COOKIE,
    LANGUAGES,
    PERSON_COOKIE,
    database,
    here,
)

blueprint = Blueprint("pages", __name__)


def course_of(course_id: str) -> Course:
    """The course of this path, else a 404 page."""
    course = here().config.course(course_id)
    if course is None:
        abort(404)
    return course


@blueprint.get("/")
def index() -> Response:
    """The first course."""
    return redirect(url_for("pages.start", course_id=here().config.courses[0].id))


@blueprint.get("/courses/<course_id>")
def start(course_id: str) -> str:
    """What a newcomer may try, and who is who."""
    course_of(course_id)
    return render_template("sandbox/start.html")


@blueprint.get("/courses/<course_id>/activities/<resource_link_id>")
def show_activity(course_id: str, resource_link_id: str) -> str:
    """One activity, the tool in a frame."""
    activity = find_activity(database(), resource_link_id)
    if activity is None or activity.course_id != course_id:
        abort(404)
    return render_template("sandbox/activity.html", activity=activity)


@blueprint.get("/courses/<course_id>/code")
def show_code(course_id: str) -> str:
    """The code that this person's authenticator shows now."""
    course_of(course_id)
    return render_template("sandbox/code.html")


@blueprint.get("/courses/<course_id>/return")
def come_back(course_id: str) -> str:
    """Where a tool's return_url leads; shows the tool's message (LTI core §5.4.2)."""
    course_of(course_id)
    messages = [request.args[name] for name in ("lti_msg", "lti_errormsg") if name in request.args]
    return render_template("sandbox/return.html", messages=messages)


@blueprint.post("/person")
def switch_person() -> Response:
    """Be someone else from now on."""
    chosen = here().config.person(request.form.get("sub"))
    if chosen is None:
        abort(400)
    answer = redirect(_back(), 303)
    answer.set_cookie(PERSON_COOKIE, chosen.sub, httponly=True, samesite="Lax", path="/")
    return answer


@blueprint.post("/language")
def switch_language() -> Response:
    """Read in the other language from now on."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(400)
    answer = redirect(_back(), 303)
    answer.set_cookie(LANGUAGE_COOKIE, chosen, httponly=True, samesite="Lax", path="/")
    return answer


def _back() -> str:
    """The path to go back to; never another site."""
    path = request.form.get("back", "/")
    parts = urlsplit(path)
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc
    return path if safe else "/"


@blueprint.get("/log")
def show_log() -> str:
    """The whole log as a page."""
    return render_template("sandbox/log.html", entries=list_entries(database(), limit=500))


@blueprint.get("/log/new")
def show_new_entries() -> str:
    """What came after entry `?after=`, as list items, for the script beside a page."""
    after = request.args.get("after", 0, type=int)
    entries = [entry for entry in list_entries(database(), limit=60) if entry.id > after]
    return render_template("sandbox/entries.html", entries=entries)


@blueprint.get("/log.json")
def export_log() -> Response:
    """The log for programs, newest first."""
    return jsonify([vars(entry) for entry in list_entries(database(), limit=500)])
