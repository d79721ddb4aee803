"""The shape of hotspots. Gaps are allowed: drafts have them."""

from typing import Any, Final

from marshmallow import ValidationError, fields, validate

from lms_carbon.question_bank.html import IMAGE_ENDINGS, MEDIA
from lms_carbon.question_bank.kinds.crediting import Ratio
from lms_carbon.question_bank.kinds.schemas import (
    NOT_KNOWN,
    WRONG_SHAPE,
    Bilingual,
    ContentSchema,
    StrictSchema,
    choice_id,
    many,
    nested,
    one_of,
)

MAX_AREAS: Final = 12
MAX_COORDS: Final = 40
MAX_SIDE: Final = 20_000
SHAPES: Final = ("rect", "circle", "polygon")


class Pixels(fields.Field[int]):
    """A whole number of pixels, `least` or more."""

    def __init__(self, *, least: int = 0, **kwargs: Any) -> None:
        """`least` is 1 for sides."""
        super().__init__(**kwargs)
        self.least = least

    def _deserialize(self, value: Any, *_context: Any, **_kwargs: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= MAX_SIDE:
            raise ValidationError(WRONG_SHAPE)
        return value


class Picture(fields.Field[str]):
    """`media:<name>` of an image, or nothing yet."""

    def _deserialize(self, value: Any, *_context: Any, **_kwargs: Any) -> str:
        found = MEDIA.fullmatch(value) if isinstance(value, str) else None
        if value != "" and not (found and found["ending"] in IMAGE_ENDINGS):
            raise ValidationError(NOT_KNOWN)
        return str(value)


class AreaSchema(StrictSchema):
    """An area of the picture, in its pixels, and what it is called where the picture is not seen."""

    id = choice_id(required=True)
    shape = one_of(*SHAPES, load_default="rect")
    coords = many(Pixels(), MAX_COORDS, load_default=list)
    label = Bilingual(phrase=True, required=True)


class HotspotSchema(ContentSchema):
    """A picture, its areas, and which are right. `size` is the picture's, known once it is in the bank."""

    image = Picture(load_default="")
    alt = Bilingual(phrase=True, load_default=lambda: {"zh": "", "en": ""})
    size = fields.List(Pixels(least=1), validate=validate.Length(equal=2, error=WRONG_SHAPE))
    areas = many(nested(AreaSchema), MAX_AREAS, load_default=list)
    correct = many(choice_id(), MAX_AREAS, load_default=list)
    scoring = one_of("all_or_nothing", "partial", load_default="all_or_nothing")
    penalty = Ratio()
    minimum = Ratio()
