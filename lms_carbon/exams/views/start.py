"""The start page of an exam, inside the course: right person, right machine, rules, language (02-exam-start)."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.db import read_clock
from lms_carbon.core.errors import ForbiddenError
from lms_carbon.core.i18n import current_language, text_in
from lms_carbon.core.identity import Actor, Role, signed_in
from lms_carbon.cycles.queries import released_attempt_scores
from lms_carbon.cycles.services.candidacies import ask_entry
from lms_carbon.exams.models.attempts import Attempt
from lms_carbon.exams.models.exams import Exam
from lms_carbon.exams.policy import load_exam_for_candidate, load_exam_for_reader
from lms_carbon.exams.queries.pages import (
    EntryState,
    find_entry,
    find_open_practice,
    find_paper_facts,
)
from lms_carbon.exams.queries.standings import Standing, find_standing
from lms_carbon.exams.rules.scoring import receipt_text
from lms_carbon.exams.rules.states import Door
from lms_carbon.exams.views.words import START, in_words
from lms_carbon.lti.queries import find_whereabouts

TRIAL: str = "trial"
READERS = (Role.OFFICER, Role.TEACHER)


def show_exam(exam_id: int) -> str:
    """Show a candidate what is to be confirmed, or where they stand; officers and teachers what candidates see."""
    by = signed_in()
    if not by.has(Role.CANDIDATE):
        return _show_to_reader(by, exam_id)
    exam = load_exam_for_candidate(by, exam_id)
    standing, entry = find_standing(exam, by.person_id), find_entry(exam, by.person_id)
    return render_template(
        "exams/start.html",
        **_shared(exam),
        here=find_whereabouts(by),
        standing=standing,
        entry=entry.name,
        state=page_state(standing, entry, has_paper=find_paper_facts(exam.id) is not None),
        done=_submitted(exam, standing, entry),
        data=_data(exam, standing),
        words=in_words(START),
    )


def page_state(standing: Standing, entry: EntryState, *, has_paper: bool) -> str:
    """Return what the page shows: a door's name, `ready` for the four steps, `no_paper`, or an entry's name."""
    if standing.door is not Door.OPEN:
        return standing.door.value
    if entry.name != "open":
        return entry.name
    return "ready" if has_paper else "no_paper"


def tell_state(exam_id: int) -> dict[str, Any]:
    """Tell a page that waits where its reader stands now."""
    by = signed_in()
    exam = load_exam_for_candidate(by, exam_id)
    standing, entry = find_standing(exam, by.person_id), find_entry(exam, by.person_id)
    state = page_state(standing, entry, has_paper=find_paper_facts(exam.id) is not None)
    return {"state": state, "submitted": len(standing.submitted), "server_now": standing.now.isoformat()}


def try_saving(exam_id: int) -> dict[str, Any]:
    """Answer the start page's trial: the way there and back, through a transaction that may write."""
    load_exam_for_candidate(signed_in(), exam_id)
    return {"heard": request.form.get(TRIAL, "")[:100], "server_now": read_clock().isoformat()}


def ask_to_enter(exam_id: int) -> Response:
    """Ask to be entered, where the track's rule is to ask."""
    by = signed_in()
    exam = load_exam_for_candidate(by, exam_id)
    if exam.instrument is None:
        raise ForbiddenError
    ask_entry(track=exam.instrument.track, by=by, at=now())
    return redirect(url_for("exams.show_exam", exam_id=exam.id), 303)


def _show_to_reader(by: Actor, exam_id: int) -> str:
    if not by.has_any(READERS):
        raise ForbiddenError
    exam = load_exam_for_reader(by, exam_id)
    return render_template("exams/start_reader.html", **_shared(exam), may_edit=by.has(Role.OFFICER))


def _shared(exam: Exam) -> dict[str, Any]:
    language = current_language()
    return {
        "exam": exam,
        "facts": find_paper_facts(exam.id),
        "rules": [line.strip() for line in text_in(exam.rules, language).splitlines() if line.strip()],
        "practice": find_open_practice(exam),
    }


def _submitted(exam: Exam, standing: Standing, entry: EntryState) -> list[dict[str, Any]]:
    """Return the submitted attempts, newest first; a score only once it is released (DESIGN §3)."""
    scores: dict[int, int] = {}
    if exam.instrument is not None and entry.candidacy is not None:
        scores = released_attempt_scores(exam.instrument, entry.candidacy.id)
    return [
        {"attempt": each, "receipt": _receipt(each), "score": scores.get(each.number)}
        for each in reversed(standing.submitted)
    ]


def _receipt(attempt: Attempt) -> str:
    return receipt_text(attempt.digest or "")


def _first_language(exam: Exam) -> str:
    """Return what is ticked at first: the page's language where the exam is held in it."""
    return current_language() if current_language() in exam.languages else exam.languages[0]


def _data(exam: Exam, standing: Standing) -> dict[str, Any]:
    return {
        "exam": exam.id,
        "attempts": f"/api/v1/exams/{exam.id}/attempts",
        "trial": url_for("exams.try_saving", exam_id=exam.id),
        "state": url_for("exams.tell_state", exam_id=exam.id),
        "opens_at": exam.opens_at and exam.opens_at.isoformat(),
        "server_now": standing.now.isoformat(),
        "language": standing.running.language if standing.running else _first_language(exam),
        "running": standing.running is not None,
    }
