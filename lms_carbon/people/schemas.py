"""The forms of people's pages."""

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import fields, validate

from lms_carbon.core.forms import FormSchema
from lms_carbon.core.i18n import LANGUAGES
from lms_carbon.core.identity import Role
from lms_carbon.people.rules import GRANTABLE


def _(message: str) -> str:
    """Return words that are translated when the form is shown; for all that matters they are text."""
    return lazy_gettext(message)  # type: ignore[return-value]


GIVEN_ROLES = [role for role in Role if role in GRANTABLE]

_NAME: dict[str, Any] = {"required": _("Enter a name.")}
_LONG = _("At most 255 characters.")
_CHOOSE = _("Choose one of the list.")
_NUMBER: dict[str, Any] = {"invalid": _("Enter a whole number."), "too_large": _("Enter a whole number.")}
_MOST = 2**63 - 1


def _name() -> fields.String:
    return fields.String(required=True, validate=validate.Length(max=255, error=_LONG), error_messages=_NAME)


def _language() -> fields.String:
    return fields.String(
        required=True, validate=validate.OneOf(LANGUAGES, error=_CHOOSE), error_messages={"required": _CHOOSE}
    )


def _id() -> fields.Integer:
    return fields.Integer(
        load_default=None, validate=validate.Range(1, _MOST, error=_("Enter a whole number.")), error_messages=_NUMBER
    )


def _address(*, required: bool = False) -> fields.String:
    wrong = _("Enter an address such as lin@example.edu.")
    checks = [validate.Email(error=wrong), validate.Length(max=255, error=_LONG)]
    if required:
        return fields.String(required=True, validate=checks, error_messages={"required": wrong})
    return fields.String(load_default=None, validate=checks)


class ProfileForm(FormSchema):
    """How a person is called, and the language they read."""

    name = _name()
    language = _language()


class AddressForm(FormSchema):
    """Where a sign-in link shall go."""

    email = _address(required=True)


class CodeForm(FormSchema):
    """Six digits of an authenticator."""

    code = fields.String(
        required=True,
        validate=validate.Length(max=32, error=_("Enter the six digits.")),
        error_messages={"required": _("Enter the six digits.")},
    )


class GrantForm(FormSchema):
    """A role, and where it holds."""

    role = fields.Enum(
        Role,
        by_value=True,
        required=True,
        validate=validate.OneOf(GIVEN_ROLES, error=_CHOOSE),
        error_messages={"required": _CHOOSE, "unknown": _CHOOSE},
    )
    scope_id = _id()


class InviteForm(GrantForm):
    """A role for somebody who is not here yet."""

    email = _address()


class ListQuery(FormSchema):
    """What the list of people is narrowed to; what cannot be read narrows nothing."""

    q = fields.String(load_default="", validate=validate.Length(max=255))
    role = fields.Enum(Role, by_value=True, load_default=None)
    after = fields.Integer(load_default=0, validate=validate.Range(0, _MOST))


class ActsQuery(FormSchema):
    """What the audit trail is narrowed to."""

    action = fields.String(load_default="", validate=validate.Length(max=80))
    object_type = fields.String(load_default="", validate=validate.Length(max=40))
    object_id = _id()
    person = _id()
    before = _id()


class MergeForm(FormSchema):
    """Whose accounts go over to whom."""

    kept = fields.Integer(required=True, validate=validate.Range(1, _MOST), error_messages={"required": _CHOOSE})
    gone = fields.Integer(required=True, validate=validate.Range(1, _MOST), error_messages={"required": _CHOOSE})


class UndoForm(FormSchema):
    """Which merge was a mistake."""

    entry = fields.Integer(required=True, validate=validate.Range(1, _MOST), error_messages={"required": _CHOOSE})


class BeforeQuery(FormSchema):
    """Where a list goes on."""

    before = _id()
