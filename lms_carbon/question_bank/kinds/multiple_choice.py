"""Multiple choice: any number of up to twenty. An answer is the list of the ids picked, in the author's order."""

from dataclasses import replace
from fractions import Fraction
from typing import Any, ClassVar

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.base import Content, Form, Response
from lms_carbon.question_bank.kinds.choices import ChoiceKind, ChoicesView
from lms_carbon.question_bank.kinds.crediting import credit_for_form, credit_from_form, rule_of, settle
from lms_carbon.question_bank.kinds.errors import ResponseShapeError
from lms_carbon.question_bank.kinds.part_schemas import MultipleChoiceSchema
from lms_carbon.question_bank.kinds.reasons import Problem, Reason, Score
from lms_carbon.question_bank.kinds.schemas import ContentSchema

ALL_RIGHT = mark("All the right choices and no other.")
COUNTED = mark("{right} of {of} right choices picked, {wrong} wrong ones.")
NOT_ALL = mark("{right} of {of} right choices picked, {wrong} wrong ones; points are given for all or none.")
_MAX_PICKS = 64


class MultipleChoice(ChoiceKind):
    """Scored `all_or_nothing`, or `partial`: each right pick earns its part and each wrong one takes `penalty` off.

    Without a penalty of its own a wrong pick takes off as much as a right one earns.
    """

    name = "multiple_choice"
    title = mark("Multiple choice")
    content_schema: ClassVar[type[ContentSchema]] = MultipleChoiceSchema
    multiple = True

    def check_correct(self, content: Content) -> list[Problem]:
        """At least one is right; when all are, the question tells nobody apart."""
        if not content["correct"]:
            return [Problem("correct", Reason(mark("Mark at least one choice as right.")))]
        if {row["id"] for row in content["choices"]} <= set(content["correct"]):
            all_right = Reason(mark("All choices are marked as right."))
            return [Problem("correct", all_right, blocking=False)]
        return []

    def normalise_response(self, content: Content, raw: object) -> list[str] | None:
        """Return the ids picked, each once; `null` and nothing picked are no answer."""
        if raw is None or raw == "":
            return None
        picked = [raw] if isinstance(raw, str) else raw
        if not isinstance(picked, list) or len(picked) > _MAX_PICKS:
            raise ResponseShapeError
        ids = [row["id"] for row in content["choices"]]
        if not all(isinstance(each, str) and each in ids for each in picked):
            raise ResponseShapeError
        return [each for each in ids if each in picked] or None

    def response_from_form(self, form: Form, slot: str) -> object:
        """Return the boxes ticked."""
        return list(form.getlist(slot))

    def score_answer(self, content: Content, response: Response, points: int) -> Score:
        """Count right and wrong picks and give what the content's scoring says."""
        key, picked = set(content["correct"]), set(response)
        right, wrong = len(picked & key), len(picked - key)
        counts = {"right": right, "of": len(key), "wrong": wrong}
        equal = None if content.get("penalty") else Fraction(1, max(len(key), 1))
        earned = settle(content, points, Fraction(right, max(len(key), 1)), wrong, penalty=equal)
        if picked == key:
            return Score(earned, Reason(ALL_RIGHT))
        return Score(earned, Reason(COUNTED if content["scoring"] == "partial" else NOT_ALL, counts))

    def key_response(self, content: Content) -> list[str]:
        """Return the right ones."""
        return [row["id"] for row in content["choices"] if row["id"] in content["correct"]]

    def candidate_view(self, content: Content, language: str, *, seed: str = "") -> ChoicesView:
        """Return stem and choices, and what a wrong pick costs."""
        return replace(super().candidate_view(content, language, seed=seed), rule=rule_of(content, equal=True))

    def parse_form(self, form: Form) -> dict[str, Any]:
        """Return raw content with its scoring."""
        return {**super().parse_form(form), **credit_from_form(form)}

    def form_values(self, content: Content) -> dict[str, Any]:
        """Return the values of choices, and the scoring."""
        return {**super().form_values(content), **credit_for_form(content)}
