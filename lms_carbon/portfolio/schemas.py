"""The forms of portfolios; `services` check what goes together."""

from marshmallow import fields

from lms_carbon.core.forms import FormSchema, LocalMoment


class ReviewForm(FormSchema):
    """When candidates may hand in."""

    opens_at = LocalMoment(load_default=None)
    closes_at = LocalMoment(required=True)


class NewReviewForm(ReviewForm):
    """As above; code, instrument and rubric are chosen once."""

    code = fields.String(required=True)
    instrument_id = fields.Integer(required=True)
    rubric_id = fields.Integer(required=True)


class EvidenceForm(FormSchema):
    """What a candidate says about a piece of evidence; the file comes beside it."""

    requirement_id = fields.Integer(load_default=None)
    title = fields.String(load_default="")
    statement = fields.String(load_default="")
    url = fields.String(load_default="")
    text = fields.String(load_default="")
