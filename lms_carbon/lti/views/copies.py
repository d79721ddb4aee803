"""Activities that came with a copied course: what those see who open one, and the officers' decision."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.hooks import launch_target
from lms_carbon.core.identity import Role, signed_in
from lms_carbon.lti.queries import find_whereabouts
from lms_carbon.lti.services.copies import decide_copy, find_own_copy, list_copies
from lms_carbon.lti.services.deep_links import all_targets

MAY_DECIDE = (Role.OFFICER,)


def show_waiting() -> str | Response:
    """Say that the activity waits for a decision; once there is one, go where it leads."""
    by = signed_in()
    copy = find_own_copy(by=by)
    if copy is None:
        return redirect("/", 303)
    if copy.decided_at is not None:
        return redirect(launch_target.first(copy.resource_link.target or "", by.institution_id) or "/", 303)
    return render_template(
        "lti/copy_waits.html",
        copy=copy,
        here=find_whereabouts(by),
        works_here=by.has_any((Role.TEACHER, Role.OFFICER)),
        decides=by.has_any(MAY_DECIDE),
    )


def show_copies() -> str:
    """List the copies that wait, each with what it can open."""
    by = signed_in()
    copies = list_copies(by=by)
    targets = all_targets(by.institution_id) if copies else []
    return render_template(
        "lti/copies.html", copies=copies, targets=targets, titles={each.target: each.title for each in targets}
    )


def decide(copy_id: int) -> Response:
    """Say what a copy opens."""
    decide_copy(by=signed_in(), copy_id=copy_id, target=request.form.get("target", ""), at=now())
    flash(gettext("The activity opens that from now on; its scores go to the course it stands in."), "ok")
    return redirect(url_for("lti.show_copies"), 303)
