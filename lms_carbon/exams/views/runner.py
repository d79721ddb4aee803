"""The exam's own window: the paper, and the receipt afterwards."""

import base64
from datetime import datetime
from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import force_locale, get_timezone
from werkzeug.wrappers import Response

from lms_carbon.core.db import read_clock
from lms_carbon.core.i18n import LOCALES, text_in
from lms_carbon.core.identity import signed_in
from lms_carbon.cycles.queries import released_attempt_scores
from lms_carbon.exams.models.attempts import Answer, Attempt
from lms_carbon.exams.policy import load_attempt
from lms_carbon.exams.queries.papers import list_dealt_paper
from lms_carbon.exams.queries.standings import list_answers, practice_result, receipt_of
from lms_carbon.exams.rules.scoring import PaperItem, read_response, slot_seed
from lms_carbon.exams.rules.states import AttemptState, SubmittedBy
from lms_carbon.exams.services.attempts import local_key
from lms_carbon.exams.views.words import RECEIPT, RUNNER, in_words
from lms_carbon.lti.queries import find_whereabouts
from lms_carbon.question_bank.kinds.registry import KINDS


def show_attempt(attempt_id: int) -> str | Response:
    """Show the paper, in the language that the candidate chose for it; a submitted one's receipt instead."""
    by = signed_in()
    attempt = load_attempt(by, attempt_id)
    if attempt.state is AttemptState.SUBMITTED:
        return redirect(url_for("exams.show_receipt", attempt_id=attempt.id))
    held = {answer.slot: answer for answer in list_answers(attempt.id)}
    items = list_dealt_paper(attempt)
    with force_locale(LOCALES[attempt.language]):
        return render_template(
            "exams/runner.html",
            attempt=attempt,
            title=text_in(attempt.exam.title, attempt.language),
            here=find_whereabouts(by),
            questions=[_question(attempt, item, held.get(item.slot)) for item in items],
            data=_data(attempt, list(held.values())),
            words=in_words(RUNNER),
        )


def show_receipt(attempt_id: int) -> str | Response:
    """Show what the candidate keeps: receipt, digest, counts; of a practice exam also what the answers earned."""
    by = signed_in()
    attempt = load_attempt(by, attempt_id)
    receipt = receipt_of(attempt)
    if receipt is None:
        return redirect(url_for("exams.show_attempt", attempt_id=attempt.id))
    instrument = attempt.exam.instrument
    scores: dict[int, int] = {}
    if instrument is not None and attempt.candidacy_id is not None:
        scores = released_attempt_scores(instrument, attempt.candidacy_id)
    return render_template(
        "exams/receipt.html",
        attempt=attempt,
        receipt=receipt,
        here=find_whereabouts(by),
        by_time=attempt.submitted_by is not SubmittedBy.CANDIDATE,
        score=scores.get(attempt.number),
        practice=practice_result(attempt),
        questions=_revealed(attempt) if instrument is None else (),
        data=_leftover_data(attempt),
        words=in_words(RECEIPT),
    )


def _question(attempt: Attempt, item: PaperItem, answer: Answer | None) -> dict[str, Any]:
    kind = KINDS[item.kind]
    return {
        "slot": item.slot,
        "kind": kind,
        "points": item.points,
        "template": kind.view_template,
        # The same seed gives the same order of choices whenever and wherever the paper is opened again.
        "view": kind.candidate_view(item.content, attempt.language, seed=slot_seed(attempt.id, item.slot)),
        "response": read_response(item, answer.value) if answer else None,
        "answered": answer is not None and kind.is_answered(item.content, read_response(item, answer.value)),
        "flagged": answer is not None and answer.flagged,
    }


def _revealed(attempt: Attempt) -> list[dict[str, Any]]:
    """Return the questions of a practice attempt with key and points: practice has no gate (DESIGN §3)."""
    held = {answer.slot: answer for answer in list_answers(attempt.id)}
    found = []
    for item in list_dealt_paper(attempt):
        question = _question(attempt, item, held.get(item.slot))
        kind = KINDS[item.kind]
        reveal = kind.reveal(item.content, question["response"], item.points, attempt.language)
        found.append({**question, "reveal": reveal})
    return found


def _data(attempt: Attempt, held: list[Answer]) -> dict[str, Any]:
    return {
        "attempt": attempt.id,
        "path": f"/api/v1/attempts/{attempt.id}",
        "receipt": url_for("exams.show_receipt", attempt_id=attempt.id),
        "title": text_in(attempt.exam.title, attempt.language),
        "server_now": _iso(read_clock()),
        "ends_at": _iso(attempt.ends_at),
        "seconds": int((attempt.ends_at - attempt.started_at).total_seconds()),
        "zone": str(get_timezone() or "UTC"),
        "answers": [{"slot": each.slot, "value": each.value, "flagged": each.flagged} for each in held],
    }


def _leftover_data(attempt: Attempt) -> dict[str, Any]:
    """Return what the page needs to hand over what a browser still holds that was gone when the time was up."""
    key = local_key(attempt)
    return {
        "attempt": attempt.id,
        "path": f"/api/v1/attempts/{attempt.id}",
        "key": base64.b64encode(key).decode() if key else None,
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
