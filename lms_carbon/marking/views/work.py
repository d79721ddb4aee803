"""Marking one work: the document beside the rubric, saved as one goes, finished once."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import ConflictError, DomainError
from lms_carbon.core.http import say
from lms_carbon.core.identity import signed_in
from lms_carbon.marking.errors import CriteriaOpenError, MarkFinishedError
from lms_carbon.marking.policy import load_assignment
from lms_carbon.marking.queries import list_queue
from lms_carbon.marking.rules.settling import DECIDING_PART
from lms_carbon.marking.services.assignments import ALL_PARTS, give_back
from lms_carbon.marking.services.marks import finish_marks, save_marks
from lms_carbon.marking.views.queue import go_on
from lms_carbon.marking.views.sheet import (
    answer_saved,
    last_saved,
    make_rows,
    open_words,
    read_given,
    show_document,
    total_of,
    wants_saved,
)


def show_work(work_id: int) -> str | Response:
    """Show a work that one has; a finished one with the marks one gave, to read."""
    part = load_assignment(signed_in(), work_id, parts=ALL_PARTS)
    if part.part == DECIDING_PART:
        return redirect(url_for("marking.show_decision", work_id=work_id))
    return _page(work_id)


def save_work(work_id: int) -> Any:
    """Keep what is given so far; the page's script gets told what is saved, everybody else the page again."""
    try:
        problems = _save(work_id)
    except MarkFinishedError as problem:
        return _finished(work_id, problem)
    if wants_saved():
        part = load_assignment(signed_in(), work_id)
        return answer_saved(make_rows(part, part.work.plan.rubric.criteria, problems), now())
    if problems:
        return _page(work_id, problems), 422
    flash(gettext("Saved. Nobody but you sees these marks before you finish."), "ok")
    return redirect(url_for("marking.show_work", work_id=work_id), 303)


def finish(work_id: int) -> Any:
    """Save, finish, and go on to the next work; what is open or not right is said instead."""
    by = signed_in()
    try:
        problems = _save(work_id)
        if problems:
            return _page(work_id, problems), 422
        work = finish_marks(work_id=work_id, by=by, at=now())
    except CriteriaOpenError as problem:
        return _page(work_id, note=say(problem)), 409
    except MarkFinishedError as problem:
        return _finished(work_id, problem)
    flash(gettext("%(code)s is finished.", code=work.code), "ok")
    return go_on(by, work.instrument_id)


def give_back_work(work_id: int) -> Response:
    """Give the work back to the queue; after a conflict it never comes again."""
    conflict = request.form.get("reason") == "conflict"
    try:
        give_back(work_id=work_id, conflict=conflict, by=signed_in(), at=now())
    except ConflictError as problem:
        return _finished(work_id, problem)
    if conflict:
        flash(gettext("The work is back in the queue and is not offered to you again."), "ok")
    else:
        flash(gettext("The work is back in the queue."), "ok")
    return redirect(url_for("marking.show_queue"), 303)


def _save(work_id: int) -> Mapping[int, Sequence[DomainError]]:
    by = signed_in()
    part = load_assignment(by, work_id)
    return save_marks(work_id=work_id, given=read_given(part.work.plan.rubric.criteria), by=by, at=now())


def _finished(work_id: int, problem: DomainError) -> Response:
    flash(say(problem), "info")
    return redirect(url_for("marking.show_work", work_id=work_id), 303)


def _page(work_id: int, problems: Mapping[int, Sequence[DomainError]] | None = None, *, note: str = "") -> str:
    by = signed_in()
    part = load_assignment(by, work_id)
    rows = make_rows(part, part.work.plan.rubric.criteria, problems or {})
    lines = list_queue(by, instrument_id=part.work.instrument_id)
    return render_template(
        "marking/work.html",
        part=part,
        work=part.work,
        instrument=part.work.plan.instrument,
        document=show_document(part.work),
        rows=rows,
        total=total_of(rows),
        open_words=open_words(rows),
        saved_at=last_saved(part),
        line=lines[0] if lines else None,
        note=note,
    )
