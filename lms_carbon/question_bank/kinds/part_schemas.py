"""The shape of content that has several parts to answer, or text to be typed. Gaps are allowed: drafts have them."""

from typing import Any, Final

from marshmallow import ValidationError, fields, validate

from lms_carbon.question_bank.kinds.crediting import CreditSchema, Ratio
from lms_carbon.question_bank.kinds.schemas import (
    NOT_KNOWN,
    NOT_OURS,
    Bilingual,
    ChoicesSchema,
    ContentSchema,
    StrictSchema,
    ToleranceSchema,
    choice_id,
    flag,
    many,
    nested,
    one_of,
    text,
)

MAX_ROWS: Final = 20
MAX_OPTIONS: Final = 20
MAX_ANSWERS: Final = 20
MAX_GAPS: Final = 30
MAX_WEIGHT: Final = 100
MAX_ANSWER: Final = 200
"""Characters of a text to be typed."""


class MultipleChoiceSchema(ChoicesSchema):
    """Multiple choice says how it is scored; without `penalty` a wrong pick takes as much as a right one gives."""

    scoring = one_of("all_or_nothing", "partial", load_default="all_or_nothing")
    penalty = Ratio()
    minimum = Ratio()


class AnswerSchema(StrictSchema):
    """A text that counts, and the percentage it earns; with `pattern`, `*` and `?` stand for other text in it."""

    text = text(MAX_ANSWER, load_default="")
    credit = Ratio(limit=100, load_default="100")
    pattern = flag(load_default=False)


class TypedSchema(StrictSchema):
    """Texts that count, the first that fits first, and what makes no difference between texts."""

    answers = many(nested(AnswerSchema), MAX_ANSWERS, load_default=list)
    case_sensitive = flag(load_default=False)
    fold_width = flag(load_default=True)
    fold_script = flag(load_default=True)


class ShortTextSchema(ContentSchema, TypedSchema):
    """A text to be typed."""

    minimum = Ratio(load_default="0")


class OptionSchema(StrictSchema):
    """Something to pick for a row or in a gap."""

    id = choice_id(required=True)
    text = Bilingual(phrase=True, required=True)


class GapSchema(TypedSchema):
    """A gap; it has the fields of its kind alone."""

    id = choice_id(required=True)
    kind = one_of("text", "number", "choice", required=True)
    weight = fields.Integer(strict=True, validate=validate.Range(1, MAX_WEIGHT, error=NOT_KNOWN), load_default=1)
    value = text(64, load_default="")
    tolerance = nested(ToleranceSchema, load_default=lambda: {"kind": "absolute", "value": "0"})
    choices = many(nested(OptionSchema), MAX_OPTIONS, load_default=list)
    correct = choice_id(load_default=None, allow_none=True)


class GapField(fields.Nested):
    """A gap; what belongs to other kinds of gap is refused."""

    OWN: Final = {
        "text": ("answers", "case_sensitive", "fold_width", "fold_script"),
        "number": ("value", "tolerance"),
        "choice": ("choices", "correct"),
    }

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        loaded: dict[str, Any] = super()._deserialize(value, *args, **kwargs)
        names = ("id", "kind", "weight", *self.OWN[loaded["kind"]])
        if foreign := set(value) - set(names):
            raise ValidationError({name: [NOT_OURS] for name in sorted(foreign)})
        return {name: loaded[name] for name in names}


class ClozeSchema(ContentSchema, CreditSchema):
    """Gaps; each stands in the stem as `[[id]]`."""

    gaps = many(GapField(GapSchema), MAX_GAPS, load_default=list)


class MatchingRowSchema(StrictSchema):
    """A row, and the option that belongs to it."""

    id = choice_id(required=True)
    text = Bilingual(phrase=True, required=True)
    option = choice_id(load_default=None, allow_none=True)


class MatchingSchema(ContentSchema, CreditSchema):
    """Rows and options; an option may belong to several rows or to none."""

    rows = many(nested(MatchingRowSchema), MAX_ROWS, load_default=list)
    options = many(nested(OptionSchema), MAX_OPTIONS, load_default=list)
    shuffle = flag(load_default=True)


class CategoryRowSchema(StrictSchema):
    """A row, and the category that it falls into."""

    id = choice_id(required=True)
    text = Bilingual(phrase=True, required=True)
    category = choice_id(load_default=None, allow_none=True)


class CategorisingSchema(ContentSchema, CreditSchema):
    """Categories and rows."""

    categories = many(nested(OptionSchema), MAX_OPTIONS, load_default=list)
    rows = many(nested(CategoryRowSchema), MAX_ROWS, load_default=list)
    shuffle = flag(load_default=True)


class OrderingSchema(ContentSchema):
    """Rows in their right order."""

    rows = many(nested(OptionSchema), MAX_ROWS, load_default=list)
    scoring = one_of("all_or_nothing", "partial", load_default="partial")
    minimum = Ratio(load_default="0")
