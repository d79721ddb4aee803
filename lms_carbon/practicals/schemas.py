"""The forms of practicals."""

from marshmallow import fields, validate

from lms_carbon.core.forms import FormSchema, LocalMoment


class NewPracticalForm(FormSchema):
    """A practical to be set; `services.practicals` checks what goes together."""

    instrument_id = fields.Integer(required=True)
    task_id = fields.Integer(required=True)
    code = fields.String(required=True, validate=validate.Length(max=64))
    opens_at = LocalMoment(load_default=None)
    closes_at = LocalMoment(required=True)


class DeadlineForm(FormSchema):
    """A new deadline."""

    closes_at = LocalMoment(required=True)


class SheetForm(FormSchema):
    """What stands on a sheet beside the checkpoints' own fields."""

    revision = fields.Integer(required=True)
    note = fields.String(load_default="")


class HandInForm(FormSchema):
    """The declaration, and the state of the sheet that was looked at."""

    revision = fields.Integer(required=True)
    declared = fields.Boolean(load_default=False)
