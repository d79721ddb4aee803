"""True or false: a statement, judged. An answer is `true` or `false`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.base import (
    CandidateView,
    Content,
    Form,
    Kind,
    Response,
    Reveal,
    half_translated,
    texts_for_form,
    texts_from_form,
)
from lms_carbon.question_bank.kinds.bilingual import show
from lms_carbon.question_bank.kinds.errors import ResponseShapeError
from lms_carbon.question_bank.kinds.reasons import Problem, Reason, Score
from lms_carbon.question_bank.kinds.schemas import TrueFalseSchema

RIGHT = mark("Judged rightly.")
WRONG = mark("Judged wrongly.")
_WORDS = {"true": True, "false": False}
_TO_TICK = {"zh": "□ 正确　□ 错误", "en": "□ True   □ False"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueFalseView(CandidateView):
    """A statement; the two answers are the page's own words."""


class TrueFalse(Kind):
    """All or nothing."""

    name = "true_false"
    title = mark("True or false")
    content_schema = TrueFalseSchema

    def check_answer(self, content: Content) -> list[Problem]:
        """The author has said which it is."""
        found = half_translated("explanation", content.get("explanation"))
        if content["correct"] is None:
            found.append(Problem("correct", Reason(mark("Say whether the statement is true."))))
        return found

    def normalise_response(self, content: Content, raw: object) -> bool | None:
        """Return true or false; the words of a form are taken too; `null` and "" are no answer."""
        if raw is None or raw == "":
            return None
        if isinstance(raw, bool):
            return raw
        if isinstance(raw, str) and raw in _WORDS:
            return _WORDS[raw]
        raise ResponseShapeError

    def response_from_form(self, form: Form, slot: str) -> object:
        """Return the radio button picked."""
        return form.get(slot, "")

    def score_answer(self, content: Content, response: Response, points: int) -> Score:
        """All the points for the right judgement."""
        if response is content["correct"]:
            return Score(points, Reason(RIGHT))
        return Score(0, Reason(WRONG))

    def key_response(self, content: Content) -> bool:
        """Return what the statement is."""
        return bool(content["correct"])

    def candidate_view(self, content: Content, language: str, *, seed: str = "") -> TrueFalseView:
        """Return the statement."""
        return TrueFalseView(kind=self.name, language=language, stem=show(content["stem"], language))

    def reveal(self, content: Content, response: Response, points: int, language: str) -> Reveal:
        """Return the score, what the statement is, and the explanation."""
        return Reveal(
            score=self.score(content, response, points),
            possible=points,
            key=content["correct"],
            explanation=show(content.get("explanation"), language),
        )

    def plain_lines(self, content: Content, language: str) -> Sequence[str]:
        """Return the two answers, to tick one."""
        return (_TO_TICK[language],)

    def parse_form(self, form: Form) -> dict[str, Any]:
        """Return raw content."""
        return {
            "stem": texts_from_form(form, "stem"),
            "explanation": texts_from_form(form, "explanation"),
            "correct": _WORDS.get(form.get("correct", "")),
        }

    def form_values(self, content: Content) -> dict[str, Any]:
        """Return texts, and which button is picked."""
        return {
            "stem": texts_for_form(content.get("stem")),
            "explanation": texts_for_form(content.get("explanation")),
            "correct": content.get("correct"),
        }
