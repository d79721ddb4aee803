"""Questions at the edge: the author's form in, JSON out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from lms_carbon.core.forms import FormSchema
from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.errors import TooManyTagsError, UnknownStatementError
from lms_carbon.question_bank.kinds.base import Kind, by_field, points_text
from lms_carbon.question_bank.kinds.errors import ContentShapeError
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.kinds.schemas import one_of, text
from lms_carbon.question_bank.models import QuestionVersion
from lms_carbon.question_bank.queries.listing import LANGUAGE_FILTERS, MAX_PAGE, PAGE
from lms_carbon.question_bank.rules.about import (
    COGNITIVE,
    DIFFICULTY_BANDS,
    MAX_MINUTES,
    MAX_POINTS,
    MAX_SOURCE,
    MAX_TAGS,
    MAX_TITLE,
    Draft,
    Tag,
)
from lms_carbon.question_bank.rules.states import VersionState

WHOLE_NUMBER: Final = mark("A whole number is needed here.")
POINTS_RANGE: Final = mark("Points are more than 0 and at most 100, with up to three decimals.")
MINUTES_RANGE: Final = mark("Minutes are between 1 and 180.")
DIFFICULTY_RANGE: Final = mark("This is a share between 0 and 1.")

# How many requirements a request may name at all; more is no form of ours.
_MANY: Final = 200


class Points(fields.Field[int]):
    """Points as written, `2.5`, to thousandths."""

    def _deserialize(self, value: Any, *_context: Any, **_kwargs: Any) -> int:
        try:
            thousandths = Decimal(str(value).strip().replace("，", ".").replace("．", ".")) * 1000
        except InvalidOperation:
            raise ValidationError(POINTS_RANGE) from None
        if not thousandths.is_finite() or thousandths != thousandths.to_integral_value():
            raise ValidationError(POINTS_RANGE)
        if not 0 < thousandths <= MAX_POINTS:
            raise ValidationError(POINTS_RANGE)
        return int(thousandths)


def _whole(low: int, high: int, sentence: str, **kwargs: Any) -> fields.Integer:
    messages: dict[str, Any] = {"invalid": WHOLE_NUMBER, "too_large": sentence}
    return fields.Integer(validate=validate.Range(low, high, error=sentence), error_messages=messages, **kwargs)


class AboutSchema(FormSchema):
    """What the form asks of every kind."""

    title_zh = text(MAX_TITLE, data_key="title-zh", load_default="")
    title_en = text(MAX_TITLE, data_key="title-en", load_default="")
    points = Points(load_default=1_000)
    cognitive = one_of(*COGNITIVE, load_default="understand")
    difficulty = _whole(1, 99, DIFFICULTY_RANGE, load_default=60)
    minutes = _whole(1, MAX_MINUTES, MINUTES_RANGE, load_default=2)
    source_zh = text(MAX_SOURCE, data_key="source-zh", load_default="")
    source_en = text(MAX_SOURCE, data_key="source-en", load_default="")
    needs_expert_review = fields.Boolean(load_default=False)


@dataclass
class Entered:
    """What stands in the author's form: to show again whatever it is, and as a draft where it can be kept."""

    kind: Kind
    values: Mapping[str, Any]
    """`Kind.form_values`."""
    about: Mapping[str, Any]
    """The other fields, as written."""
    tags: tuple[Tag, ...] = ()
    problems: dict[str, list[Reason]] = field(default_factory=dict)
    draft: Draft | None = None


def read_entered(kind: Kind, form: MultiDict[str, str]) -> Entered:
    """Read the author's form; `draft` is None where something in it cannot be kept, `problems` says what."""
    raw = kind.parse_form(form)
    problems: dict[str, list[Reason]] = {}
    content: dict[str, Any] = {}
    about: dict[str, Any] = {}
    tags: tuple[Tag, ...] = ()
    try:
        content = kind.load_content(raw)
    except ContentShapeError as refusal:
        problems |= by_field(refusal.found)
    try:
        about = AboutSchema().load(form)
    except ValidationError as refusal:
        found = refusal.normalized_messages()
        problems |= {str(name): [Reason(str(sentence)) for sentence in said] for name, said in found.items()}
    try:
        tags = read_tags(form)
    except UnknownStatementError as refusal:
        problems["requirements"] = [Reason(refusal.sentence)]
    if len(tags) > MAX_TAGS:
        problems["requirements"] = [Reason(TooManyTagsError.sentence, {"limit": MAX_TAGS})]
    entered = Entered(kind, kind.form_values(raw), about_entered(form), tags, problems)
    if not problems:
        entered.draft = _draft(content, about, tags)
    return entered


