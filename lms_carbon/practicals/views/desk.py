"""The officers' desk: practicals, setting one, opening, closing, the deadline; and the tasks for those who prepare."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_timezone, gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.db import read_clock
from lms_carbon.core.errors import ConflictError, InvalidInputError
from lms_carbon.core.forms import Form, read_form
from lms_carbon.core.http import say
from lms_carbon.core.identity import signed_in
from lms_carbon.framework.queries import list_requirements
from lms_carbon.practicals.models import Practical
from lms_carbon.practicals.policy import load_practical_for_officer, load_task
from lms_carbon.practicals.queries.lists import (
    find_line,
    list_free_instruments,
    list_practicals,
    list_sheets,
    list_tasks,
)
from lms_carbon.practicals.schemas import DeadlineForm, NewPracticalForm
from lms_carbon.practicals.services.practicals import (
    close_practical,
    create_practical,
    move_deadline,
    open_practical,
)

Answer = str | Response | tuple[str, int]


def show_list() -> str:
    """Show the institution's practicals."""
    return render_template("practicals/list.html", lines=list_practicals(signed_in()))


def show_new() -> str:
    """Show the form of a new practical; `?instrument=` chooses what it counts in."""
    return _new_page(Form(values={"instrument_id": request.args.get("instrument", "")}))


def create() -> Answer:
    """Set the task, or show the form again."""
    form = read_form(NewPracticalForm(), request.form)
    if form.ok:
        try:
            practical = create_practical(**form.data, by=signed_in(), at=now())
        except InvalidInputError as problem:
            _note(form, problem)
        except ConflictError as problem:
            form.problems["_"] = [say(problem)]
        else:
            flash(gettext("The practical is set. Open it when candidates may begin."), "ok")
            return redirect(url_for("practicals.show_desk", practical_id=practical.id), 303)
    return _new_page(form), 422


def show_desk(practical_id: int) -> str:
    """Show one practical: state, people, deadline, and the next step."""
    return _desk_page(load_practical_for_officer(signed_in(), practical_id), Form())


def open_(practical_id: int) -> Response:
    """Let candidates in."""
    return _step(practical_id, open_practical, gettext("The practical is open."))


def close(practical_id: int) -> Response:
    """Let nobody begin any more."""
    return _step(
        practical_id, close_practical, gettext("The practical is closed. Those who work on it go on to the deadline.")
    )


def change_deadline(practical_id: int) -> Answer:
    """Move the deadline."""
    by = signed_in()
    form = read_form(DeadlineForm(), request.form)
    if form.ok:
        try:
            move_deadline(practical_id=practical_id, closes_at=form.data["closes_at"], by=by, at=now())
        except InvalidInputError as problem:
            _note(form, problem)
        except ConflictError as problem:
            form.problems["_"] = [say(problem)]
        else:
            flash(gettext("The deadline is moved."), "ok")
            return redirect(url_for("practicals.show_desk", practical_id=practical_id), 303)
    return _desk_page(load_practical_for_officer(by, practical_id), form), 422


def show_tasks() -> str:
    """Show the institution's tasks."""
    return render_template("practicals/tasks.html", tasks=list_tasks(signed_in()))


def show_task(task_id: int) -> str:
    """Show a task whole, with formulas and what its checkpoints show."""
    task = load_task(signed_in(), task_id)
    statements = {tag.statement_id for checkpoint in task.checkpoints for tag in checkpoint.tags}
    codes: dict[int, list[str]] = {}
    for requirement in list_requirements(statement_ids=statements):
        codes.setdefault(requirement.statement_id, []).append(requirement.code)
    return render_template("practicals/task.html", task=task, codes=codes)


def _new_page(form: Form) -> str:
    by = signed_in()
    return render_template(
        "practicals/new.html",
        form=form,
        instruments=list_free_instruments(by),
        tasks=list_tasks(by),
        zone=str(get_timezone()),
    )


def _desk_page(practical: Practical, form: Form) -> str:
    zone = ZoneInfo(str(get_timezone() or "UTC"))
    return render_template(
        "practicals/desk.html",
        practical=practical,
        form=form,
        line=find_line(practical),
        sheets=list_sheets(practical.id),
        over=read_clock() >= practical.closes_at,
        deadline=f"{practical.closes_at.astimezone(zone):%Y-%m-%dT%H:%M}",
        zone=str(zone),
    )


def _step(practical_id: int, step: Callable[..., Any], done: str) -> Response:
    try:
        step(practical_id=practical_id, by=signed_in(), at=now())
    except ConflictError as problem:
        flash(say(problem), "bad")
    else:
        flash(done, "ok")
    return redirect(url_for("practicals.show_desk", practical_id=practical_id), 303)


def _note(form: Form, problem: InvalidInputError) -> None:
    """Put what a service found beside the fields."""
    if not problem.problems:
        form.problems["_"] = [say(problem)]
    for name, told in problem.problems.items():
        form.problems[name] = [gettext(str(each)) for each in (told if isinstance(told, list) else [told])]
