"""Saved views: the list's filters under a name."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core import clock
from lms_carbon.core.errors import InvalidInputError
from lms_carbon.core.http import say
from lms_carbon.core.identity import signed_in
from lms_carbon.question_bank.services.saved_views import drop_view, save_view
from lms_carbon.question_bank.views.blueprint import ID, READERS, blueprint
from lms_carbon.question_bank.views.listing import FILTERS

MAX_VALUE = 200


@blueprint.post("/views", access=READERS)
def keep_view() -> Response:
    """Keep the filters that the list shows under a name."""
    filters = {key: request.form[f"filter-{key}"][:MAX_VALUE] for key in FILTERS if request.form.get(f"filter-{key}")}
    try:
        save_view(by=signed_in(), name=request.form.get("name", ""), filters=filters, at=clock.now())
        flash(gettext("The view is kept and stands above the list."), "ok")
    except InvalidInputError as refusal:
        flash(say(refusal), "bad")
    return redirect(url_for("question_bank.list_bank", **filters), 303)  # type: ignore[arg-type]


@blueprint.post(f"/views/<{ID}:view_id>", access=READERS)
def act_on_view(view_id: int) -> Response:
    """Let go of a view."""
    if request.form.get("action") != "remove":
        raise InvalidInputError
    drop_view(by=signed_in(), view_id=view_id)
    flash(gettext("The view is removed; the questions are as before."), "ok")
    return redirect(url_for("question_bank.list_bank"), 303)
