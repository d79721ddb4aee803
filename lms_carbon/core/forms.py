"""HTML forms by marshmallow: what was entered survives, what is wrong stands beside its field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, pre_load
from werkzeug.datastructures import MultiDict


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
    """A submitted or empty form: `values` to show again, `problems` by field, `data` once it is right."""

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
        return Form(
            values=submitted, problems={str(k): v if isinstance(v, list) else [str(v)] for k, v in found.items()}
        )
