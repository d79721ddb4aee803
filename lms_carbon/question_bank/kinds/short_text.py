"""Short text: a few words to be typed, held against texts that count. An answer is the text."""

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
from lms_carbon.question_bank.kinds.crediting import percent_for_form, settle, share_from_form
from lms_carbon.question_bank.kinds.part_schemas import MAX_ANSWER, ShortTextSchema
from lms_carbon.question_bank.kinds.reasons import Problem, Reason, Score
from lms_carbon.question_bank.kinds.typed import (
    check_typed,
    credit_of,
    find_answer,
    full_answers,
    shown_answers,
    typed_for_form,
    typed_from_form,
    typed_text,
)

FITS = mark("This fits the answer “{answer}”.")
FITS_PARTLY = mark("This fits the answer “{answer}”, which earns {credit}.")
FITS_NONE = mark("This fits none of the answers that count.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortTextView(CandidateView):
    """A stem, and how long an answer may be."""

    limit: int = MAX_ANSWER


class ShortText(Kind):
    """Scored by the first answer that fits."""

    name = "short_text"
    title = mark("Short text")
    content_schema = ShortTextSchema

    def check_answer(self, content: Content) -> list[Problem]:
        """At least one answer earns everything."""
        return half_translated("explanation", content.get("explanation")) + check_typed(content)

    def normalise_response(self, content: Content, raw: object) -> str | None:
        """Return the text typed; blank is no answer."""
        return typed_text(raw) or None

    def response_from_form(self, form: Form, slot: str) -> object:
        """Return the text typed."""
        return form.get(slot, "")

    def score_answer(self, content: Content, response: Response, points: int) -> Score:
        """Give what the first answer that fits earns."""
        answer = find_answer(content, response)
        earned = settle(content, points, credit_of(answer))
        if answer is None:
            return Score(earned, Reason(FITS_NONE))
        params = {"answer": answer["text"], "credit": f"{answer['credit']} %"}
        return Score(earned, Reason(FITS if credit_of(answer) == 1 else FITS_PARTLY, params))

    def key_response(self, content: Content) -> str:
        """Return the first text that earns everything."""
        return full_answers(content)[0]

    def candidate_view(self, content: Content, language: str, *, seed: str = "") -> ShortTextView:
        """Return the stem."""
        return ShortTextView(kind=self.name, language=language, stem=show(content["stem"], language))

    def reveal(self, content: Content, response: Response, points: int, language: str) -> Reveal:
        """Return the score, the answers that earn everything, and the explanation."""
        return Reveal(
            score=self.score(content, response, points),
            possible=points,
            key=shown_answers(content),
            explanation=show(content.get("explanation"), language),
        )

    def plain_lines(self, content: Content, language: str) -> Sequence[str]:
        """Return room to write."""
        return ("________________",)

    def parse_form(self, form: Form) -> dict[str, Any]:
        """Return raw content."""
        least = form.get("minimum", "").strip()
        return {
            "stem": texts_from_form(form, "stem"),
            "explanation": texts_from_form(form, "explanation"),
            **typed_from_form(form),
            **({"minimum": share_from_form(least)} if least else {}),
        }

    def form_values(self, content: Content) -> dict[str, Any]:
        """Return texts, and the answers with rows to spare."""
        return {
            "stem": texts_for_form(content.get("stem")),
            "explanation": texts_for_form(content.get("explanation")),
            **typed_for_form(content),
            "minimum": percent_for_form(content.get("minimum")),
        }
