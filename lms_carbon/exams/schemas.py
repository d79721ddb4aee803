"""The JSON of attempts, for reading short requests and for the OpenAPI document.

Changes to answers are read by hand in `rules.changes`; their schemas here only describe them.
"""

from marshmallow import RAISE, Schema, fields, validate

from lms_carbon.core.forms import FormSchema, LocalMoment
from lms_carbon.core.i18n import LANGUAGES
from lms_carbon.exams.rules.changes import MAX_CHANGES, MAX_NUMBER
from lms_carbon.exams.rules.states import AttemptState, SubmittedBy

BOTH = "-".join(LANGUAGES)
"""How the form of an exam names all languages."""
_COUNT = validate.Range(min=0, max=MAX_NUMBER)


class StrictSchema(Schema):
    """What is not known is refused: a page that sends it means something we would lose."""

    class Meta:
        """marshmallow's settings."""

        unknown = RAISE


class StartSchema(StrictSchema):
    """What the start page sends."""

    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    accepted = fields.Boolean(required=True, truthy={True}, falsy={False})


class StartedSchema(Schema):
    """The attempt, and the one-time path that opens it in a window of its own within 30 seconds."""

    attempt = fields.Integer(required=True)
    path = fields.String(required=True)


class EmptySchema(StrictSchema):
    """An empty object."""


class HeldAnswerSchema(Schema):
    """What the server holds for a slot."""

    slot = fields.Integer(required=True)
    epoch = fields.Integer(required=True)
    seq = fields.Integer(required=True)
    value = fields.Raw(required=True, allow_none=True)
    flagged = fields.Boolean(required=True)
    saved_at = fields.AwareDateTime(required=True)


class WindowSchema(Schema):
    """What a window gets that takes the attempt over. `key` is 32 bytes in base64, for AES-GCM."""

    epoch = fields.Integer(required=True)
    key = fields.String(required=True)
    server_now = fields.String(required=True)
    ends_at = fields.String(required=True)
    state = fields.Enum(AttemptState, by_value=True, required=True)
    answers = fields.List(fields.Nested(HeldAnswerSchema), required=True)


class ChangeSchema(StrictSchema):
    """One change. `value` as the kind of question has it, null takes an answer back."""

    slot = fields.Integer(required=True, strict=True, validate=_COUNT)
    seq = fields.Integer(required=True, strict=True, validate=_COUNT)
    value = fields.Raw(required=True, allow_none=True)
    flagged = fields.Boolean(load_default=False)
    client_at = fields.AwareDateTime(allow_none=True)


class ChangesSchema(StrictSchema):
    """Changes of the window that has the attempt in this epoch."""

    epoch = fields.Integer(required=True, strict=True, validate=_COUNT)
    changes = fields.List(fields.Nested(ChangeSchema), required=True, validate=validate.Length(max=MAX_CHANGES))


class SubmissionSchema(ChangesSchema):
    """The last changes, and who submits: the candidate, or the page at the deadline."""

    by = fields.String(
        load_default=SubmittedBy.CANDIDATE, validate=validate.OneOf([SubmittedBy.CANDIDATE, SubmittedBy.PAGE])
    )


class SavedSlotSchema(Schema):
    """The newest change that is held for a slot."""

    slot = fields.Integer(required=True)
    seq = fields.Integer(required=True)


class SavedSchema(Schema):
    """What is safe on the server's disk now."""

    saved = fields.List(fields.Nested(SavedSlotSchema), required=True)
    server_now = fields.String(required=True)
    ends_at = fields.String(required=True)


class ReceiptSchema(Schema):
    """What a candidate keeps: `digest` is SHA-256 over what the server holds, `receipt` its beginning."""

    receipt = fields.String(required=True)
    digest = fields.String(required=True)
    submitted_at = fields.String(required=True)
    answered = fields.Integer(required=True)


class AttemptSchema(Schema):
    """An attempt, without anything of its score."""

    state = fields.Enum(AttemptState, by_value=True, required=True)
    epoch = fields.Integer(required=True)
    server_now = fields.String(required=True)
    ends_at = fields.String(required=True)
    submitted_at = fields.String(required=True, allow_none=True)
    receipt = fields.String(required=True, allow_none=True)


class ExamForm(FormSchema):
    """What an officer sets. Empty texts are absent; `services.exams` checks what goes together."""

    title_zh = fields.String(load_default="", validate=validate.Length(max=200))
    title_en = fields.String(load_default="", validate=validate.Length(max=200))
    minutes = fields.Integer(load_default=0)
    attempts = fields.Integer(load_default=1)
    opens_at = LocalMoment(load_default=None)
    closes_at = LocalMoment(load_default=None)
    rules_zh = fields.String(load_default="", validate=validate.Length(max=10_000))
    rules_en = fields.String(load_default="", validate=validate.Length(max=10_000))
    practice_id = fields.Integer(load_default=None)
    languages = fields.String(load_default=BOTH, validate=validate.OneOf((BOTH, *LANGUAGES)))


class NewExamForm(ExamForm):
    """As above; code and instrument are chosen once. Without an instrument it is a practice exam."""

    code = fields.String(load_default="")
    instrument_id = fields.Integer(load_default=None)
