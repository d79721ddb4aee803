"""Entering candidates from the roster of a course; the platform is asked outside any transaction of ours."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import DomainError, NotFoundError
from lms_carbon.core.http import say
from lms_carbon.core.identity import signed_in
from lms_carbon.core.transaction import transaction
from lms_carbon.cycles.policy import load_track
from lms_carbon.cycles.queries import states_in_track
from lms_carbon.lti.services.rosters import read_roster


def _is_id(raw: str) -> bool:
    return raw.isascii() and raw.isdecimal() and len(raw) <= 15


def show_roster(track_id: int) -> str | Response:
    """Ask the platform who is in a course and show them to choose from; learners are ticked."""
    by = signed_in()
    with transaction(write=False):
        load_track(by, track_id)
    course, _, link = request.form.get("course", "").partition(".")
    if not _is_id(course) or not (link == "" or _is_id(link)):
        flash(gettext("Choose a course."), "warn")
        return redirect(url_for("cycles.show_add", track_id=track_id), 303)
    try:
        members = read_roster(course_id=int(course), link_id=int(link) if link else None, by=by, at=now())
    except NotFoundError:
        raise
    except DomainError as problem:
        flash(say(problem), "bad")
        return redirect(url_for("cycles.show_add", track_id=track_id), 303)
    if not members:
        flash(gettext("The roster of this course is empty."), "warn")
        return redirect(url_for("cycles.show_add", track_id=track_id), 303)
    with transaction(write=False):
        track = load_track(by, track_id)
        states = states_in_track(track.id, [member.person_id for member in members])
        return render_template("cycles/roster.html", track=track, cycle=track.cycle, members=members, states=states)
