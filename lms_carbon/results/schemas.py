"""The forms of results."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from lms_carbon.core.forms import FormSchema
from lms_carbon.core.i18n import mark
from lms_carbon.results.errors import InvalidPointsError, InvalidScoreError
from lms_carbon.results.rules import parse_points, parse_score


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


class SignForm(FormSchema):
    """What a signer gives: that they looked, the code of their second factor, and the digest of what they saw."""

    looked = fields.String(required=True)
    code = fields.String(required=True, validate=validate.Length(max=20))
    seen = fields.String(required=True, validate=validate.Length(max=64))


class HoldForm(FormSchema):
    """Why a result is withheld."""

    reason = fields.String(required=True, validate=validate.Length(min=5, max=2000))


class PointsField(fields.Field[int]):
    """Points with at most three decimals, read as thousandths."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        try:
            return parse_points(str(value))
        except InvalidPointsError as problem:
            raise ValidationError(mark("Write a number of points, 0 or more.")) from problem


class RegradeForm(FormSchema):
    """What becomes of an item: all its points for everybody, or new points for one candidate."""

    who = fields.String(required=True, validate=validate.OneOf(["all", "one"]))
    candidacy_id = fields.Integer(load_default=None)
    points = PointsField(load_default=None)
    reason = fields.String(required=True, validate=validate.Length(min=5, max=2000))

    @validates_schema
    def name_the_one(self, data: dict[str, Any], **_: object) -> None:
        """Who is corrected alone is named, with the points."""
        if data.get("who") == "one":
            lacking = [name for name in ("candidacy_id", "points") if data.get(name) is None]
            if lacking:
                raise ValidationError({name: [mark("This is needed.")] for name in lacking})
