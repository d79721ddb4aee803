"""The pages that a learning platform opens, in a frame of its own, to register itself by an invitation."""

from collections.abc import Mapping
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms_carbon.core.clock import now
from lms_carbon.core.errors import DomainError
from lms_carbon.core.extensions import asked_language
from lms_carbon.core.http import allow_any_frame
from lms_carbon.core.identity import signed_in
from lms_carbon.core.settings import current_settings
from lms_carbon.core.transaction import transaction
from lms_carbon.core.web import csrf_exempt
from lms_carbon.lti.http import is_demo
from lms_carbon.lti.queries import list_platforms
from lms_carbon.lti.rules.addresses import is_usable, origin_of
from lms_carbon.lti.rules.platforms import SCOPE_WORDS, missing_scopes
from lms_carbon.lti.services.invites import (
    Invited,
    find_invitation,
    find_registered,
    give_back_invitation,
    invite_platform,
    take_invitation,
)
from lms_carbon.lti.services.registering import ask_platform, keep_platform, register_tool

MAX_TOKEN: Final = 8 * 1024


def link_of(token: str) -> str:
    """Return the address that the platform's administrator pastes there."""
    return f"{current_settings().public_url}/lti/register/{token}"


def make_link() -> str:
    """Make an invitation and show its link, once."""
    actor = signed_in()
    token = invite_platform(by=actor, institution_id=actor.institution_id, at=now())
    return render_template("lti/platforms.html", platforms=list_platforms(actor), link=link_of(token))


def show_registration(token: str) -> str:
    """Say what will be registered, with the one button that does it.

    The platform adds where its configuration is and a token of its own. Its page is not known yet, so any may frame
    this one: who has the link holds the right to use it.
    """
    allow_any_frame()
    with transaction(write=False):
        invited = find_invitation(token)
    source, platform_token = _asked(request.args)
    if not source:
        return render_template("lti/platform_invited.html", invited=invited, link=link_of(token))
    fields: dict[str, Any] = {
        "openid_configuration": source,
        "registration_token": platform_token,
        # Only at first the platform's page is the one that refers to ours; asked for in another language it is ours.
        "page": _page_origin(request.args.get("page") or request.headers.get("Referer")) or "",
    }
    return render_template(
        "lti/platform_register.html",
        invited=invited,
        platform=ask_platform(configuration_url=source, token=platform_token),
        scopes=list(SCOPE_WORDS.values()),
        action=url_for("lti.register_platform", token=token, lang=asked_language()),
        fields=fields,
        next=url_for("lti.show_registration", token=token, **fields),
    )


def _asked(values: Mapping[str, str]) -> tuple[str, str]:
    """Return the configuration's address, '' where it cannot be one, and the platform's token."""
    source, token = values.get("openid_configuration", ""), values.get("registration_token", "")
    good = len(token) <= MAX_TOKEN and token.isascii() and (token.isprintable() or not token)
    return (source if is_usable(source, demo=is_demo()) else ""), token if good else ""


def _page_origin(url: str | None) -> str | None:
    """Return where the page is that shows ours, unless that is our own."""
    origin = origin_of(url) if url and is_usable(url, demo=is_demo()) else None
    return None if origin == current_settings().public_url else origin


@csrf_exempt
def register_platform(token: str) -> Response:
    """Register the tool at the platform, and go to the page that says so.

    Posted from a frame in which cookies may be blocked; the invitation in the address is what proves the right.
    """
    allow_any_frame()
    with transaction(write=False):
        invited = find_invitation(token)
    source, platform_token = _asked(request.form)
    _register(invited, source, platform_token)
    return redirect(url_for("lti.show_registered", token=token, lang=asked_language()), 303)


def _register(invited: Invited, source: str, platform_token: str) -> None:
    platform = ask_platform(configuration_url=source, token=platform_token)
    take_invitation(invited)
    try:
        granted = register_tool(platform, token=platform_token)
        page = _page_origin(request.form.get("page"))
        with transaction():
            keep_platform(invited=invited, platform=platform, granted=granted, page_origin=page, at=now())
    except DomainError:
        give_back_invitation(invited)
        raise


def show_registered(token: str) -> str:
    """Say that the platform is connected, to whoever has the link by which it was."""
    allow_any_frame()
    with transaction(write=False):
        made = find_registered(token)
    return render_template(
        "lti/platform_registered.html",
        institution=made.institution,
        name=made.name,
        waits=made.waits,
        missing=[gettext(SCOPE_WORDS[scope]) for scope in missing_scopes(made.scopes)],
    )
