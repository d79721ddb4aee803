"""The forms of the officers' desk of cycles."""

import re
from decimal import Decimal
from typing import Any, Final

from marshmallow import ValidationError, fields, validate, validates_schema

from lms_carbon.core.forms import FormSchema, LocalMoment
from lms_carbon.core.i18n import mark
from lms_carbon.cycles.models import EntryRule, InstrumentKind
from lms_carbon.cycles.rules import ResultRule
from lms_carbon.framework.rules import Dimension

_CODE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
_YEARS: Final = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2})?")
_MAX_NUMBER: Final = 2**53 - 1


def _code_form(code: str) -> None:
    if not _CODE.fullmatch(code):
        raise ValidationError(mark("A code has 1 to 64 Latin letters, digits, dots and hyphens."))


class YearsField(fields.Field[int]):
    """Years of experience with at most two decimals, read as hundredths."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not _YEARS.fullmatch(str(value)):
            raise ValidationError(mark("Write years as 3 or 2.5, with at most two decimals."))
        return int(Decimal(str(value)) * 100)


class TitledForm(FormSchema):
    """Something with a title in either language, or both."""

    title_zh = fields.String(load_default="", validate=validate.Length(max=200))
    title_en = fields.String(load_default="", validate=validate.Length(max=200))

    @validates_schema(skip_on_field_errors=False)
    def check_title(self, data: dict[str, Any], **_: object) -> None:
        """Refuse an untitled thing: nobody could tell it from others."""
        if not data.get("title_zh") and not data.get("title_en"):
            raise ValidationError(mark("A title in one language at least is needed."), "title_zh")


class CycleForm(TitledForm):
    """What can change of a cycle."""

    closes_at = LocalMoment(load_default=None)


class NewCycleForm(CycleForm):
    """The code is chosen once: links from courses name it."""

    code = fields.String(required=True, validate=_code_form)


class EntryForm(FormSchema):
    """What a launch of somebody without a candidacy does."""

    entry = fields.Enum(EntryRule, by_value=True, required=True)


class TrackForm(EntryForm):
    """A position and a band."""

    position_id = fields.Integer(required=True, validate=validate.Range(min=1, max=_MAX_NUMBER))
    band = fields.String(required=True, validate=validate.OneOf(["junior", "intermediate", "senior"]))


class InstrumentForm(TitledForm):
    """What can change of an instrument. An empty dimension follows the method (B.1)."""

    dimension = fields.String(load_default=None, validate=validate.OneOf([each.value for each in Dimension]))
    weight = fields.Integer(required=True, validate=validate.Range(min=1, max=1000))
    result_rule = fields.Enum(ResultRule, by_value=True, required=True)


class NewInstrumentForm(InstrumentForm):
    """The method is chosen once."""

    kind = fields.Enum(InstrumentKind, by_value=True, required=True)


class CandidatesQuery(FormSchema):
    """Which candidates are listed."""

    q = fields.String(load_default="", validate=validate.Length(max=100))
    track = fields.Integer(load_default=None, validate=validate.Range(min=1, max=_MAX_NUMBER))
    state = fields.String(load_default="", validate=validate.OneOf(["", "asked", "entered", "unchecked", "withdrawn"]))
    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=_MAX_NUMBER))


class PersonsForm(FormSchema):
    """Whom to enter."""

    person = fields.List(
        fields.Integer(validate=validate.Range(min=1, max=_MAX_NUMBER)),
        load_default=list,
        validate=validate.Length(max=2000),
    )


class CandidacyForm(FormSchema):
    """What is done with one candidacy; refusing and withdrawing need a reason, for the person reads it."""

    act = fields.String(required=True, validate=validate.OneOf(["accept", "refuse", "withdraw", "enter", "years"]))
    reason = fields.String(load_default="", validate=validate.Length(max=1000))
    years = YearsField(load_default=None)

    @validates_schema(skip_on_field_errors=False)
    def check_reason(self, data: dict[str, Any], **_: object) -> None:
        """Ask for a reason where somebody is refused or withdrawn."""
        if data.get("act") in ("refuse", "withdraw") and not data.get("reason"):
            raise ValidationError(mark("Say why; the person reads it."), "reason")
