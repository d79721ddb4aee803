"""Activities that came with a copied course: what those see who open one, and what is decided about it."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.hooks import ListedTarget, launch_target
from lms_carbon.core.identity import Role, signed_in
from lms_carbon.lti.queries import find_whereabouts
from lms_carbon.lti.schemas import CopyForm
from lms_carbon.lti.services.copies import (
    clone_for_copy,
    decide_copy,
    find_own_copy,
    list_copies,
    places_of_clones,
)
from lms_carbon.lti.services.deep_links import all_targets

MAY_DECIDE = (Role.OFFICER, Role.TEACHER)


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
        decides=by.has_any(MAY_DECIDE),
    )


def show_copies() -> str:
    """List the copies that wait, each with what it can open."""
    return _page(Form())


def _page(form: Form, copy_id: int | None = None) -> str:
    by = signed_in()
    copies = list_copies(by=by)
    targets = all_targets(by.institution_id) if copies else []
    clones = by.has(Role.OFFICER)
    return render_template(
        "lti/copies.html",
        copies=copies,
        others={copy.id: _others(copy.target, targets) for copy in copies},
        titles={each.target: each.title for each in targets},
        clones=clones,
        places=places_of_clones(copies) if clones else {},
        form=form,
        tried=copy_id,
    )


def _others(target: str, targets: list[ListedTarget]) -> list[ListedTarget]:
    """Return what else a copy can open, its own kind first."""
    kind = target.partition(":")[0]
    rest = (each for each in targets if each.target != target)
    return sorted(rest, key=lambda each: (each.target.partition(":")[0] != kind, each.target))


def decide(copy_id: int) -> Response | tuple[str, int]:
    """Say what a copy opens, and go on to where that is seen to."""
    form = read_form(CopyForm(), request.form)
    if not form.ok:
        return _page(form, copy_id), 422
    by, at, choice = signed_in(), now(), form.data["choice"]
    if choice == "clone":
        clone = clone_for_copy(by=by, copy_id=copy_id, track_id=form.data["track"], at=at)
        flash(gettext("A clone was made. Look at its dates and open it; the copied activity leads to it."), "ok")
        return redirect(clone.path, 303)
    decide_copy(by=by, copy_id=copy_id, target=form.data["target"] if choice == "other" else None, at=at)
    flash(gettext("The activity opens that from now on; its scores go to the course it stands in."), "ok")
    return redirect(url_for("lti.show_copies"), 303)
