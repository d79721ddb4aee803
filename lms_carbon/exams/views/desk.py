"""The officers' desk: exams and their settings, opening, closing, releasing, who sat them, what came late."""

import json
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_timezone, gettext, ngettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import ConflictError
from lms_carbon.core.forms import Form, local_value, read_form
from lms_carbon.core.http import say
from lms_carbon.core.identity import signed_in
from lms_carbon.cycles.models import Instrument
from lms_carbon.cycles.queries import attempt_scores
from lms_carbon.exams.errors import ExamSettingsError
from lms_carbon.exams.models.exams import Exam
from lms_carbon.exams.policy import load_exam_for_officer
from lms_carbon.exams.queries.forms import list_forms
from lms_carbon.exams.queries.lists import (
    list_attempts,
    list_exams,
    list_free_instruments,
    list_late_answers,
    list_practice_exams,
)
from lms_carbon.exams.schemas import ExamForm, NewExamForm
from lms_carbon.exams.services.exams import (
    ExamSettings,
    close_exam,
    create_exam,
    delete_exam,
    open_exam,
    update_exam,
)
from lms_carbon.exams.services.release import release_scores

Answer = str | Response | tuple[str, int]


def show_list() -> str:
    """Show the institution's exams."""
    return render_template("exams/list.html", lines=list_exams(signed_in()))


def show_new() -> str:
    """Show the form of a new exam, for the instrument that the address names."""
    named = request.args.get("instrument", "")
    chosen = next((each for each in list_free_instruments(signed_in()) if str(each.id) == named), None)
    return _settings_page(Form(values=_suggested(chosen) if chosen else {}), None)


def create() -> Answer:
    """Make the exam, or show the form again."""
    form = read_form(NewExamForm(), request.form)
    if form.ok:
        data = form.data
        try:
            exam = create_exam(
                code=data["code"],
                settings=_settings(data),
                instrument_id=data["instrument_id"],
                by=signed_in(),
                at=now(),
            )
        except (ExamSettingsError, ConflictError) as problem:
            _note(form, problem)
        else:
            flash(gettext("The exam is made. Put its form together next."), "ok")
            return redirect(url_for("exams.show_desk", exam_id=exam.id), 303)
    return _settings_page(form, None), 422


def show_settings(exam_id: int) -> str:
    """Show an exam's settings."""
    exam = load_exam_for_officer(signed_in(), exam_id)
    return _settings_page(Form(values=_values(exam)), exam)


def save_settings(exam_id: int) -> Answer:
    """Save them, or show the form again."""
    form = read_form(ExamForm(), request.form)
    if form.ok:
        try:
            update_exam(exam_id=exam_id, settings=_settings(form.data), by=signed_in(), at=now())
        except (ExamSettingsError, ConflictError) as problem:
            _note(form, problem)
        else:
            flash(gettext("The settings are saved."), "ok")
            return redirect(url_for("exams.show_desk", exam_id=exam_id), 303)
    return _settings_page(form, load_exam_for_officer(signed_in(), exam_id)), 422


def show_desk(exam_id: int) -> str:
    """Show one exam: state, forms, people, and the next step."""
    by = signed_in()
    exam = load_exam_for_officer(by, exam_id)
    line = next(line for line in list_exams(by) if line.exam.id == exam.id)
    return render_template("exams/desk.html", exam=exam, line=line, forms=list_forms(exam.id))


def show_attempts(exam_id: int) -> str:
    """Show who sat the exam and how far they are; scores once they are released (DESIGN §3)."""
    exam = load_exam_for_officer(signed_in(), exam_id)
    released = exam.instrument is not None and exam.instrument.released_at is not None
    scores = attempt_scores(exam.instrument.id) if released and exam.instrument else {}
    lines = [
        (line, scores.get(line.attempt.candidacy_id or 0, {}).get(line.attempt.number))
        for line in list_attempts(exam.id)
    ]
    return render_template("exams/attempts.html", exam=exam, lines=lines, released=released)


