"""What writes over the API take."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from marshmallow import Schema, fields, validate

from lms_carbon.core.i18n import LANGUAGES
from lms_carbon.framework.queries import list_requirements
from lms_carbon.question_bank.errors import UnknownRequirementError
from lms_carbon.question_bank.kinds.base import Kind
from lms_carbon.question_bank.rules.about import (
    COGNITIVE,
    MAX_MINUTES,
    MAX_NOTE,
    MAX_POINTS,
    MAX_SOURCE,
    MAX_TITLE,
    Draft,
    Tag,
)

STEPS: Final = ("submit", "withdraw", "send_back", "approve", "sign_language", "suspend", "resume", "retire", "renew")
_MANY: Final = 100


def _texts(limit: int) -> type[Schema]:
    short = validate.Length(max=limit)
    shape: dict[str, fields.Field[Any]] = {
        name: fields.String(load_default="", validate=short) for name in ("zh", "en")
    }
    return Schema.from_dict(shape, name=f"TextUpTo{limit}")


class TagInSchema(Schema):
    """A requirement to show, by code or GUID; it holds for every position that shares the text, unless restricted."""

    code = fields.String(load_default="", validate=validate.Length(max=16))
    guid = fields.String(load_default="", validate=validate.Length(max=36))
    positions = fields.List(
        fields.String(validate=validate.Length(max=16)), load_default=list, validate=validate.Length(max=_MANY)
    )


class DraftInSchema(Schema):
    """A question as its author writes it; the content is the kind's own."""

    title = fields.Nested(_texts(MAX_TITLE), required=True)
    content = fields.Dict(required=True)
    points = fields.Integer(
        load_default=1_000, validate=validate.Range(1, MAX_POINTS), metadata={"description": "thousandths"}
    )
    cognitive = fields.String(load_default="understand", validate=validate.OneOf(tuple(COGNITIVE)))
    difficulty = fields.Integer(
        load_default=60,
        validate=validate.Range(1, 99),
        metadata={"description": "expected share of right answers, hundredths"},
    )
    minutes = fields.Integer(load_default=2, validate=validate.Range(1, MAX_MINUTES))
    source = fields.Nested(_texts(MAX_SOURCE), load_default=lambda: {"zh": "", "en": ""})
    needs_expert_review = fields.Boolean(load_default=False)
    requirements = fields.List(fields.Nested(TagInSchema), load_default=list, validate=validate.Length(max=_MANY))


class NewQuestionSchema(DraftInSchema):
    """A new question."""

    kind = fields.String(required=True, validate=validate.Length(max=32))


class ChangedQuestionSchema(DraftInSchema):
    """A draft written over; `revision` is the one that was read."""

    revision = fields.Integer(required=True, validate=validate.Range(1, 10**9))


class StepSchema(Schema):
    """A step of review; `revision` is the one that was read, for those who decide."""

    step = fields.String(required=True, validate=validate.OneOf(STEPS))
    revision = fields.Integer(load_default=0, validate=validate.Range(0, 10**9))
    version = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 10**6),
        metadata={"description": "to sign, suspend, resume or retire; 0 is the newest"},
    )
    languages = fields.List(
        fields.String(validate=validate.OneOf(LANGUAGES)),
        load_default=None,
        validate=validate.Length(min=1, max=len(LANGUAGES)),
        metadata={"description": "to approve in; none said is all that are complete and not approved yet"},
    )
    text = fields.String(load_default="", validate=validate.Length(max=MAX_NOTE))


def draft_from(kind: Kind, data: Mapping[str, Any]) -> Draft:
    """Return the draft that a write carries. Raises `ContentShapeError`, `UnknownRequirementError`."""
    return Draft(
        title=data["title"],
        content=kind.load_content(data["content"]),
        points=data["points"],
        cognitive=data["cognitive"],
        difficulty=data["difficulty"],
        minutes=data["minutes"],
        source=data["source"],
        needs_expert_review=data["needs_expert_review"],
        tags=_tags(data["requirements"]),
    )


def _tags(wanted: Sequence[Mapping[str, Any]]) -> tuple[Tag, ...]:
    known = list_requirements() if wanted else ()
    by_name = {name: one.statement_id for one in known for name in (one.code, one.guid)}
    tags: dict[int, Tag] = {}
    for each in wanted:
        statement = by_name.get(each["guid"] or each["code"])
        if statement is None:
            raise UnknownRequirementError({"requirements": UnknownRequirementError.sentence})
        tag = Tag(statement_id=statement, positions=tuple(each["positions"]) or None)
        tags[statement] = _united(tags.get(statement, tag), tag)
    return tuple(tags.values())


def _united(one: Tag, other: Tag) -> Tag:
    """Return one tag for two of a statement: it holds wherever either does, and None is everywhere."""
    if one.positions is None or other.positions is None:
        return Tag(statement_id=one.statement_id, positions=None)
    return Tag(statement_id=one.statement_id, positions=tuple(dict.fromkeys(one.positions + other.positions)))
