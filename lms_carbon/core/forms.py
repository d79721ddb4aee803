"""HTML forms by marshmallow: what was entered survives, what is wrong stands beside its field."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_babel import get_timezone, gettext
from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load
from werkzeug.datastructures import MultiDict

from lms_carbon.core.i18n import mark

_SENTENCES: Final = (
    (
        r"Missing data for required field\.|Field may not be null\.|Shorter than minimum length 1\.",
        mark("This is needed."),
    ),
    (r"Shorter than minimum length (?P<n>\d+)\.", mark("Write at least {n} characters.")),
    (r"Longer than maximum length (?P<n>\d+)\.", mark("Write at most {n} characters.")),
    (r"Length must be between (?P<a>\d+) and (?P<b>\d+)\.", mark("Write {a} to {b} characters.")),
    (r"Not a valid integer\.", mark("Write a whole number.")),
    (r"Not a valid number\.|Number too large\.|Special numeric values .*", mark("Write a number.")),
    (r"Must be greater than or equal to (?P<a>\S+) and less than or equal to (?P<b>\S+)\.", mark("Write {a} to {b}.")),
    (r"Must be greater than or equal to (?P<n>\S+)\.", mark("Write {n} or more.")),
    (r"Must be less than or equal to (?P<n>\S+)\.", mark("Write {n} or less.")),
    (r"Must be greater than (?P<n>\S+)\.", mark("Write more than {n}.")),
    (r"Must be less than (?P<n>\S+)\.", mark("Write less than {n}.")),
    (r"Must be one of: .*", mark("Choose one of those offered.")),
    (r"Not a valid email address\.", mark("Write an e-mail address, such as name@example.edu.")),
    (r"Not a valid URL\.", mark("Write an address that begins with https://.")),
    (r"Not a valid (naive |aware )?datetime\.", mark("Write a day and a time.")),
    (r"Not a valid date\.", mark("Write a day.")),
    (r"Not a valid time\.", mark("Write a time.")),
    (
        r"Not a valid .*|Invalid value\.|String does not match expected pattern\.",
        mark("This has not the form that is needed."),
    ),
)
"""marshmallow's messages, in our words."""


class FormSchema(Schema):
    """A form's fields. Unknown ones are left out, white space at both ends is taken off, empty text is absent."""

    class Meta:
        """Forms carry the CSRF token and button names beside the fields."""

        unknown = EXCLUDE

    @pre_load
    def tidy(self, data: Mapping[str, Any], **_: object) -> dict[str, Any]:
        """Flatten a submitted form; fields declared as lists keep all their values."""
        tidied: dict[str, Any] = {}
        for name, declared in self.fields.items():
            key = declared.data_key or name
            if key not in data:
                continue
            many = hasattr(declared, "inner") and isinstance(data, MultiDict)
            raw = data.getlist(key) if many else data[key]  # type: ignore[attr-defined]
            value = [_strip(v) for v in raw] if isinstance(raw, list) else _strip(raw)
            if value != "":
                tidied[key] = value
        return tidied


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


@dataclass
class Form:
    """A submitted or empty form: `values` to show again, `problems` by field, `data` once it is right.

    The problems are sentences in the language of the page.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """True where nothing is wrong."""
        return not self.problems


def read_form(schema: Schema, submitted: Mapping[str, Any]) -> Form:
    """Check a submitted form."""
    try:
        return Form(values=submitted, data=schema.load(submitted))
    except ValidationError as problem:
        found = problem.normalized_messages()
        return Form(values=submitted, problems={str(name): list(_sentences(said)) for name, said in found.items()})


def sentence_for(message: str) -> str:
    """Return what the reader sees for a message of marshmallow's or for a message id of ours."""
    for pattern, sentence in _SENTENCES:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return gettext(sentence).format(**found.groupdict())
    return gettext(message)


def _sentences(said: object) -> Iterator[str]:
    """Yield the sentences about one field; those about the parts of a list count as its own."""
    if isinstance(said, Mapping):
        for part in said.values():
            yield from _sentences(part)
    elif isinstance(said, list):
        for part in said:
            yield from _sentences(part)
    else:
        yield sentence_for(str(said))


class LocalMoment(fields.Field[datetime]):
    """A `datetime-local` field: a moment in the page's time zone, given on as UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
            return (moment.replace(tzinfo=_zone()) if moment.tzinfo is None else moment).astimezone(UTC)
        except (ValueError, OverflowError) as problem:
            raise ValidationError(gettext("This is not a day and time.")) from problem


def local_value(moment: datetime | None) -> str:
    """Return a moment as a `datetime-local` field shows it, in the page's time zone."""
    return f"{moment.astimezone(_zone()):%Y-%m-%dT%H:%M}" if moment else ""


def _zone() -> ZoneInfo:
    return ZoneInfo(str(get_timezone() or "UTC"))
