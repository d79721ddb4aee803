"""A number to be calculated from numbers that each candidate draws: variables, conditions, a formula.

Content is dealt before it is used (`Kind.deal`): `numbers` then holds what was drawn. Content that nobody dealt stands
for its example, the draw of an empty seed, which is also what an author and a reviewer see.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.kinds.base import Content, Form, Response, Reveal
from lms_carbon.question_bank.kinds.calculated_checks import check_calculated
from lms_carbon.question_bank.kinds.drawing import draw_numbers, fill_text
from lms_carbon.question_bank.kinds.errors import NoValueError, UnreadableExpressionError, UnreadableNumberError
from lms_carbon.question_bank.kinds.expressions import read_formula
from lms_carbon.question_bank.kinds.number_schemas import MAX_VARIABLES, CalculatedSchema
from lms_carbon.question_bank.kinds.numbers import read_number, round_digits, write_fraction
from lms_carbon.question_bank.kinds.numeric import Numeric, NumericView, listed_units
from lms_carbon.question_bank.kinds.reasons import Problem, Reason, Score

SPARE_ROWS: Final = 2
ANSWER: Final = "answer"
"""The name that stands for the correct value, in the explanation alone."""
_FIELDS: Final = ("name", "min", "max", "step", "values")
_CHECKED: Final = tuple(f"check-{number}" for number in range(8))


class Calculated(Numeric):
    """All or nothing, within the tolerance around what the candidate's own numbers come to."""

    name = "calculated"
    title = mark("Calculated number")
    content_schema = CalculatedSchema

    def deal(self, content: Content, seed: str) -> Content:
        """Return the content with `numbers`: those of `seed`, else of the example, which review has seen work."""
        if "numbers" in content:
            return content
        try:
            numbers = draw_numbers(content, seed) or draw_numbers(content, "") or {}
        except (UnreadableExpressionError, UnreadableNumberError):
            # An unfinished draft: its author sees the places, and what is missing beside the fields.
            numbers = {}
        return {**content, "numbers": numbers}

    def as_numeric(self, content: Content) -> dict[str, Any]:
        """Return content of a numeric question: this one, with the numbers in their places.

        A draft that comes to no number has the value "", and keeps the places that have none.
        """
        dealt = self.deal(content, "")
        try:
            key = write_fraction(self.key_value(dealt))
        except (NoValueError, UnreadableExpressionError, UnreadableNumberError):
            key = ""
        numbers = {name: _grouped(text) for name, text in dealt["numbers"].items()}
        texts = {
            "stem": {language: fill_text(text, numbers) for language, text in dealt["stem"].items()},
            "explanation": {
                language: fill_text(text, {**numbers, ANSWER: key} if key else numbers)
                for language, text in (dealt.get("explanation") or {}).items()
            },
        }
        kept = {name: dealt[name] for name in ("unit", "accepted_units", "offered_units", "tolerance")}
        return {**texts, **kept, "value": key}

    def check_answer(self, content: Content) -> list[Problem]:
        """What the author wrote can be read, is used, can be drawn, and the correct value earns its points."""
        found = check_calculated(content)
        if any(problem.blocking for problem in found):
            return found
        for seed in _CHECKED:
            numbers = draw_numbers(content, seed)
            if numbers is None:
                return [*found, Problem("constraints", Reason(mark("Hardly any numbers keep these conditions.")))]
            dealt = {**content, "numbers": numbers}
            for language in LANGUAGES:
                self.candidate_view(dealt, language)
            if self.score(dealt, self.key_response(dealt), 1000).earned != 1000:
                sentence = mark("The correct value has no end. Give a tolerance, or significant digits to round it to.")
                return [*found, Problem("tolerance", Reason(sentence))]
        return found

    def key_value(self, content: Content) -> Fraction:
        """Return what the formula comes to with the numbers dealt, rounded where the author says so."""
        numbers = {name: Fraction(read_number(text)) for name, text in self.deal(content, "")["numbers"].items()}
        value = read_formula(content["formula"]).value(numbers)
        return round_digits(value, content["digits"]) if content["digits"] else value

    def key_text(self, content: Content) -> str:
        """Return the correct value in digits."""
        return write_fraction(self.key_value(content))

    def score_answer(self, content: Content, response: Response, points: int) -> Score:
        """Score against the numbers dealt."""
        return super().score_answer(self.deal(content, ""), response, points)

    def candidate_view(self, content: Content, language: str, *, seed: str = "") -> NumericView:
        """Return the stem with the numbers dealt; content that nobody dealt draws those of `seed`."""
        return super().candidate_view(self.as_numeric(self.deal(content, seed)), language)

    def reveal(self, content: Content, response: Response, points: int, language: str) -> Reveal:
        """Return the score, the value with its unit, and the explanation with the numbers dealt."""
        dealt = self.deal(content, "")
        shown = {**dealt, "explanation": self.as_numeric(dealt)["explanation"]}
        return super().reveal(shown, response, points, language)

    def plain(self, content: Content, language: str) -> str:
        """Return the question as plain text, with the numbers dealt or the example's."""
        return super().plain(self.as_numeric(content), language)

    def parse_form(self, form: Form) -> dict[str, Any]:
        """Return raw content; rows without a name are dropped, conditions stand one a line."""
        raw = super().parse_form(form)
        del raw["value"]
        rows = [dict(_row_of(form, row)) for row in form.getlist("variable")[: MAX_VARIABLES + SPARE_ROWS]]
        digits = form.get("digits", "").strip()
        return {
            **raw,
            "variables": [row for row in rows if row.get("name")],
            "constraints": [line.strip() for line in form.get("constraints", "").splitlines() if line.strip()],
            "formula": form.get("formula", "").strip(),
            "digits": digits or None,
        }

    def form_values(self, content: Content) -> dict[str, Any]:
        """Return texts, the rows of variables with spare ones, conditions one a line."""
        rows = [
            {"row": str(number), **_row_values(variable)}
            for number, variable in enumerate(content.get("variables", []), start=1)
        ]
        spare = range(len(rows) + 1, min(max(len(rows) + SPARE_ROWS, 3), MAX_VARIABLES) + 1)
        values = super().form_values(content)
        del values["value"]
        return {
            **values,
            "variables": rows + [{"row": str(number), **dict.fromkeys(_FIELDS, "")} for number in spare],
            "constraints": "\n".join(content.get("constraints", [])),
            "formula": content.get("formula", ""),
            "digits": content.get("digits") or "",
        }


def _row_of(form: Form, row: str) -> Iterator[tuple[str, Any]]:
    for name in _FIELDS:
        text = form.get(f"variable-{row[:4]}-{name}", "").strip()
        if text:
            yield name, (listed_units(text.replace(" ", ",")) if name == "values" else text)


def _row_values(variable: Mapping[str, Any]) -> dict[str, str]:
    texts = {name: str(variable.get(name, "")) for name in _FIELDS}
    listed = variable.get("values") or []
    return {**texts, "values": ", ".join(listed) if isinstance(listed, list) else str(listed)}


def _grouped(text: str) -> str:
    """Return a number as texts print it: `1234567.5` → `1 234 567.5`; four digits stay together."""
    sign, number = ("−", text[1:]) if text.startswith("-") else ("", text)
    whole, point, part = number.partition(".")
    # Very large and very small numbers have an exponent, which stays as it is.
    if len(whole) > 4 and whole.isdecimal():
        whole = f"{int(whole):,}".replace(",", " ")
    return sign + whole + point + part
