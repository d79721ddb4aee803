"""Texts that a typed answer is held against: shared by short text and by gaps."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.base import Form
from lms_carbon.question_bank.kinds.errors import ResponseShapeError
from lms_carbon.question_bank.kinds.folding import Folding, example_of, fits
from lms_carbon.question_bank.kinds.part_schemas import MAX_ANSWER, MAX_ANSWERS
from lms_carbon.question_bank.kinds.reasons import Problem, Reason

SPARE_ANSWERS = 2
Typed = Mapping[str, Any]
"""`{"answers": [{"text", "credit", "pattern"}], "case_sensitive", "fold_width", "fold_script"}`."""


def typed_text(raw: object) -> str:
    """Return what was typed, blanks folded. Raises ResponseShapeError."""
    if raw is None:
        return ""
    if not isinstance(raw, str) or len(raw) > MAX_ANSWER:
        raise ResponseShapeError
    text = " ".join(raw.split())
    if not text.isprintable():
        raise ResponseShapeError
    return text


def folding_of(typed: Typed) -> Folding:
    """Return what makes no difference."""
    return Folding(case=not typed["case_sensitive"], width=typed["fold_width"], script=typed["fold_script"])


def find_answer(typed: Typed, written: str) -> Mapping[str, Any] | None:
    """Return the first answer that fits: an author puts what earns less, or nothing, before what is wider."""
    folding = folding_of(typed)
    return next(
        (each for each in typed["answers"] if fits(written, each["text"], folding, pattern=each["pattern"])), None
    )


def credit_of(answer: Mapping[str, Any] | None) -> Fraction:
    """Return the share of the points that an answer earns."""
    return Fraction(answer["credit"]) / 100 if answer else Fraction(0)


def full_answers(typed: Typed) -> list[str]:
    """Return texts that earn everything, as they are typed: of a pattern one that fits it."""
    texts = [example_of(each["text"]) if each["pattern"] else each["text"] for each in typed["answers"]]
    return [text for text in dict.fromkeys(texts) if text and credit_of(find_answer(typed, text)) == 1]


def shown_answers(typed: Typed) -> str:
    """Return what earns everything, as it is printed in a key."""
    return " / ".join(each["text"] for each in typed["answers"] if Decimal(each["credit"]) == 100)


def check_typed(typed: Typed, prefix: str = "") -> list[Problem]:
    """Return the problems of the answers; `prefix` comes before the names of their fields."""
    found = []
    for number, each in enumerate(typed["answers"], 1):
        if not each["text"].strip():
            found.append(Problem(f"{prefix}answer-{number}", Reason(mark("There is no text yet."))))
        elif not each["pattern"] and find_answer(typed, each["text"]) is not each:
            never = Reason(mark("This never counts: an answer above it fits the same text."))
            found.append(Problem(f"{prefix}answer-{number}", never, blocking=False))
    if not full_answers(typed):
        found.append(Problem(f"{prefix}answers", Reason(mark("At least one answer must earn all the points."))))
    return found


def typed_from_form(form: Form, prefix: str = "") -> dict[str, Any]:
    """Return the answers of the author's form; rows left empty are dropped."""
    answers: list[dict[str, Any]] = []
    for number in form.getlist(f"{prefix}answer"):
        name = f"{prefix}answer-{number}"
        text = " ".join(form.get(name, "").split())
        if text:
            credit = form.get(f"{name}-credit", "").strip().removesuffix("%").strip() or "100"
            pattern = bool(form.get(f"{name}-pattern", ""))
            answers.append({"text": text, "credit": credit, "pattern": pattern})
    return {
        "answers": answers,
        "case_sensitive": bool(form.get(f"{prefix}case_sensitive", "")),
        "fold_width": bool(form.get(f"{prefix}fold_width", "")),
        "fold_script": bool(form.get(f"{prefix}fold_script", "")),
    }


def typed_for_form(typed: Typed) -> dict[str, Any]:
    """Return the answers with two rows to spare, numbered, and the choices about them."""
    answers: Sequence[Mapping[str, Any]] = typed.get("answers", [])
    blank = {"text": "", "credit": "100", "pattern": False}
    spare = min(max(SPARE_ANSWERS, 3 - len(answers)), max(0, MAX_ANSWERS - len(answers)))
    return {
        "answers": [{**blank, **each, "number": number} for number, each in enumerate([*answers, *[blank] * spare], 1)],
        "case_sensitive": typed.get("case_sensitive", False),
        "fold_width": typed.get("fold_width", True),
        "fold_script": typed.get("fold_script", True),
    }
