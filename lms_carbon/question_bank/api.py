"""`/api/v1/questions`: the bank as JSON, for its authors and reviewers.

Writes take an `Idempotency-Key`: sent again with the same key, a request is answered as before and done once.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Response, jsonify, request

from lms_carbon.core import clock
from lms_carbon.core.identity import Role, signed_in
from lms_carbon.core.web import ApiBlueprint, roles
from lms_carbon.framework.models import Requirement
from lms_carbon.question_bank.api_schemas import ChangedQuestionSchema, NewQuestionSchema, StepSchema, draft_from
from lms_carbon.question_bank.errors import KeyTooLongError, UnknownKindError
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.models import Question, QuestionTag, QuestionVersion
from lms_carbon.question_bank.queries.listing import Filter, list_questions
from lms_carbon.question_bank.queries.questions import get_question, newest_version
from lms_carbon.question_bank.queries.statements import StatementUse, statements_by_id
from lms_carbon.question_bank.schemas import QuestionPageSchema, QuestionQuery, WholeQuestionSchema
from lms_carbon.question_bank.services.api_writes import MAX_KEY, claim_key, keep_answer
from lms_carbon.question_bank.services.drafts import create_question, new_version, save_draft
from lms_carbon.question_bank.services.reviews import (
    approve,
    resume,
    retire,
    send_back,
    sign_language,
    submit_for_review,
    suspend,
    withdraw,
)

api_blueprint = ApiBlueprint("questions", __name__, url_prefix="/api/v1/questions", description="The question bank")
READERS = roles(Role.AUTHOR, Role.REVIEWER)
AUTHORS = roles(Role.AUTHOR)


@api_blueprint.get("", access=READERS)
@api_blueprint.arguments(QuestionQuery, location="query")
@api_blueprint.response(200, QuestionPageSchema)
def list_bank(query: Mapping[str, Any]) -> dict[str, Any]:
    """List questions, last edited first, by cursor."""
    wanted = Filter(
        state=query["state"],
        kind=query["kind"],
        requirement=query["requirement"],
        position=query["position"],
        text=query["q"],
        mine=query["mine"],
        cognitive=query["cognitive"],
        difficulty=query["difficulty"],
        language=query["language"],
        sample=query["sample"],
    )
    page = list_questions(by=signed_in(), wanted=wanted, after=query["cursor"], limit=query["limit"])
    uses = statements_by_id({tag.statement_id for version in page.rows for tag in version.tags})
    return {"items": [_row(version.question, version, uses) for version in page.rows], "next": page.after}


@api_blueprint.get("/<int:question_id>", access=READERS)
@api_blueprint.response(200, WholeQuestionSchema)
def read_question(question_id: int) -> dict[str, Any]:
    """Return a question with its newest version whole, and the states of the others."""
    return _whole(question_id)


@api_blueprint.post("", access=AUTHORS)
@api_blueprint.arguments(NewQuestionSchema)
@api_blueprint.response(201, WholeQuestionSchema)
def create(data: Mapping[str, Any]) -> Response:
    """Make a question, a draft; content that is not even a draft of its kind is refused field by field."""

    def act() -> int:
        if data["kind"] not in KINDS:
            raise UnknownKindError
        draft = draft_from(KINDS[data["kind"]], data)
        return create_question(by=signed_in(), kind=data["kind"], draft=draft, at=clock.now()).question_id

    return _once(201, act)


@api_blueprint.put("/<int:question_id>", access=AUTHORS)
@api_blueprint.arguments(ChangedQuestionSchema)
@api_blueprint.response(200, WholeQuestionSchema)
def change(data: Mapping[str, Any], question_id: int) -> Response:
    """Write over a question's open draft; 409 where somebody saved it since `revision`."""

    def act() -> int:
        by = signed_in()
        kind = KINDS[get_question(by=by, question_id=question_id).kind]
        draft = draft_from(kind, data)
        save_draft(by=by, question_id=question_id, revision=data["revision"], draft=draft, at=clock.now())
        return question_id

    return _once(200, act)


