"""How far the marking of an instrument is, for officers and its moderators: codes and states, no names."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.http import say
from lms_carbon.core.identity import signed_in
from lms_carbon.marking.errors import MarkFinishedError
from lms_carbon.marking.policy import load_watched_instrument
from lms_carbon.marking.queries import list_works
from lms_carbon.marking.services.assignments import recall_work


def show_instrument(instrument_id: int) -> str:
    """Show the instrument's works by code, and how many marks each has."""
    instrument = load_watched_instrument(signed_in(), instrument_id)
    return render_template("marking/instrument.html", instrument=instrument, works=list_works(instrument.id))


def recall(instrument_id: int) -> Response:
    """Put a work back into the queue."""
    assignment_id = request.form.get("assignment", type=int)
    if assignment_id is None:
        raise NotFoundError
    try:
        recall_work(instrument_id=instrument_id, assignment_id=assignment_id, by=signed_in(), at=now())
    except MarkFinishedError as problem:
        flash(say(problem), "info")
    else:
        flash(gettext("The work is back in the queue."), "ok")
    return redirect(url_for("marking.show_instrument", instrument_id=instrument_id), 303)
