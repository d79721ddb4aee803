"""Builders of the question bank's tests: the standard loaded, forms as a browser sends them, questions in a state."""

from typing import Any

from lms_carbon.core.clock import now
from lms_carbon.core.identity import Actor
from lms_carbon.core.transaction import transaction
from lms_carbon.framework.models import Requirement
from lms_carbon.framework.queries import list_requirements
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.rules.about import Draft, Tag
from lms_carbon.question_bank.services.drafts import create_question
from lms_carbon.question_bank.services.reviews import approve, submit_for_review
from tests.support.standard import put_standard

TRUE_FALSE = {"stem": {"zh": "<p>碳是元素。</p>", "en": "<p>Carbon is an element.</p>"}, "correct": True}

FORMS: dict[str, dict[str, Any]] = {
    "single_choice": {
        "stem-zh": "哪一种是温室气体？",
        "stem-en": "Which one is a greenhouse gas?",
        "choice": ["a", "b", "c"],
        "choice-a-zh": "氮气",
        "choice-a-en": "Nitrogen",
        "choice-b-zh": "甲烷",
        "choice-b-en": "Methane",
        "choice-c-zh": "氩气",
        "choice-c-en": "Argon",
        "correct": ["b"],
        "shuffle": "1",
    },
    "multiple_choice": {
        "stem-zh": "哪些是温室气体？",
        "stem-en": "Which ones are greenhouse gases?",
        "choice": ["a", "b", "c"],
        "choice-a-zh": "氮气",
        "choice-a-en": "Nitrogen",
        "choice-b-zh": "甲烷",
        "choice-b-en": "Methane",
        "choice-c-zh": "二氧化碳",
        "choice-c-en": "Carbon dioxide",
        "correct": ["b", "c"],
        "scoring": "partial",
    },
    "true_false": {"stem-zh": "碳是元素。", "stem-en": "Carbon is an element.", "correct": "true"},
    "numeric": {
        "stem-zh": "排放量是多少？",
        "stem-en": "How much was emitted?",
        "value": "32368",
        "unit": "tCO2",
        "tolerance": "0.5",
        "tolerance_kind": "relative",
        "accepted_units": "kgCO2",
        "offered_units": "",
    },
    "cloze": {
        "stem-zh": "范围二来自[[g1]]。",
        "stem-en": "Scope 2 comes from [[g1]].",
        "gap": ["g1"],
        "gap-g1-kind": "text",
        "gap-g1-weight": "1",
        "gap-g1-answer": ["1", "2", "3"],
        "gap-g1-answer-1": "外购能源",
        "gap-g1-answer-1-credit": "100",
        "gap-g1-answer-2": "* energy",
        "gap-g1-answer-2-credit": "50 %",
        "gap-g1-answer-2-pattern": "1",
        "scoring": "partial",
    },
    "matching": {
        "stem-zh": "把排放源与范围对应起来。",
        "stem-en": "Match each source with its scope.",
        "option": ["a", "b", "c"],
        "option-a-zh": "范围一",
        "option-a-en": "Scope 1",
        "option-b-zh": "范围二",
        "option-b-en": "Scope 2",
        "row": ["r1", "r2", "r3"],
        "row-r1-zh": "锅炉",
        "row-r1-en": "Boiler",
        "row-r1-option": "a",
        "row-r2-zh": "外购电力",
        "row-r2-en": "Purchased power",
        "row-r2-option": "b",
        "scoring": "partial",
        "penalty": "12.5",
        "shuffle": "1",
    },
    "case": {
        "stem-zh": "某水泥厂年产熟料 1 000 000 t。",
        "stem-en": "A cement works makes 1 000 000 t of clinker a year.",
        "part": ["p1", "p2"],
        "part-p1-kind": "true_false",
        "part-p1-points": "1",
        "part-p1-stem-zh": "煅烧时放出 \\(\\ce{CO2}\\)。",
        "part-p1-stem-en": "Calcination sets \\(\\ce{CO2}\\) free.",
        "part-p1-correct": "true",
        "part-p2-kind": "calculated",
        "part-p2-points": "1.5",
        "part-p2-stem-zh": "燃煤 {{m}} t，含碳 60 %，排放多少？",
        "part-p2-stem-en": "{{m}} t of coal with 60 % carbon are burnt. How much is emitted?",
        "part-p2-variable": ["1", "2"],
        "part-p2-variable-1-name": "m",
        "part-p2-variable-1-min": "1000",
        "part-p2-variable-1-max": "2000",
        "part-p2-variable-1-step": "100",
        "part-p2-formula": "m * 0.6 * 44 / 12",
        "part-p2-unit": "tCO2",
        "part-p2-tolerance": "3",
        "part-p2-tolerance_kind": "significant",
    },
}
ABOUT: dict[str, Any] = {
    "title-zh": "短标题",
    "title-en": "A short title",
    "points": "2.5",
    "cognitive": "apply",
    "difficulty": "60",
    "minutes": "4",
    "source-zh": "为本题库编写",
    "source-en": "Written for this bank",
}


def entered(kind: str, **changes: Any) -> dict[str, Any]:
    """Return the fields of a complete question's form; a value of None takes a field away."""
    fields = {**FORMS[kind], **ABOUT, **changes}
    return {name: value for name, value in fields.items() if value is not None}


def load_standard() -> dict[str, Requirement]:
    """Load the shipped standard; return its requirements by code."""
    with transaction():
        put_standard()
    return {requirement.code: requirement for requirement in list_requirements()}


def make_question(
    author: Actor, *statements: int, kind: str = "true_false", content: Any = None, positions: Any = None, **about: Any
) -> int:
    """Make a draft tagged to the statements and return the question's id."""
    draft = Draft(
        title=about.pop("title", {"zh": "题目", "en": "A question"}),
        content=KINDS[kind].load_content(content or TRUE_FALSE),
        source={"zh": "来源", "en": "A source"},
        tags=tuple(Tag(statement_id=statement, positions=positions) for statement in statements),
        **about,
    )
    with transaction():
        return create_question(by=author, kind=kind, draft=draft, at=now()).question_id


def make_approved(author: Actor, reviewer: Actor, *statements: int, **about: Any) -> int:
    """Make a question that somebody else approved and return its id."""
    question_id = make_question(author, *statements, **about)
    send(author, question_id)
    sign(reviewer, question_id)
    return question_id


def send(author: Actor, question_id: int) -> None:
    """Send the draft to review."""
    with transaction():
        submit_for_review(by=author, question_id=question_id, at=now())


def sign(reviewer: Actor, question_id: int, revision: int = 1) -> None:
    """Approve what is in review."""
    with transaction():
        approve(by=reviewer, question_id=question_id, revision=revision, at=now())
