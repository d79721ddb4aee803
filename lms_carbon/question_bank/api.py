"""`/api/v1/questions`: the bank as JSON, for its authors and reviewers."""

from collections.abc import Iterable, Mapping
from typing import Any

from lms_carbon.core.identity import Role, signed_in
from lms_carbon.core.web import ApiBlueprint, roles
from lms_carbon.framework.models import Requirement
from lms_carbon.question_bank.models import Question, QuestionTag, QuestionVersion
from lms_carbon.question_bank.queries.listing import Filter, list_questions
from lms_carbon.question_bank.queries.questions import get_question, newest_version
from lms_carbon.question_bank.queries.statements import StatementUse, statements_by_id
from lms_carbon.question_bank.schemas import QuestionPageSchema, QuestionQuery, WholeQuestionSchema

api_blueprint = ApiBlueprint("questions", __name__, url_prefix="/api/v1/questions", description="The question bank")
READERS = roles(Role.AUTHOR, Role.REVIEWER)


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
    )
    page = list_questions(by=signed_in(), wanted=wanted, after=query["cursor"], limit=query["limit"])
    uses = statements_by_id({tag.statement_id for version in page.rows for tag in version.tags})
    return {"items": [_row(version.question, version, uses) for version in page.rows], "next": page.after}


@api_blueprint.get("/<int:question_id>", access=READERS)
@api_blueprint.response(200, WholeQuestionSchema)
def read_question(question_id: int) -> dict[str, Any]:
    """Return a question with its newest version whole, and the states of the others."""
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
