"""Attempts over JSON, for the runner's page."""

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask import Response, request
from flask_babel import gettext
from werkzeug.exceptions import RequestEntityTooLarge

from lms_carbon.core.clock import now
from lms_carbon.core.cookies import session_token
from lms_carbon.core.db import read_clock
from lms_carbon.core.identity import Role, signed_in
from lms_carbon.core.transaction import transaction
from lms_carbon.core.web import PUBLIC, SIGNED_IN, ApiBlueprint, roles
from lms_carbon.exams.errors import (
    AnswerTooLargeError,
    BodyTooLargeError,
    FaultyAnswersError,
    RulesNotAcceptedError,
    TakenOverError,
    UnreadableChangesError,
)
from lms_carbon.exams.policy import load_attempt
from lms_carbon.exams.rules.changes import MAX_BODY, NOT_AN_ENDING, Batch, Fault, read_batch
from lms_carbon.exams.rules.scoring import receipt_text
from lms_carbon.exams.rules.states import SubmittedBy
from lms_carbon.exams.schemas import (
    AttemptSchema,
    ChangesSchema,
    EmptySchema,
    ReceiptSchema,
    SavedSchema,
    StartedSchema,
    StartSchema,
    SubmissionSchema,
    WindowSchema,
)
from lms_carbon.exams.services.attempts import start_attempt, take_over
from lms_carbon.exams.services.saving import Saved, save_answers
from lms_carbon.exams.services.submission import submit_attempt
from lms_carbon.people.services.handoffs import make_handoff

api_blueprint = ApiBlueprint("exams_api", __name__, url_prefix="/api/v1", description="Exams: attempts and answers")

_EXAM = "/exams/<int:exam_id>"
_ATTEMPT = "/attempts/<int:attempt_id>"
_ENDINGS = {SubmittedBy.CANDIDATE.value: SubmittedBy.CANDIDATE, SubmittedBy.PAGE.value: SubmittedBy.PAGE}
_BY = frozenset({"by"})


