"""The forms of the platforms' pages."""

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import fields, validate

from lms_carbon.core.forms import FormSchema

MOST_ORIGINS = 10


def _(message: str) -> str:
    """Return words that are translated when the form is shown; for all that matters they are text."""
    return lazy_gettext(message)  # type: ignore[return-value]


def _text(**options: Any) -> fields.String:
    long = validate.Length(max=255, error=_("At most 255 characters."))
    return fields.String(validate=long, error_messages={"required": _("This is needed.")}, **options)


def _address(**options: Any) -> fields.String:
    long = validate.Length(max=2048, error=_("At most 2048 characters."))
    return fields.String(validate=long, error_messages={"required": _("This is needed.")}, **options)


class PlatformForm(FormSchema):
    """What a platform is known by."""

    name = _text(required=True)
    issuer = _text(required=True)
    client_id = _text(required=True)
    auth_login_url = _address(required=True)
    auth_token_url = _address(required=True)
    key_set_url = _address(required=True)
    auth_audience = _address(load_default=None)
    frame_origins = _address(load_default="")


class DeploymentForm(FormSchema):
    """One place of a platform."""

    deployment_id = _text(required=True)


class NewPlatformForm(PlatformForm):
    """A platform entered by hand; its place may be learnt from the first launch."""

    deployment_id = _text(load_default=None)


class CopyForm(FormSchema):
    """What a copied activity opens: the same, another one that is prepared, or a clone in a track."""

    choice = fields.String(required=True, validate=validate.OneOf(("same", "other", "clone")))
    target = _text(load_default="")
    track = fields.Integer(load_default=0)
