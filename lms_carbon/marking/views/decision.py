"""Deciding what two markers see too differently: both marks without names, a third with its reason."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from lms_carbon.core.clock import now
from lms_carbon.core.errors import DomainError
from lms_carbon.core.http import say
from lms_carbon.core.identity import signed_in
from lms_carbon.marking.errors import MarkFinishedError, ReasonsOpenError
from lms_carbon.marking.models import Assignment, Criterion
from lms_carbon.marking.policy import load_assignment
from lms_carbon.marking.queries import blind_points
from lms_carbon.marking.rules.settling import BLIND_PARTS, DECIDING_PART, settled_points
from lms_carbon.marking.services.marks import finish_decision, save_marks
from lms_carbon.marking.services.settling import disputed_of
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


def show_decision(work_id: int) -> str:
    """Show a disputed work that one decides; a decided one to read."""
    return _page(work_id)


def save_decision(work_id: int) -> Any:
    """Keep what is decided so far."""
    try:
        problems = _save(work_id)
    except MarkFinishedError as problem:
        return _finished(work_id, problem)
    if wants_saved():
        part, criteria = _load(work_id)
        return answer_saved(make_rows(part, criteria, problems), now())
    if problems:
        return _page(work_id, problems), 422
    flash(gettext("Saved. It counts once you decide."), "ok")
    return redirect(url_for("marking.show_decision", work_id=work_id), 303)


def decide(work_id: int) -> Any:
    """Save, decide, and go on."""
    by = signed_in()
    try:
        problems = _save(work_id)
        if problems:
            return _page(work_id, problems), 422
        work = finish_decision(work_id=work_id, by=by, at=now())
    except ReasonsOpenError as problem:
        return _page(work_id, note=say(problem)), 409
    except MarkFinishedError as problem:
        return _finished(work_id, problem)
    flash(gettext("%(code)s is decided.", code=work.code), "ok")
    return go_on(by, work.instrument_id)


def _load(work_id: int) -> tuple[Assignment, list[Criterion]]:
    part = load_assignment(signed_in(), work_id, parts=(DECIDING_PART,))
    disputed = disputed_of(part.work)
    return part, [each for each in part.work.plan.rubric.criteria if each.id in disputed]


def _save(work_id: int) -> Mapping[int, Sequence[DomainError]]:
    _, criteria = _load(work_id)
    return save_marks(work_id=work_id, given=read_given(criteria), by=signed_in(), at=now(), parts=(DECIDING_PART,))


def _finished(work_id: int, problem: DomainError) -> Any:
    flash(say(problem), "info")
    return redirect(url_for("marking.show_decision", work_id=work_id), 303)


def _page(work_id: int, problems: Mapping[int, Sequence[DomainError]] | None = None, *, note: str = "") -> str:
    part, criteria = _load(work_id)
    rows = make_rows(part, criteria, problems or {})
    both = blind_points(work_id)
    marks = {each.id: [both[blind][each.id] for blind in BLIND_PARTS] for each in part.work.plan.rubric.criteria}
    points = {blind: {key: given.points or 0 for key, given in both[blind].items()} for blind in BLIND_PARTS}
    return render_template(
        "marking/decision.html",
        part=part,
        work=part.work,
        instrument=part.work.plan.instrument,
        document=show_document(part.work),
        rows=rows,
        agreed=[each for each in part.work.plan.rubric.criteria if each not in criteria],
        marks=marks,
        means=settled_points(points[1], points[2], {}),
        total=total_of(rows),
        open_words=open_words(rows),
        saved_at=last_saved(part),
        note=note,
    )
