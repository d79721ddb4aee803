"""Putting a form together: approved questions for the position, their order, points, what it comes to, freezing."""

from collections import defaultdict
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import ConflictError, InvalidInputError, NotFoundError
from lms_carbon.core.http import say
from lms_carbon.core.identity import signed_in
from lms_carbon.exams.errors import FormNotReadyError
from lms_carbon.exams.models.exams import Form
from lms_carbon.exams.policy import load_form_for_officer
from lms_carbon.exams.queries.forms import draft_items, form_position, list_approved, list_form_problems
from lms_carbon.exams.rules.forms import tag_shares
from lms_carbon.exams.services.forms import add_item, freeze_form, make_form, move_item, remove_item, set_points
from lms_carbon.framework.models import Requirement
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.models import QuestionVersion
from lms_carbon.question_bank.queries.enemies import enemy_ids
from lms_carbon.question_bank.queries.usable import Usable, approved_for_position, requirements_shown

SHOWN = 60
"""How many questions to choose from stand on the page; the filter finds the others."""


def make(exam_id: int) -> Response:
    """Make the form that is to be put together, or go to it."""
    form = make_form(exam_id=exam_id, by=signed_in(), at=now())
    return redirect(url_for("exams.show_form", exam_id=exam_id, number=form.number), 303)


def show_form(exam_id: int, number: int) -> str:
    """Show a form; while it is not frozen, with what can be added."""
    form = load_form_for_officer(signed_in(), exam_id, number)
    position = form_position(form)
    versions = [item.version_id for item in form.items]
    shown = requirements_shown(version_ids=versions, position_id=position.id) if position else {}
    return render_template(
        "exams/form.html",
        exam=form.exam,
        form=form,
        position=position,
        shown=shown,
        kinds=KINDS,
        total=sum(item.points for item in form.items),
        by_requirement=_totals(form, shown),
        problems=list_form_problems(form) if form.frozen_at is None else (),
        found=_found(form) if form.frozen_at is None else (),
        limit=SHOWN,
        wanted=request.args,
    )


def add(exam_id: int, number: int) -> Response:
    """Put a question at the end."""
    version_id = _number("version")
    return _done(exam_id, number, "pick", lambda key: add_item(**key, version_id=version_id))


def change(exam_id: int, number: int, slot: int) -> Response:
    """Move a question, take it out, or set its points, as the button says."""
    act = request.form.get("act", "")
    if act == "remove":
        return _done(exam_id, number, "paper", lambda key: remove_item(**key, slot=slot))
    if act in ("up", "down"):
        to = slot - 1 if act == "up" else slot + 1
        return _done(exam_id, number, f"s{max(to, 1)}", lambda key: move_item(**key, slot=slot, to=to))
    try:
        points = int(Decimal(request.form.get("points", "").strip()) * 1000)
    except (InvalidOperation, ValueError, OverflowError):
        flash(gettext("Points are a number such as 2 or 2.5."), "bad")
        return redirect(url_for("exams.show_form", exam_id=exam_id, number=number), 303)
    return _done(exam_id, number, f"s{slot}", lambda key: set_points(**key, slot=slot, points=points))


def freeze(exam_id: int, number: int) -> Response:
    """Freeze the form for good."""
    try:
        freeze_form(exam_id=exam_id, number=number, by=signed_in(), at=now())
    except FormNotReadyError as problem:
        sentences = [gettext(each.sentence).format(**each.params) for each in problem.found]
        flash(" ".join([say(problem), *sentences]), "bad")
    except ConflictError as problem:
        flash(say(problem), "bad")
    else:
        flash(gettext("The form is frozen. The exam can be opened."), "ok")
        return redirect(url_for("exams.show_desk", exam_id=exam_id), 303)
    return redirect(url_for("exams.show_form", exam_id=exam_id, number=number), 303)


def _done(exam_id: int, number: int, anchor: str, act: Any) -> Response:
    try:
        act({"exam_id": exam_id, "number": number, "by": signed_in(), "at": now()})
    except (ConflictError, InvalidInputError) as problem:
        flash(say(problem), "bad")
    wanted: dict[str, Any] = {n: request.form[n] for n in ("q", "kind", "requirement") if request.form.get(n)}
    return redirect(url_for("exams.show_form", exam_id=exam_id, number=number, _anchor=anchor, **wanted), 303)


def _number(name: str) -> int:
    raw = request.form.get(name, "")
    if not raw.isascii() or not raw.isdecimal() or len(raw) > 15:
        raise NotFoundError
    return int(raw)


def _found(form: Form) -> list[tuple[QuestionVersion, tuple[Requirement, ...]]]:
    """Return what can be added: approved, neither in the form nor barred by what is, as the address's filter wants."""
    inside = {item.version.question_id for item in form.items}
    inside |= enemy_ids(question_ids=inside)
    position = form_position(form)
    kind, text, wanted = (request.args.get(name, "").strip() for name in ("kind", "q", "requirement"))
    if position is None:
        versions = list_approved(signed_in(), without=sorted(inside), languages=form.exam.languages)
        words = text.lower().split()
        return [
            (version, ())
            for version in versions
            if (not kind or version.question.kind == kind)
            and all(word in f"{version.question.code} {' '.join(version.title.values())}".lower() for word in words)
        ]
    usable: list[Usable] = list(
        approved_for_position(
            institution_id=form.institution_id,
            position_id=position.id,
            dimension=form.exam.instrument.dimension if form.exam.instrument else None,
            kinds=[kind] if kind in KINDS else None,
            languages=form.exam.languages,
            text=text,
        )
    )
    return [
        (each.version, each.requirements)
        for each in usable
        if each.version.question_id not in inside and (not wanted or any(r.code == wanted for r in each.requirements))
    ]


def _totals(form: Form, shown: dict[int, tuple[Requirement, ...]]) -> list[tuple[Requirement, int, int]]:
    """Return (requirement, questions, points in thousandths) of what the form asks, by code."""
    known = {requirement.id: requirement for each in shown.values() for requirement in each}
    points: dict[int, int] = defaultdict(int)
    questions: dict[int, int] = defaultdict(int)
    for item in draft_items(form):
        for requirement_id, possible in tag_shares(item):
            points[requirement_id] += possible
            questions[requirement_id] += 1
    rows = [(known[key], questions[key], points[key]) for key in points if key in known]
    return sorted(rows, key=lambda row: row[0].ordinal)