def show_late(exam_id: int) -> str:
    """Show what came too late, whole, with its reason."""
    exam = load_exam_for_officer(signed_in(), exam_id)
    rows = [(late, attempt, person, _as_text(late.value)) for late, attempt, person in list_late_answers(exam.id)]
    return render_template("exams/late.html", exam=exam, rows=rows)


def open_(exam_id: int) -> Response:
    """Let candidates in."""
    return _step(exam_id, open_exam, gettext("The exam is open."))


def close(exam_id: int) -> Response:
    """Let nobody in any more."""
    return _step(exam_id, close_exam, gettext("The exam is closed. Those who are in it go on to their end."))


def release(exam_id: int) -> Response:
    """Show the scores and send them to the gradebook."""
    try:
        count = release_scores(exam_id=exam_id, by=signed_in(), at=now())
    except ConflictError as problem:
        flash(say(problem), "bad")
    else:
        text = ngettext("%(num)s score is released.", "%(num)s scores are released.", count)
        flash(f"{text} {gettext('They are on their way to the gradebook.')}" if count else text, "ok")
    return redirect(url_for("exams.show_desk", exam_id=exam_id), 303)


def delete(exam_id: int) -> Response:
    """Remove the exam."""
    try:
        delete_exam(exam_id=exam_id, by=signed_in(), at=now())
    except ConflictError as problem:
        flash(say(problem), "bad")
        return redirect(url_for("exams.show_desk", exam_id=exam_id), 303)
    flash(gettext("The exam is removed. Attempts and marks stay."), "ok")
    return redirect(url_for("exams.show_list"), 303)


def _step(exam_id: int, step: Callable[..., Any], done: str) -> Response:
    try:
        step(exam_id=exam_id, by=signed_in(), at=now())
    except ConflictError as problem:
        flash(say(problem), "bad")
    else:
        flash(done, "ok")
    return redirect(url_for("exams.show_desk", exam_id=exam_id), 303)


def _settings(data: dict[str, Any]) -> ExamSettings:
    return ExamSettings(
        title={"zh": data["title_zh"], "en": data["title_en"]},
        minutes=data["minutes"],
        attempts=data["attempts"],
        opens_at=data["opens_at"],
        closes_at=data["closes_at"],
        rules={"zh": data["rules_zh"], "en": data["rules_en"]},
        practice_id=data["practice_id"],
        languages=tuple(data["languages"].split("-")),
    )


def _values(exam: Exam) -> dict[str, Any]:
    return {
        "title_zh": exam.title.get("zh", ""),
        "title_en": exam.title.get("en", ""),
        "minutes": exam.minutes,
        "attempts": exam.attempts,
        "opens_at": local_value(exam.opens_at),
        "closes_at": local_value(exam.closes_at),
        "rules_zh": exam.rules.get("zh", ""),
        "rules_en": exam.rules.get("en", ""),
        "practice_id": exam.practice_id or "",
        "languages": "-".join(exam.languages),
    }


def _suggested(instrument: Instrument) -> dict[str, Any]:
    """Return what an instrument's exam may be called; the officer can write something else."""
    track = instrument.track
    names = {
        language: " · ".join(part for part in (track.position.title.get(language), title) if part)
        for language, title in instrument.title.items()
    }
    return {
        "instrument_id": instrument.id,
        "code": f"{track.cycle.code[:40]}-{track.position.code}-{instrument.id}",
        "title_zh": names.get("zh", ""),
        "title_en": names.get("en", ""),
    }


def _settings_page(form: Form, exam: Exam | None) -> str:
    by = signed_in()
    return render_template(
        "exams/settings.html",
        form=form,
        exam=exam,
        instruments=list_free_instruments(by) if exam is None else (),
        practices=[each for each in list_practice_exams(by) if exam is None or each.id != exam.id],
        zone=str(get_timezone()),
    )


def _note(form: Form, problem: ExamSettingsError | ConflictError) -> None:
    """Put what a service found beside the fields."""
    if isinstance(problem, ExamSettingsError):
        for name, sentences in problem.problems.items():
            field = {"title": "title_zh"}.get(name, name)
            form.problems[field] = [gettext(str(each)) for each in sentences]  # type: ignore[attr-defined]
    else:
        form.problems["_"] = [say(problem)]


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
