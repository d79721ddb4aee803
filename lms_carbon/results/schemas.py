"""The forms of results."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from lms_carbon.core.forms import FormSchema
from lms_carbon.core.i18n import mark
from lms_carbon.results.errors import InvalidScoreError
from lms_carbon.results.rules import parse_score


class ScoreField(fields.Field[int]):
    """A score from 0 to 100 with at most two decimals, read as hundredths."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        try:
            return parse_score(value)
        except InvalidScoreError as problem:
            raise ValidationError(mark("Write a number from 0 to 100 with at most two decimals.")) from problem


class PolicyForm(FormSchema):
    """What an officer decides where the standard leaves it open; cuts rise with the levels of the band."""

    name = fields.String(required=True, validate=validate.Length(max=100))
    cut_1 = ScoreField(required=True)
    cut_2 = ScoreField(required=True)
    cut_3 = ScoreField(required=True)
    minimum_knowledge = ScoreField(load_default=None)
    minimum_skill = ScoreField(load_default=None)
    minimum_practice = ScoreField(load_default=None)
    years = fields.Integer(load_default=None, validate=validate.Range(min=0, max=100))
    rationale = fields.String(required=True, validate=validate.Length(min=5, max=4000))
