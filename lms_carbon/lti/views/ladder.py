"""Where a frame keeps no cookie: login and launch tied together by what a page of ours keeps in the browser.

The rungs, tried at the login by `login.js`: the cookie; the platform's page around the frame (LTI client-side
postMessage storage); the tab's own storage; a window of its own. What is kept is a secret of its own, known neither to
the address bar nor to the id_token. The launch answers with a page that brings it here, and only then is the login used
up. All posts here must come from our own pages, so that nobody can sign another's browser in as themselves.
"""

import secrets
from typing import Any

import structlog
from flask import Response, g, jsonify, render_template, request, url_for

from lms_carbon.core.clock import now
from lms_carbon.core.extensions import asked_language
from lms_carbon.core.settings import current_settings
from lms_carbon.core.transaction import transaction
from lms_carbon.core.web import csrf_exempt
from lms_carbon.lti.errors import ForeignPageError, LaunchRefusedError, LoginRequestError, PassOverError
from lms_carbon.lti.models.launches import Binding
from lms_carbon.lti.pylti import HardenedMessageLaunch, HardenedOIDCLogin
from lms_carbon.lti.pylti_parts import Fields
from lms_carbon.lti.services.launches import Arrival
from lms_carbon.lti.services.logins import StoredLogins
from lms_carbon.lti.services.tickets import open_pass, open_ticket, seal_pass, storage_key
from lms_carbon.lti.views.entrance import (
    LOGIN_FIELDS,
    admit,
    after_refusal,
    answer_gone,
    go,
    launch_url,
    log_refusal,
    make_flow,
    platforms_in_force,
)
from lms_carbon.people.queries import find_actor
from lms_carbon.people.services.handoffs import make_handoff
from lms_carbon.people.services.sessions import set_session_language

log = structlog.get_logger("lms_carbon.lti")


def _check_own_page() -> None:
    """Refuse posts of other sites' pages, and of pages that do not say whose they are."""
    ours = (current_settings().public_url, request.host_url.rstrip("/"))
    if (
        request.headers.get("Origin") not in ours
        or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin"
    ):
        raise ForeignPageError


@csrf_exempt
def begin() -> Response:
    """Begin a login that is bound by what the page keeps: `{"onward", "key", "value"}`, to be kept before going on."""
    fields = {name: request.form.get(name, "") for name in LOGIN_FIELDS}
    value = secrets.token_urlsafe(32)
    try:
        _check_own_page()
        flow = HardenedOIDCLogin(Fields(fields), platforms_in_force(), StoredLogins(), value, _binding())
        onward = flow.redirect(launch_url())
    except LaunchRefusedError as refusal:
        log_refusal("login", refusal, issuer=fields["iss"][:255], client_id=fields["client_id"][:255])
        raise
    response = jsonify(onward=onward, key=storage_key(flow.state), value=value)
    response.headers["Cache-Control"] = "no-store"
    return response


def _binding() -> Binding:
    """Return the rung that the page asks for; never the cookie, which only a response of ours can set."""
    for binding in (Binding.PLATFORM, Binding.TAB):
        if request.form.get("binding") == binding:
            return binding
    raise LoginRequestError("binding")


@csrf_exempt
def verify() -> Response:
    """Take the launch in whose ticket this is, if the browser brings what its login kept there."""
    at = now()
    browser = request.form.get("kept", "")[:64] or None
    flow: HardenedMessageLaunch | None = None
    state = ""
    try:
        _check_own_page()
        ticket = open_ticket(request.form.get("ticket", ""))
        state = ticket.state
        checked = {"id_token": ticket.id_token, "state": state}
        flow = make_flow(checked, at, browser=browser, binding=ticket.binding)
        arrival = admit(flow.verify(), at)
    except LaunchRefusedError as refusal:
        after_refusal(refusal, flow, state=state, browser=browser)
        raise
    log.info("launch bound without a cookie", binding=ticket.binding.value)
    if flow.message.language:
        g.language = flow.message.language
    return _doorway(arrival, at) if arrival.path else answer_gone(arrival)


def _doorway(arrival: Arrival, at: Any) -> Response:
    """Offer the activity in a window of its own, which keeps cookies: the session that just began has none here."""
    return _doorway_page(seal_pass(token=arrival.token, path=arrival.path or "/", at=at))


def _doorway_page(held: str) -> Response:
    page = render_template("lti/doorway.html", window=url_for("lti.open_window"), held=held)
    return Response(page, headers={"Cache-Control": "no-store"})


@csrf_exempt
def open_window() -> Response:
    """Hand the session of the frame over to a window of its own: a code that is good once, for half a minute.

    With a language in the address the frame gets its page again in that instead, and the session speaks it.
    """
    at, language = now(), asked_language()
    try:
        _check_own_page()
        token, path = open_pass(request.form.get("pass", ""), at=at)
        with transaction():
            actor = find_actor(token)
            if actor is None:
                raise PassOverError("session-ended")
            if language is not None:
                set_session_language(by=actor, language=language)
            else:
                code = make_handoff(by=actor, target=path, at=at)
    except LaunchRefusedError as refusal:
        log_refusal("window", refusal)
        raise
    return _doorway_page(request.form["pass"]) if language is not None else go(f"/handoff/{code}", 303)
