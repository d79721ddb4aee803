"""The shape of cases. What the parts hold is for their kinds to clean."""

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import ValidationError, fields

from lms_carbon.question_bank.kinds.schemas import (
    WRONG_SHAPE,
    ContentSchema,
    StrictSchema,
    choice_id,
    many,
    nested,
    text,
)

MAX_PARTS: Final = 12


class PartContent(fields.Field[Any]):
    """An object, taken as it is: the part's kind cleans it."""

    def _deserialize(self, value: Any, *_context: Any, **_kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise ValidationError(WRONG_SHAPE)
        return dict(value)


class PartSchema(StrictSchema):
    """A part: its name, its kind, its share of the points as a decimal string, and content as the kind has it."""

    id = choice_id(required=True)
    kind = text(32, required=True)
    points = text(8, load_default="1")
    content = PartContent(required=True)


class CaseSchema(ContentSchema):
    """The stem is what all parts are about."""

    parts = many(nested(PartSchema), MAX_PARTS, load_default=list)
