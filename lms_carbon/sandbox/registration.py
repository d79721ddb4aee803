"""Dynamic registration: the platform's configuration, and the endpoint where a tool registers itself."""

import json
import secrets
import sqlite3
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, jsonify, request

from lms_carbon.sandbox.errors import RefusalError
from lms_carbon.sandbox.journal import FROM_TOOL
from lms_carbon.sandbox.place import database, here, note, now
from lms_carbon.sandbox.state import transaction
from lms_carbon.sandbox.tools import Tool, add_tool, next_deployment_id
from lms_carbon.sandbox.variables import LINK_HISTORY, VARIABLES
from lms_carbon.sandbox.vocabulary import (
    DEEP_LINKING_REQUEST,
    PLATFORM_CONFIGURATION,
    RESOURCE_LINK_REQUEST,
    SCOPES,
    TOOL_CONFIGURATION,
)

INVITATION_SECONDS: Final = 3600
WEB_SCHEMES: Final = ("http", "https")

blueprint = Blueprint("registration", __name__)


def invite(db: sqlite3.Connection, tool_url: str, *, platform_url: str, at: float) -> str:
    """The tool's registration address with our configuration's and a single-use token added."""
    token = secrets.token_urlsafe(24)
    expires_at = at + INVITATION_SECONDS
    db.execute("INSERT INTO invitation (token, expires_at) VALUES (?, ?)", (token, expires_at))
    query = urlencode(
        {
            "openid_configuration": f"{platform_url}/openid-configuration",
            "registration_token": token,
        }
    )
    return f"{tool_url}{'&' if urlsplit(tool_url).query else '?'}{query}"


@blueprint.get("/openid-configuration")
@blueprint.get("/.well-known/openid-configuration")
def configuration() -> Response:
    """What a tool needs to know to register (OpenID discovery with LTI's platform configuration)."""
    sandbox = here()
    body = {
        "issuer": sandbox.issuer,
        "authorization_endpoint": f"{sandbox.url}/auth",
        "token_endpoint": f"{sandbox.url}/token",
        "jwks_uri": f"{sandbox.url}/jwks.json",
        "registration_endpoint": f"{sandbox.url}/register",
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", *SCOPES],
        "response_types_supported": ["id_token"],
        "response_modes_supported": ["form_post"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["iss", "sub", "name", "given_name", "family_name", "email", "locale"],
        PLATFORM_CONFIGURATION: {
            "product_family_code": sandbox.config.rules.product_family_code,
            "version": "1",
            "messages_supported": [
                {"type": RESOURCE_LINK_REQUEST},
                {"type": DEEP_LINKING_REQUEST, "placements": ["ContentArea"]},
            ],
            "variables": [name for name in VARIABLES if sandbox.config.rules.link_history or name != LINK_HISTORY],
        },
    }
    note(direction=FROM_TOOL, kind="registration", status=200, summary="GET openid-configuration")
    return jsonify(body)


@blueprint.post("/register")
def register() -> Response:
    """Take a tool's registration; the token of the invitation is spent by it."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    body = _read_json()
    db = database()
    with transaction(db):
        row = db.execute("SELECT * FROM invitation WHERE token = ?", (token.strip(),)).fetchone()
        if kind.lower() != "bearer" or row is None or row["expires_at"] < now():
            raise RefusalError(401, "invalid_token", "The registration token is missing, unknown or expired.")
        if row["client_id"] is not None:
            raise RefusalError(401, "invalid_token", "The registration token was used before.")
        tool = _read_tool(body, deployment_id=next_deployment_id(db))
        add_tool(db, tool)
        db.execute("UPDATE invitation SET client_id = ? WHERE token = ?", (tool.client_id, token.strip()))
    note(
        direction=FROM_TOOL,
        kind="registration",
        status=200,
        summary=f"{tool.name} → client_id {tool.client_id}",
        detail=body,
    )
    configured = dict(body[TOOL_CONFIGURATION])
    if here().config.rules.deployment_at_registration:
        configured["deployment_id"] = tool.deployment_id
    return jsonify(
        body
        | {
            "client_id": tool.client_id,
            "scope": " ".join(tool.scopes),
            TOOL_CONFIGURATION: configured,
        }
    )


def _read_json() -> dict[str, Any]:
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise _bad(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise _bad("the body must be an object")
    return body


def _bad(why: str) -> RefusalError:
    return RefusalError(400, "invalid_client_metadata", f"This registration cannot be taken: {why}.")


def _read_tool(body: dict[str, Any], *, deployment_id: str) -> Tool:
    """The tool that a registration describes; checks what Moodle and Canvas check. Raises RefusalError 400."""
    _check_openid(body)
    redirect_uris = body.get("redirect_uris")
    if not isinstance(redirect_uris, list) or not redirect_uris:
        raise _bad("redirect_uris must be a list of addresses")
    configured = body.get(TOOL_CONFIGURATION)
    if not isinstance(configured, dict):
        raise _bad(f"{TOOL_CONFIGURATION} must be an object")
    launch_url = _address(configured.get("target_link_uri"), "target_link_uri")
    if configured.get("domain") not in (urlsplit(launch_url).netloc, urlsplit(launch_url).hostname):
        raise _bad("domain must be that of target_link_uri")
    client_name = body.get("client_name")
    if not isinstance(client_name, str) or not client_name.strip():
        raise _bad("client_name must be text")
    custom = configured.get("custom_parameters") or {}
    if not isinstance(custom, dict):
        raise _bad("custom_parameters must be an object")
    return Tool(
        client_id=f"tool-{secrets.token_hex(8)}",
        deployment_id=deployment_id,
        name=client_name,
        login_url=_address(body.get("initiate_login_uri"), "initiate_login_uri"),
        launch_url=launch_url,
        redirect_uris=tuple(_address(each, "redirect_uris") for each in redirect_uris),
        keyset_url=_address(body.get("jwks_uri"), "jwks_uri"),
        scopes=tuple(scope for scope in SCOPES if scope in str(body.get("scope", "")).split()),
        custom={str(key): str(value) for key, value in custom.items()},
        seeded=False,
    )


def _check_openid(body: dict[str, Any]) -> None:
    lists = {
        "response_types": {"id_token"},
        "grant_types": {"implicit", "client_credentials"},
    }
    for name, wanted in lists.items():
        value = body.get(name)
        if not isinstance(value, list) or not wanted <= {str(each) for each in value}:
            raise _bad(f"{name} must hold {', '.join(sorted(wanted))}")
    for name, only in (
        ("application_type", "web"),
        ("token_endpoint_auth_method", "private_key_jwt"),
    ):
        if body.get(name) != only:
            raise _bad(f"{name} must be {only}")


def _address(value: Any, name: str) -> str:
    if not isinstance(value, str) or urlsplit(value).scheme not in WEB_SCHEMES:
        raise _bad(f"{name} must be an http or https address")
    return value