@api_blueprint.post("/<int:question_id>/steps", access=READERS)
@api_blueprint.arguments(StepSchema)
@api_blueprint.response(200, WholeQuestionSchema)
def take_step(data: Mapping[str, Any], question_id: int) -> Response:
    """Take a step of review, with the rights and reasons that the pages ask for."""

    def act() -> int:
        by = signed_in()
        question = get_question(by=by, question_id=question_id)
        number = data["version"] or newest_version(question).number
        _STEPS[data["step"]](data, {"by": by, "question_id": question_id, "at": clock.now()}, {"number": number})
        return question_id

    return _once(200, act)


_STEPS: Mapping[str, Callable[[Mapping[str, Any], dict[str, Any], dict[str, Any]], object]] = {
    "submit": lambda data, who, _: submit_for_review(**who, text=data["text"]),
    "withdraw": lambda _data, who, _: withdraw(**who),
    "send_back": lambda data, who, _: send_back(**who, revision=data["revision"], reason=data["text"]),
    "approve": lambda data, who, _: approve(
        **who, revision=data["revision"], text=data["text"], languages=data["languages"]
    ),
    "sign_language": lambda data, who, which: sign_language(
        **who, **which, languages=data["languages"], text=data["text"]
    ),
    "suspend": lambda data, who, which: suspend(**who, **which, reason=data["text"]),
    "resume": lambda data, who, which: resume(**who, **which, text=data["text"]),
    "retire": lambda data, who, which: retire(**who, **which, text=data["text"]),
    "renew": lambda _data, who, _: new_version(**who),
}


def _once(status: int, act: Callable[[], int]) -> Response:
    """Do what the request asks and answer with the question whole; a key that was answered before is answered so."""
    key, by = request.headers.get("Idempotency-Key", ""), signed_in()
    if len(key) > MAX_KEY:
        raise KeyTooLongError({"Idempotency-Key": KeyTooLongError.sentence}, limit=MAX_KEY)
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.get_data()).hexdigest()
    before = claim_key(by=by, key=key, digest=digest, at=clock.now()) if key else None
    if before is not None:
        again = jsonify(before.answer)
        again.status_code = before.status
        again.headers["Idempotent-Replayed"] = "true"
        return again
    answer = WholeQuestionSchema().dump(_whole(act()))
    if key:
        keep_answer(by=by, key=key, status=status, answer=answer)
    response = jsonify(answer)
    response.status_code = status
    return response


def _whole(question_id: int) -> dict[str, Any]:
    question = get_question(by=signed_in(), question_id=question_id)
    version = newest_version(question)
    uses = statements_by_id({tag.statement_id for tag in version.tags})
    return {
        **_row(question, version, uses),
        "content": version.content,
        "source": version.source,
        "needs_expert_review": version.needs_expert_review,
        "reviewer": version.reviewer.name if version.reviewer else None,
        "decided_at": version.decided_at,
        "versions": [{"version": one.number, "state": one.state.value} for one in question.versions],
    }


def _row(question: Question, version: QuestionVersion, uses: Mapping[int, StatementUse]) -> dict[str, Any]:
    return {
        "id": question.id,
        "code": question.code,
        "kind": question.kind,
        "sample": question.sample,
        "version": version.number,
        "state": version.state,
        "approved_in": version.approved_in,
        "revision": version.revision,
        "title": version.title,
        "points": version.points,
        "cognitive": version.cognitive,
        "difficulty": version.difficulty,
        "minutes": version.minutes,
        "author": version.author.name if version.author else None,
        "edited_at": version.edited_at,
        "requirements": list(_requirements(version.tags, uses)),
    }


def _requirements(tags: Iterable[QuestionTag], uses: Mapping[int, StatementUse]) -> Iterable[Requirement]:
    for tag in tags:
        for requirement in uses[tag.statement_id].requirements:
            if tag.positions is None or requirement.position.code in tag.positions:
                yield requirement
