"""Cycles: the list, making one, the board, opening, ending, links for courses."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_timezone, gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import ConflictError
from lms_carbon.core.forms import Form, local_value, read_form
from lms_carbon.core.http import say
from lms_carbon.core.identity import signed_in
from lms_carbon.core.settings import current_settings
from lms_carbon.cycles.errors import CodeTakenError, DeadlinePastError
from lms_carbon.cycles.models import Cycle, CycleState
from lms_carbon.cycles.policy import load_cycle
from lms_carbon.cycles.queries import list_cycles
from lms_carbon.cycles.schemas import CycleForm, NewCycleForm
from lms_carbon.cycles.services.closing import end_cycle
from lms_carbon.cycles.services.editing import check_deadline, update_cycle
from lms_carbon.cycles.services.planning import create_cycle, open_cycle
from lms_carbon.cycles.views.board import PHASES, list_lanes, make_board

Answer = str | Response | tuple[str, int]


def show_list() -> str:
    """Show the institution's cycles."""
    return render_template("cycles/list.html", lines=list_cycles(signed_in().institution_id))


def show_new() -> str:
    """Show the form of a new cycle."""
    return _settings_page(Form(), None)


def create() -> Answer:
    """Plan the cycle, or show the form again."""
    by = signed_in()
    form = read_form(NewCycleForm(), request.form)
    if form.ok:
        try:
            check_deadline(form.data["closes_at"])
            cycle = create_cycle(
                institution_id=by.institution_id,
                code=form.data["code"],
                title=titles(form),
                closes_at=form.data["closes_at"],
                by=by,
                at=now(),
            )
        except ConflictError as problem:
            _note(form, problem)
        else:
            flash(gettext("The cycle is planned. Add the positions that it assesses."), "ok")
            return redirect(url_for("cycles.show_plan", cycle_id=cycle.id), 303)
    return _settings_page(form, None), 422


def show_board(cycle_id: int) -> str:
    """Show how the cycle stands and what holds it up."""
    board = make_board(load_cycle(signed_in(), cycle_id))
    return render_template("cycles/board.html", board=board, cycle=board.cycle, phases=PHASES)


def show_settings(cycle_id: int) -> str:
    """Show title and end."""
    cycle = load_cycle(signed_in(), cycle_id)
    values = {
        "title_zh": cycle.title.get("zh", ""),
        "title_en": cycle.title.get("en", ""),
        "closes_at": local_value(cycle.closes_at),
    }
    return _settings_page(Form(values=values), cycle)


def save_settings(cycle_id: int) -> Answer:
    """Save them, or show the form again."""
    by = signed_in()
    cycle = load_cycle(by, cycle_id)
    form = read_form(CycleForm(), request.form)
    if form.ok:
        closes_at = form.data["closes_at"]
        if local_value(closes_at) == local_value(cycle.closes_at):
            closes_at = cycle.closes_at  # the field shows no seconds
        try:
            update_cycle(cycle=cycle, title=titles(form), closes_at=closes_at, by=by, at=now())
        except ConflictError as problem:
            _note(form, problem)
        else:
            flash(gettext("The settings are saved."), "ok")
            return redirect(url_for("cycles.show_board", cycle_id=cycle.id), 303)
    return _settings_page(form, cycle), 422


def open_(cycle_id: int) -> Response:
    """Open the cycle."""
    by = signed_in()
    cycle = load_cycle(by, cycle_id)
    try:
        open_cycle(cycle=cycle, by=by, at=now())
    except ConflictError as problem:
        flash(say(problem), "bad")
    else:
        flash(gettext("The cycle is open. Candidates can begin wherever an exam, task or portfolio is open."), "ok")
    return redirect(url_for("cycles.show_board", cycle_id=cycle_id), 303)


def close(cycle_id: int) -> Response:
    """End the cycle now."""
    by = signed_in()
    cycle = load_cycle(by, cycle_id)
    try:
        waiting = end_cycle(cycle=cycle, by=by, at=now())
    except ConflictError as problem:
        flash(say(problem), "bad")
    else:
        if waiting:
            flash(gettext("Nothing new begins any more. The cycle closes once those who are in it have ended."), "warn")
        else:
            flash(gettext("The cycle is closed."), "ok")
    return redirect(url_for("cycles.show_board", cycle_id=cycle_id), 303)


def show_links(cycle_id: int) -> str:
    """Show what a course needs to lead here: the address, and a target for each activity."""
    cycle = load_cycle(signed_in(), cycle_id)
    address = current_settings().public_url.rstrip("/") + "/lti/launch"
    return render_template("cycles/links.html", cycle=cycle, lanes=list_lanes(cycle), address=address)


def titles(form: Form) -> dict[str, str]:
    """Return the title of a `TitledForm`, in the languages it was given in."""
    given = {"zh": form.data["title_zh"], "en": form.data["title_en"]}
    return {language: text for language, text in given.items() if text}


def _settings_page(form: Form, cycle: Cycle | None) -> str:
    may_end = cycle is None or cycle.state in (CycleState.PLANNED, CycleState.OPEN)
    return render_template(
        "cycles/settings.html", form=form, cycle=cycle, may_end=may_end, zone=str(get_timezone() or "UTC")
    )


def _note(form: Form, problem: ConflictError) -> None:
    """Put what a service found beside its field."""
    fields: dict[type[Any], str] = {CodeTakenError: "code", DeadlinePastError: "closes_at"}
    form.problems[fields.get(type(problem), "_")] = [say(problem)]
