"""Login and launch: the two requests through which everybody from a learning platform comes in.

Both run on the warm path without a page of ours in between. Only inside a frame where our cookie has not come back
yet does the login show a page that finds out what can tie login and launch together there (`ladder`), because after
the platform has answered it is too late: Moodle's message hint is spent by then.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import urlencode

import structlog
from flask import Response, g, jsonify, redirect, render_template, request, url_for

from lms_carbon.core.clock import now
from lms_carbon.core.cookies import cookie_name, session_token, set_cookie
from lms_carbon.core.errors import DomainError
from lms_carbon.core.http import answer_error, is_framed, say
from lms_carbon.core.i18n import language_of
from lms_carbon.core.settings import current_settings
from lms_carbon.core.transaction import transaction
from lms_carbon.core.web import csrf_exempt
from lms_carbon.lti.caches import caches
from lms_carbon.lti.errors import (
    BinderAskedError,
    LaunchRefusedError,
    PendingDeploymentError,
    PlatformError,
    TargetGoneError,
    UnknownDeploymentError,
)
from lms_carbon.lti.models.launches import Binding
from lms_carbon.lti.pylti import HardenedMessageLaunch, HardenedOIDCLogin
from lms_carbon.lti.pylti_parts import Fields, StoredPlatforms
from lms_carbon.lti.queries import Platform, public_keys
from lms_carbon.lti.rules.addresses import origin_of, tell_on_return
from lms_carbon.lti.rules.claims import Message, tidy_text
from lms_carbon.lti.services.launches import Arrival, StoredArrivals, admit_launch, platform_in_force, way_back
from lms_carbon.lti.services.logins import StoredLogins, burn_login
from lms_carbon.lti.services.platforms import learn_deployment
from lms_carbon.lti.services.tickets import Ticket, seal_ticket, storage_key
from lms_carbon.people.services.sessions import SESSION_SECONDS, end_session_of_token

BROWSER_COOKIE: Final = "lc_login"
"""Ties login and launch to one browser. It stays for weeks, so that only the first frame has to be tried out."""
BROWSER_SECONDS: Final = 30 * 24 * 3600
LOGIN_FIELDS: Final = ("iss", "login_hint", "target_link_uri", "lti_message_hint", "client_id", "lti_deployment_id")
STORAGE_FIELD: Final = "lti_storage_target"
KEYSET_SECONDS: Final = 3600

log = structlog.get_logger("lms_carbon.lti")


def _browser() -> str | None:
    """Return the value of the binding cookie, where it came back."""
    value = request.cookies.get(cookie_name(BROWSER_COOKIE), "")
    return value if 32 <= len(value) <= 64 and value.isascii() else None


def platforms_in_force() -> StoredPlatforms:
    """Return the registrations as the library asks for them."""
    return StoredPlatforms(platform_in_force)


def launch_url() -> str:
    """Return the one redirect URI that platforms know."""
    return current_settings().public_url + "/lti/launch"


def go(address: str, status: int) -> Response:
    """Lead on."""
    return cast("Response", redirect(address, status, Response))


def log_refusal(step: str, refusal: LaunchRefusedError, **known: object) -> None:
    """Name in the log the check that did not hold."""
    log.warning("launch refused", step=step, check=refusal.check, reference=g.get("reference", ""), **known)


@csrf_exempt
def login() -> Response:
    """Begin a login and go on to the platform, or try out first whether our cookie comes back here."""
    fields = {name: request.values.get(name, "") for name in LOGIN_FIELDS}
    browser = _browser()
    made = browser or secrets.token_urlsafe(32)
    flow = HardenedOIDCLogin(Fields(fields), platforms_in_force(), StoredLogins(), made)
    try:
        if browser is None and is_framed():
            response = Response(_probe_page(fields, flow.validate_oidc_login().platform))
        else:
            response = go(flow.redirect(launch_url()), 302)
    except LaunchRefusedError as refusal:
        log_refusal("login", refusal, issuer=fields["iss"][:255], client_id=fields["client_id"][:255])
        raise
    response.headers["Cache-Control"] = "no-store"
    if browser is None:
        set_cookie(response, BROWSER_COOKIE, made, seconds=BROWSER_SECONDS)
    return response


def _probe_page(fields: dict[str, str], platform: Platform) -> str:
    """Return the page that goes on by itself where something can be kept, and offers a window of its own where not.

    Its way on is a link, not a form: browsers apply form-action to where a form is redirected to.
    """
    again = request.args.get("again") == "1"
    kept = {name: value for name, value in fields.items() if value}
    here = url_for("lti.login")
    return render_template(
        "lti/probe.html",
        again=again,
        onward=f"{here}?{urlencode({**kept, 'again': '1'})}",
        window=f"{here}?{urlencode(kept)}",
        probe=url_for("lti.login_probe"),
        fields=kept,
        storage=request.values.get(STORAGE_FIELD, "")[:255],
        origin=origin_of(platform.auth_login_url),
    )


def login_probe() -> Response:
    """Tell whether the binding cookie came back: `{"kept": true}`."""
    response = jsonify(kept=_browser() is not None)
    response.headers["Cache-Control"] = "no-store"
    return response


@csrf_exempt
def launch() -> Response:
    """Take a launch in: check the id_token, write what it brings, sign the person in and go to the activity."""
    at = now()
    fields = {name: request.form.get(name, "") for name in ("id_token", "state")}
    flow: HardenedMessageLaunch | None = None
    try:
        if "error" in request.form:
            raise _platform_error()
        flow = make_flow(fields, at, browser=_browser())
        flow.verify()
        arrival = admit(flow, at)
    except BinderAskedError as asked:
        return _ask_for_binder(cast("HardenedMessageLaunch", flow), Ticket(**fields, binding=Binding(asked.binding)))
    except LaunchRefusedError as refusal:
        after_refusal(refusal, flow, state=fields["state"], browser=_browser())
        raise
    return _answer(arrival)


def make_flow(
    fields: dict[str, str], at: datetime, *, browser: str | None, binding: Binding = Binding.COOKIE
) -> HardenedMessageLaunch:
    """Return the checks of a launch by a browser that brings this proof of itself."""
    return HardenedMessageLaunch(
        Fields(fields),
        platforms_in_force(),
        keysets=caches().keysets,
        logins=StoredLogins(),
        arrivals=StoredArrivals(),
        browser=browser,
        at=at,
        binding=binding,
    )


def _ask_for_binder(flow: HardenedMessageLaunch, ticket: Ticket) -> Response:
    """Answer a launch that is good but for its browser with the page that looks for what the login kept there."""
    if flow.message.language:
        g.language = flow.message.language
    page = render_template(
        "lti/ticket.html",
        ticket=seal_ticket(ticket),
        binding=ticket.binding.value,
        key=storage_key(ticket.state),
        storage=request.form.get(STORAGE_FIELD, "")[:255],
        origin=origin_of(flow.platform.auth_login_url),
    )
    return Response(page, headers={"Cache-Control": "no-store"})


def admit(flow: HardenedMessageLaunch, at: datetime) -> Arrival:
    """Let a checked launch in, in one transaction; whoever was signed in with this browser before is signed out."""
    before = session_token()
    with _learning(flow, at), transaction():
        arrival = admit_launch(flow, language=language_of(request.accept_languages.best) or "zh", at=at)
        if before:
            end_session_of_token(token=before, at=at, successor=arrival.person_id)
    return arrival


@contextmanager
def _learning(flow: HardenedMessageLaunch, at: datetime) -> Iterator[None]:
    """Keep a place that a launch told of, where the platform named none when it was registered."""
    try:
        yield
    except UnknownDeploymentError:
        with transaction():
            waits = learn_deployment(registration_id=flow.platform.id, deployment_id=flow.message.deployment_id, at=at)
        if waits:
            raise PendingDeploymentError from None
        raise


def _answer(arrival: Arrival) -> Response:
    """Sign the browser in and go to the activity, or say that it leads nowhere any more: who came is known then too."""
    response = go(arrival.path, 303) if arrival.path else answer_gone(arrival)
    response.headers["Cache-Control"] = "no-store"
    set_cookie(response, "lc_session", arrival.token, seconds=SESSION_SECONDS)
    return response


def answer_gone(arrival: Arrival) -> Response:
    """Say that the link leads nowhere any more, with the way back."""
    gone = TargetGoneError()
    gone.way_on_href = _told(arrival.return_url, gone, gone.code)
    return answer_error(gone)


def _told(address: str | None, error: DomainError, check: str) -> str:
    """Return the way back, with the reason for the person and for the platform's log."""
    return tell_on_return(address or "", error=say(error), log=f"{check} {g.get('reference', '')}")


def _platform_error() -> PlatformError:
    """Return what the platform posted instead of a token (Moodle does on a spent hint), cut to a line."""
    said = (tidy_text(request.form.get(name), limit=200) for name in ("error_description", "error"))
    return PlatformError(said=next((text for text in said if text), "error"))


def after_refusal(
    refusal: LaunchRefusedError, flow: HardenedMessageLaunch | None, *, state: str, browser: str | None
) -> None:
    """Log what did not hold, make the login useless, speak the person's language and offer the way back."""
    if state and browser:
        burn_login(state=state, browser=browser)
    known: dict[str, Any] = {}
    message: Message | None = getattr(flow, "message", None)
    if flow is not None and message is not None:  # read only after the signature held
        known = {"registration": flow.platform.id, "deployment": message.deployment_id}
        if message.language:
            g.language = message.language
        refusal.way_on_href = _told(way_back(flow.platform, message), refusal, refusal.check)
    log_refusal("launch", refusal, **known)


def keys() -> Response:
    """Publish the public keys that we sign with towards platforms."""
    response = jsonify(keys=public_keys(at=now()))
    response.headers["Cache-Control"] = f"public, max-age={KEYSET_SECONDS}"
    return response