def read_tags(form: MultiDict[str, str]) -> tuple[Tag, ...]:
    """Return the tags of a form.

    `tag` names the statements tagged before, `pick` those ticked among what a search found, `shown` those that stood
    there ticked (so that unticking one takes it off), `only-<statement>` the positions that a tag is restricted to.
    """
    picked, shown = form.getlist("pick")[:_MANY], set(form.getlist("shown"))
    kept = [name for name in form.getlist("tag")[:_MANY] if name not in shown or name in picked]
    found = []
    for name in dict.fromkeys([*kept, *picked]):
        if not (name.isascii() and name.isdecimal() and len(name) < 19):
            raise UnknownStatementError
        only = tuple(dict.fromkeys(code[:16] for code in form.getlist(f"only-{name}")[:_MANY]))
        found.append(Tag(statement_id=int(name), positions=only or None))
    return tuple(found)


def entered_from(kind: Kind, version: QuestionVersion, tags: tuple[Tag, ...]) -> Entered:
    """Return what the form shows of a stored version."""
    about = {
        **{f"title-{language}": version.title.get(language, "") for language in LANGUAGES},
        **{f"source-{language}": version.source.get(language, "") for language in LANGUAGES},
        "points": points_text(version.points),
        "cognitive": version.cognitive,
        "difficulty": str(version.difficulty),
        "minutes": str(version.minutes),
        "needs_expert_review": "1" if version.needs_expert_review else "",
    }
    return Entered(kind, kind.form_values(version.content), about, tags)


def blank_entered(kind: Kind) -> Entered:
    """Return what the form of a new question shows."""
    return read_entered(kind, MultiDict({"points": "1", "shuffle": "1", "fold_width": "1", "fold_script": "1"}))


def about_entered(form: MultiDict[str, str]) -> dict[str, str]:
    """Return the fields of `AboutSchema` as they were written, defaults where the form lacks one."""
    defaults = {"points": "1", "cognitive": "understand", "difficulty": "60", "minutes": "2"}
    keys = [declared.data_key or name for name, declared in AboutSchema().fields.items()]
    return {key: form.get(key, defaults.get(key, "")) for key in keys}


def _draft(content: Mapping[str, Any], about: Mapping[str, Any], tags: tuple[Tag, ...]) -> Draft:
    return Draft(
        title={language: about[f"title_{language}"] for language in LANGUAGES},
        content=dict(content),
        points=about["points"],
        cognitive=about["cognitive"],
        difficulty=about["difficulty"],
        minutes=about["minutes"],
        source={language: about[f"source_{language}"] for language in LANGUAGES},
        needs_expert_review=about["needs_expert_review"],
        tags=tags,
    )


class QuestionQuery(Schema):
    """Filters of `GET /api/v1/questions`."""

    state = fields.Enum(VersionState, by_value=True, load_default=None)
    kind = fields.String(load_default="", validate=validate.Length(max=32))
    requirement = fields.String(load_default="", validate=validate.Length(max=16))
    position = fields.String(load_default="", validate=validate.Length(max=16))
    q = fields.String(load_default="", validate=validate.Length(max=200))
    mine = fields.Boolean(load_default=False)
    cognitive = fields.String(load_default="", validate=validate.OneOf(("", *COGNITIVE)))
    difficulty = fields.String(load_default="", validate=validate.OneOf(("", *DIFFICULTY_BANDS)))
    language = fields.String(load_default="", validate=validate.OneOf(("", *LANGUAGE_FILTERS)))
    sample = fields.Boolean(load_default=None)
    cursor = fields.String(load_default="", validate=validate.Length(max=200))
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, MAX_PAGE))


class TextSchema(Schema):
    """Bilingual text; the content's own is HTML of a few tags and MathML."""

    zh = fields.String()
    en = fields.String()


class RequirementSchema(Schema):
    """A requirement that a tag resolves to."""

    code = fields.String()
    guid = fields.String()
    dimension = fields.String()


class QuestionSchema(Schema):
    """A question with the version that the list shows."""

    id = fields.Integer()
    code = fields.String()
    kind = fields.String()
    sample = fields.Boolean()
    version = fields.Integer()
    state = fields.Enum(VersionState, by_value=True)
    approved_in = fields.List(fields.String(), metadata={"description": "languages"})
    revision = fields.Integer()
    title = fields.Nested(TextSchema)
    points = fields.Integer(metadata={"description": "thousandths"})
    cognitive = fields.String()
    difficulty = fields.Integer(metadata={"description": "expected share of right answers, hundredths"})
    minutes = fields.Integer()
    author = fields.String(allow_none=True)
    edited_at = fields.AwareDateTime()
    requirements = fields.List(fields.Nested(RequirementSchema))


class WholeQuestionSchema(QuestionSchema):
    """A question with its content, key included."""

    content = fields.Dict()
    source = fields.Nested(TextSchema)
    needs_expert_review = fields.Boolean()
    reviewer = fields.String(allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)
    versions = fields.List(fields.Dict())


class QuestionPageSchema(Schema):
    """A page of the list; `next` is the cursor of the one after it, null at the end."""

    items = fields.List(fields.Nested(QuestionSchema))
    next = fields.String(allow_none=True)
