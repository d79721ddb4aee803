"""The queue: what one has in hand, what waits, and for those who watch how far each instrument is."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import NotFoundError
from lms_carbon.core.http import say
from lms_carbon.core.identity import Actor, Role, signed_in
from lms_carbon.marking.errors import NothingToTakeError
from lms_carbon.marking.models import Assignment
from lms_carbon.marking.policy import MARKERS
from lms_carbon.marking.queries import list_queue, list_watched
from lms_carbon.marking.rules.settling import DECIDING_PART
from lms_carbon.marking.services.assignments import take_work


def show_queue() -> str:
    """Show what waits for the reader."""
    by = signed_in()
    lines = list_queue(by) if by.has_any(MARKERS) else []
    watched = list_watched(by) if by.has_any((Role.OFFICER, Role.MODERATOR)) else []
    return render_template("marking/queue.html", lines=lines, watched=watched, marks=by.has_any(MARKERS))


def take() -> Response:
    """Take the next work, and open it."""
    by = signed_in()
    instrument_id = request.form.get("instrument", type=int)
    if instrument_id is None:
        raise NotFoundError
    try:
        taken = take_work(instrument_id=instrument_id, third=request.form.get("third") == "1", by=by, at=now())
    except NothingToTakeError as problem:
        flash(say(problem), "info")
        return redirect(url_for("marking.show_queue"), 303)
    return redirect(page_of(taken), 303)


def page_of(part: Assignment) -> str:
    """Return where a work is marked, or decided."""
    endpoint = "marking.show_decision" if part.part == DECIDING_PART else "marking.show_work"
    return url_for(endpoint, work_id=part.work_id)


def go_on(by: Actor, instrument_id: int) -> Response:
    """Answer with the next work: one in hand, else one that waits in the same instrument, else the queue."""
    lines = list_queue(by, instrument_id=instrument_id)
    in_hand = [part for line in lines for part in line.in_hand]
    if in_hand:
        return redirect(page_of(in_hand[0]), 303)
    if any(line.waiting for line in lines):
        try:
            return redirect(page_of(take_work(instrument_id=instrument_id, by=by, at=now())), 303)
        except NothingToTakeError:
            pass  # somebody else was quicker
    return redirect(url_for("marking.show_queue"), 303)
