"""Single choice: one of up to twenty, one is right. An answer is the id of a choice."""

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.base import Content, Form, Response
from lms_carbon.question_bank.kinds.choices import ChoiceKind
from lms_carbon.question_bank.kinds.errors import ResponseShapeError
from lms_carbon.question_bank.kinds.reasons import Problem, Reason, Score
from lms_carbon.question_bank.kinds.schemas import ChoicesSchema

RIGHT = mark("This is the right choice.")
WRONG = mark("This is not the right choice.")


class SingleChoice(ChoiceKind):
    """All or nothing."""

    name = "single_choice"
    title = mark("Single choice")
    content_schema = ChoicesSchema
    multiple = False

    def check_correct(self, content: Content) -> list[Problem]:
        """Exactly one is right."""
        if len(content["correct"]) == 1:
            return []
        return [Problem("correct", Reason(mark("Mark exactly one choice as right.")))]

    def normalise_response(self, content: Content, raw: object) -> str | None:
        """Return the id of a choice; `null` and "" are no answer."""
        if raw is None or raw == "":
            return None
        if isinstance(raw, str) and any(raw == row["id"] for row in content["choices"]):
            return raw
        raise ResponseShapeError

    def response_from_form(self, form: Form, slot: str) -> object:
        """Return the radio button picked."""
        return form.get(slot, "")

    def score_answer(self, content: Content, response: Response, points: int) -> Score:
        """All the points for the right one."""
        if response in content["correct"]:
            return Score(points, Reason(RIGHT))
        return Score(0, Reason(WRONG))

    def key_response(self, content: Content) -> str:
        """Return the right one."""
        return str(content["correct"][0])
