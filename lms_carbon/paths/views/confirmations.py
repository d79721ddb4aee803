"""What waits for a mentor or officer to confirm."""

from flask import flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.i18n import current_language, text_in
from lms_carbon.core.identity import signed_in
from lms_carbon.paths.errors import ReasonNeededError
from lms_carbon.paths.policy import load_step_to_confirm
from lms_carbon.paths.queries import list_waiting
from lms_carbon.paths.services.steps import confirm_step, send_back


def show_waiting() -> str:
    """Show what candidates say they have done."""
    by = signed_in()
    return render_template("paths/confirmations.html", steps=list_waiting(by.institution_id), me=by.person_id)


def decide(path_id: int, activity_id: int) -> Response | tuple[str, int]:
    """Confirm an activity, or send it back with what is missing."""
    by = signed_in()
    title = text_in(load_step_to_confirm(by, path_id, activity_id).activity.title, current_language())
    if request.form.get("act") == "confirm":
        confirm_step(path_id=path_id, activity_id=activity_id, by=by, at=now())
        flash(gettext("You have confirmed: %(activity)s.", activity=title), "ok")
        return redirect("/paths/confirmations", 303)
    try:
        send_back(path_id=path_id, activity_id=activity_id, reason=request.form.get("reason", ""), by=by, at=now())
    except ReasonNeededError as problem:
        page = render_template(
            "paths/confirmations.html",
            steps=list_waiting(by.institution_id),
            me=by.person_id,
            wrong=(path_id, activity_id),
            problem=gettext(problem.sentence),
        )
        return page, 422
    flash(gettext("Sent back, and the candidate is told: %(activity)s.", activity=title), "info")
    return redirect("/paths/confirmations", 303)