def _body(schema: type[ChangesSchema]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


@api_blueprint.route(f"{_EXAM}/attempts", methods=["POST"], access=roles(Role.CANDIDATE))
@api_blueprint.arguments(StartSchema)
@api_blueprint.response(201, StartedSchema)
@api_blueprint.alt_response(200, schema=StartedSchema, description="The attempt that runs already", success=True)
def start(data: dict[str, Any], exam_id: int) -> tuple[dict[str, Any], int]:
    """Begin an attempt, or go on with the one that runs, and get a path that opens its window."""
    if not data["accepted"]:
        raise RulesNotAcceptedError
    by, at = signed_in(), now()
    attempt, made_now = start_attempt(exam_id=exam_id, language=data["language"], by=by, at=at)
    code = make_handoff(by=by, target=f"/attempts/{attempt.id}", at=at)
    return {"attempt": attempt.id, "path": f"/handoff/{code}"}, 201 if made_now else 200


@api_blueprint.route(f"{_ATTEMPT}/window", methods=["POST"], access=SIGNED_IN)
@api_blueprint.arguments(EmptySchema)
@api_blueprint.response(200, WindowSchema)
def open_window(_data: dict[str, Any], attempt_id: int) -> dict[str, Any]:
    """Let this window have the attempt; every other one is refused from now on."""
    window = take_over(attempt_id=attempt_id, by=signed_in(), at=now())
    return {
        "epoch": window.epoch,
        "key": base64.b64encode(window.key).decode(),
        "server_now": _iso(window.now),
        "ends_at": _iso(window.attempt.ends_at),
        "state": window.attempt.state,
        "answers": window.answers,
    }


@api_blueprint.route(_ATTEMPT, methods=["GET"], access=SIGNED_IN)
@api_blueprint.response(200, AttemptSchema)
def show_attempt(attempt_id: int) -> dict[str, Any]:
    """Tell how far an attempt is."""
    attempt = load_attempt(signed_in(), attempt_id)
    return {
        "state": attempt.state,
        "epoch": attempt.epoch,
        "server_now": _iso(read_clock()),
        "ends_at": _iso(attempt.ends_at),
        "submitted_at": attempt.submitted_at and _iso(attempt.submitted_at),
        "receipt": attempt.digest and receipt_text(attempt.digest),
    }


# The hot path. PUBLIC and without the request's transaction, because the statement that saves also checks the
# session, by its token and in the same moment; asking who is here first would be a second question to the database,
# answered before the lock is held. `save_answers` raises the 401 and 404 itself.
@api_blueprint.route(f"{_ATTEMPT}/answers", methods=["PUT"], access=PUBLIC, transactional=False)
@api_blueprint.doc(requestBody=_body(ChangesSchema))
@api_blueprint.response(200, SavedSchema)
def put_answers(attempt_id: int) -> Response:
    """Save changes; what the answer names is committed to disk. Older changes are acknowledged with what is held."""
    batch, saved = _save(attempt_id)
    if saved.refusal is not None:
        raise saved.refusal
    _raise_faults(batch, saved)
    return _json(_told(saved))


# As above: the first step is the same save, on a connection of its own.
@api_blueprint.route(f"{_ATTEMPT}/submission", methods=["POST"], access=PUBLIC, transactional=False)
@api_blueprint.doc(requestBody=_body(SubmissionSchema))
@api_blueprint.response(200, ReceiptSchema)
def submit(attempt_id: int) -> Response:
    """Save the last changes and submit. Submitting again gives the same receipt."""
    batch, saved = _save(attempt_id, _BY)
    ending = _ending(batch) or SubmittedBy.CANDIDATE
    # A window that lost the attempt may not end it. What is submitted or over already is answered with the receipt.
    if isinstance(saved.refusal, TakenOverError):
        raise saved.refusal
    # At the deadline nobody can mend an answer that was not taken: what is held counts.
    if saved.refusal is None and ending is SubmittedBy.CANDIDATE:
        _raise_faults(batch, saved)
    with transaction():
        attempt = load_attempt(signed_in(), attempt_id)
        receipt = submit_attempt(attempt_id=attempt.id, by=ending, at=now()).receipt
    return _json(
        {
            "receipt": receipt.text,
            "digest": receipt.digest,
            "submitted_at": _iso(receipt.submitted_at),
            "answered": receipt.answered,
        }
    )


def _save(attempt_id: int, extra: frozenset[str] = frozenset()) -> tuple[Batch, Saved]:
    request.max_content_length = MAX_BODY
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge as problem:
        raise BodyTooLargeError from problem
    batch = read_batch(body, extra)
    if not batch.unreadable and _ending(batch) is None:
        batch.unreadable, batch.changes = True, []
        batch.faults.append(Fault("by", NOT_AN_ENDING))
    saved = save_answers(token=session_token() or "", attempt_id=attempt_id, batch=batch)
    if batch.unreadable:
        raise UnreadableChangesError(_sentences(batch.faults))
    return batch, saved


def _ending(batch: Batch) -> SubmittedBy | None:
    by = batch.fields.get("by", SubmittedBy.CANDIDATE.value)
    return _ENDINGS.get(by) if isinstance(by, str) else None


def _raise_faults(batch: Batch, saved: Saved) -> None:
    """Tell what was not taken, and beside it what was."""
    if not batch.faults:
        return
    error = AnswerTooLargeError if any(fault.too_large for fault in batch.faults) else FaultyAnswersError
    slots = sorted({fault.slot for fault in batch.faults if fault.slot is not None})
    raise error({**_told(saved), "slots": slots, "errors": _sentences(batch.faults)})


def _sentences(faults: Iterable[Fault]) -> dict[str, list[str]]:
    return {fault.where or "body": [gettext(fault.sentence).format(**fault.params)] for fault in faults}


def _told(saved: Saved) -> dict[str, Any]:
    return {
        "saved": [{"slot": slot, "seq": seq} for slot, seq in saved.slots],
        "server_now": saved.server_now and _iso(saved.server_now),
        "ends_at": saved.ends_at and _iso(saved.ends_at),
    }


def _json(body: dict[str, Any]) -> Response:
    return Response(json.dumps(body), mimetype="application/json")


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
