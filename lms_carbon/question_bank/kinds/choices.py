"""What single and multiple choice share: rows, their order, their author form."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.html import is_blank, plain_text
from lms_carbon.question_bank.kinds.base import (
    CandidateView,
    Content,
    Form,
    Kind,
    Response,
    Reveal,
    half_translated,
    letter,
    missing_text,
    texts_for_form,
    texts_from_form,
)
from lms_carbon.question_bank.kinds.bilingual import Text, show
from lms_carbon.question_bank.kinds.plain import plain_of
from lms_carbon.question_bank.kinds.reasons import Problem, Reason
from lms_carbon.question_bank.kinds.schemas import MAX_CHOICES

SPARE_ROWS = 2
"""Empty rows at the end of the author's form, so that a choice can be added without script."""


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """A choice as the candidate sees it; `letter` follows the order shown, `id` does not."""

    id: str
    letter: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoicesView(CandidateView):
    """A question with choices; `multiple` tells whether several may be picked."""

    choices: tuple[ChoiceView, ...]
    multiple: bool


class ChoiceKind(Kind):
    """Base of the kinds that offer rows to pick from."""

    multiple: bool

    def candidate_view(self, content: Content, language: str, *, seed: str = "") -> ChoicesView:
        """Return stem and choices; mixed by `seed` where the author lets them be."""
        rows = list(content["choices"])
        if content.get("shuffle") and seed:
            rows.sort(key=lambda row: hashlib.sha256(f"{seed}\0{row['id']}".encode()).digest())
        return ChoicesView(
            kind=self.name,
            language=language,
            stem=show(content["stem"], language),
            choices=tuple(
                ChoiceView(row["id"], letter(index), show(row["text"], language)) for index, row in enumerate(rows)
            ),
            multiple=self.multiple,
        )

    def reveal(self, content: Content, response: Response, points: int, language: str) -> Reveal:
        """Return the score, the right choices, and the feedback of each choice."""
        return Reveal(
            score=self.score(content, response, points),
            possible=points,
            key=list(content["correct"]),
            explanation=show(content.get("explanation"), language),
            feedback={row["id"]: show(row["feedback"], language) for row in content["choices"] if row.get("feedback")},
        )

    def plain_lines(self, content: Content, language: str) -> Sequence[str]:
        """Return the choices with their letters, in the author's order."""
        return [f"{letter(index)}. {plain_of(row['text'], language)}" for index, row in enumerate(content["choices"])]

    def check_answer(self, content: Content) -> list[Problem]:
        """Return problems of the rows and of what is marked right."""
        rows = content["choices"]
        found = [problem for row in rows for problem in _check_row(row)]
        found += half_translated("explanation", content.get("explanation"))
        ids = [row["id"] for row in rows]
        if len(ids) < 2:
            found.append(Problem("choices", Reason(mark("At least two choices are needed."))))
        if len(set(ids)) < len(ids):
            found.append(Problem("choices", Reason(mark("Two choices have the same name inside."))))
        if _reads_twice(rows):
            found.append(Problem("choices", Reason(mark("Two choices read the same."))))
        if not set(content["correct"]) <= set(ids):
            found.append(Problem("correct", Reason(mark("A row without text is marked as right."))))
        return found + self.check_correct(content)

    def check_correct(self, content: Content) -> list[Problem]:
        """Return problems of how many are marked right."""
        raise NotImplementedError

    def parse_form(self, form: Form) -> dict[str, Any]:
        """Return raw content; rows left empty are dropped."""
        return {
            "stem": texts_from_form(form, "stem"),
            "explanation": texts_from_form(form, "explanation"),
            "choices": [row for row in map(_row_from(form), form.getlist("choice")) if _filled(row)],
            "correct": form.getlist("correct"),
            "shuffle": bool(form.get("shuffle", "")),
        }

    def form_values(self, content: Content) -> dict[str, Any]:
        """Return texts, rows with two spare ones, and the choices about them."""
        correct = content.get("correct", [])
        rows = [
            {
                "id": row["id"],
                "text": texts_for_form(row["text"], phrase=True),
                "feedback": texts_for_form(row.get("feedback"), phrase=True),
                "correct": row["id"] in correct,
            }
            for row in content.get("choices", [])
        ]
        for name in _free_names(row["id"] for row in rows)[: max(SPARE_ROWS, 4 - len(rows))]:
            if len(rows) < MAX_CHOICES:
                empty = texts_for_form(None)
                rows.append({"id": name, "text": empty, "feedback": empty, "correct": name in correct})
        return {
            "stem": texts_for_form(content.get("stem")),
            "explanation": texts_for_form(content.get("explanation")),
            "choices": rows,
            "shuffle": content.get("shuffle", True),
        }


def _check_row(row: Mapping[str, Any]) -> list[Problem]:
    name = f"choice-{row['id']}"
    return missing_text(name, row["text"]) + half_translated(f"{name}-feedback", row.get("feedback"))


def _reads_twice(rows: Iterable[Mapping[str, Any]]) -> bool:
    for language in ("zh", "en"):
        shown = [plain_text(row["text"].get(language, "")) for row in rows]
        written = [text for text in shown if text]
        # MathML loses its structure as plain text, so rows that differ in it alone are compared as written.
        if len(set(written)) < len(written):
            whole = [row["text"].get(language, "") for row in rows if plain_text(row["text"].get(language, ""))]
            if len(set(whole)) < len(whole):
                return True
    return False


def _row_from(form: Form) -> Any:
    def row(name: str) -> dict[str, Any]:
        made: dict[str, Any] = {
            "id": name,
            "text": texts_from_form(form, f"choice-{name}", phrase=True),
        }
        feedback = texts_from_form(form, f"choice-{name}-feedback", phrase=True)
        if any(feedback.values()):
            made["feedback"] = feedback
        return made

    return row


def _filled(row: Mapping[str, Any]) -> bool:
    texts = [*row["text"].values(), *row.get("feedback", {}).values()]
    return not all(is_blank(text) for text in texts)


def _free_names(taken: Iterable[str]) -> list[str]:
    used = set(taken)
    return [name for name in "abcdefghijklmnopqrst" if name not in used]
