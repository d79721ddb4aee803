"""The shape of content whose numbers are drawn. Gaps are allowed: drafts have them."""

from typing import Any, Final

from marshmallow import ValidationError, fields

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.schemas import QuantitySchema, StrictSchema, many, nested, text

MAX_VARIABLES: Final = 8
MAX_VALUES: Final = 50
MAX_CONSTRAINTS: Final = 8
MAX_DIGITS: Final = 15
DIGITS_RANGE: Final = mark("Significant digits are a whole number from 1 to 15.")


class Digits(fields.Field[int]):
    """A number of significant digits: 3, or "3"."""

    def _deserialize(self, value: Any, *_context: Any, **_kwargs: Any) -> int:
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 3:
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_DIGITS:
            raise ValidationError(DIGITS_RANGE)
        return value


class VariableSchema(StrictSchema):
    """A name, and either a range with a step or the values themselves. Numbers are decimal strings."""

    name = text(16, required=True)
    min = text(40)
    max = text(40)
    step = text(40)
    values = many(text(40), MAX_VALUES)


class CalculatedSchema(QuantitySchema):
    """Variables, conditions on them, the formula; `digits` is what the correct value is rounded to, null for not."""

    variables = many(nested(VariableSchema), MAX_VARIABLES, load_default=list)
    constraints = many(text(300), MAX_CONSTRAINTS, load_default=list)
    formula = text(300, load_default="")
    digits = Digits(load_default=None, allow_none=True)
