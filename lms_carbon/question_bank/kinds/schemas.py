"""The shape of question content at the edge, cleaned as it comes in. Gaps are allowed: drafts have them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.html import clean_html, clean_phrase

MAX_STEM: Final = 20_000
MAX_TEXT: Final = 2_000
MAX_CHOICES: Final = 20
CHOICE_ID: Final = r"[a-z][a-z0-9]{0,7}"

NOT_TEXT: Final = mark("This must be text.")
TOO_LONG: Final = mark("This is too long.")
WRONG_SHAPE: Final = mark("This does not have the right shape.")
NOT_OURS: Final = mark("This does not belong to this kind of question.")
NOT_KNOWN: Final = mark("This is not one of the possibilities.")
_FIELD_MESSAGES: Final[dict[str, str | list[Any] | dict[Any, Any]]] = {
    "required": mark("This is missing."),
    "null": mark("This is missing."),
    "invalid": WRONG_SHAPE,
    "type": WRONG_SHAPE,
    "unknown": NOT_OURS,
}


class Bilingual(fields.Field[dict[str, str]]):
    """`{"zh": html, "en": html}`, each cleaned by nh3 and length-limited; an absent language becomes ""."""

    def __init__(self, *, limit: int = MAX_TEXT, phrase: bool = False, **kwargs: Any) -> None:
        """`limit` counts characters before cleaning; a `phrase` may stand in a label."""
        super().__init__(error_messages=_FIELD_MESSAGES, **kwargs)
        self.limit = limit
        self.clean: Callable[[str], str] = clean_phrase if phrase else clean_html

    def _deserialize(self, value: Any, *_context: Any, **_kwargs: Any) -> dict[str, str]:
        if not isinstance(value, Mapping) or not set(value) <= set(LANGUAGES):
            raise self.make_error("invalid")
        cleaned: dict[str, str] = {}
        for language in LANGUAGES:
            text = value.get(language) or ""
            if not isinstance(text, str):
                raise ValidationError({language: [NOT_TEXT]})
            if len(text) > self.limit:
                raise ValidationError({language: [TOO_LONG]})
            cleaned[language] = self.clean(text)
        return cleaned


def text(limit: int, **kwargs: Any) -> fields.String:
    """A short plain text."""
    checks: list[Callable[[Any], Any]] = [validate.Length(max=limit, error=TOO_LONG), _printable]
    return fields.String(validate=checks, error_messages=_FIELD_MESSAGES, **kwargs)


def _printable(value: str) -> None:
    if not value.isprintable():
        raise ValidationError(NOT_TEXT)


def one_of(*choices: str, **kwargs: Any) -> fields.String:
    """One of a few words."""
    known = validate.OneOf(choices, error=NOT_KNOWN)
    return fields.String(validate=known, error_messages=_FIELD_MESSAGES, **kwargs)


def flag(**kwargs: Any) -> fields.Boolean:
    """True or false, and nothing that merely looks like it."""
    return fields.Boolean(truthy={True}, falsy={False}, error_messages=_FIELD_MESSAGES, **kwargs)


def many(inner: "fields.Field[Any]", limit: int, **kwargs: Any) -> fields.List[Any]:
    """A short list."""
    short = validate.Length(max=limit, error=mark("There are too many of these."))
    return fields.List(inner, validate=short, error_messages=_FIELD_MESSAGES, **kwargs)


def nested(schema: type[Schema], **kwargs: Any) -> fields.Nested:
    """Content of a shape of its own."""
    return fields.Nested(schema, error_messages=_FIELD_MESSAGES, **kwargs)


class StrictSchema(Schema):
    """Unknown keys are refused: an import must not lose things silently."""

    class Meta:
        """marshmallow's settings."""

        unknown = RAISE

    # An instance variable in marshmallow's types, a class attribute in its documentation.
    error_messages = {"type": WRONG_SHAPE, "unknown": NOT_OURS}


class ContentSchema(StrictSchema):
    """What every kind has: a stem, and an explanation for afterwards."""

    stem = Bilingual(limit=MAX_STEM, required=True)
    explanation = Bilingual(limit=MAX_STEM)


class ChoiceSchema(StrictSchema):
    """One row to choose. Its text is phrasing content, as it stands in a label."""

    id = fields.String(
        required=True,
        validate=validate.Regexp(rf"{CHOICE_ID}\Z", error=NOT_KNOWN),
        error_messages=_FIELD_MESSAGES,
    )
    text = Bilingual(phrase=True, required=True)
    feedback = Bilingual(phrase=True)


def choice_id(**kwargs: Any) -> fields.String:
    """A reference to a row."""
    known = validate.Regexp(rf"{CHOICE_ID}\Z", error=NOT_KNOWN)
    return fields.String(validate=known, error_messages=_FIELD_MESSAGES, **kwargs)


class ChoicesSchema(ContentSchema):
    """Single and multiple choice: rows, which are right, whether their order is mixed."""

    choices = many(fields.Nested(ChoiceSchema, error_messages=_FIELD_MESSAGES), MAX_CHOICES, required=True)
    correct = many(choice_id(), MAX_CHOICES, load_default=list)
    shuffle = flag(load_default=False)


class TrueFalseSchema(ContentSchema):
    """A statement, and whether it holds."""

    correct = flag(load_default=None, allow_none=True)


class ToleranceSchema(StrictSchema):
    """How far off still counts: in the key's unit, in percent of the key, or by significant digits that agree."""

    kind = one_of("absolute", "relative", "significant", required=True)
    value = text(40, required=True)


class QuantitySchema(ContentSchema):
    """The unit of a number, the units taken and offered, the tolerance. Numbers are decimal strings."""

    unit = text(40, load_default=None, allow_none=True)
    accepted_units = many(text(40), 12, load_default=list)
    offered_units = many(text(40), 12, load_default=list)
    tolerance = fields.Nested(
        ToleranceSchema,
        load_default=lambda: {"kind": "absolute", "value": "0"},
        error_messages=_FIELD_MESSAGES,
    )


class NumericSchema(QuantitySchema):
    """A number, decimal string, with what counts as equal to it."""

    value = text(64, load_default="")
