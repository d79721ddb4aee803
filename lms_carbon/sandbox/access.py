"""Access tokens: what the tool gets for a signed assertion, and what each service call must show."""

import json
import secrets
from typing import Final

from flask import Blueprint, Response, g, jsonify, request

from lms_carbon.sandbox.errors import RefusalError
from lms_carbon.sandbox.journal import FROM_TOOL
from lms_carbon.sandbox.keys import LEEWAY, peek
from lms_carbon.sandbox.place import database, here, note, now
from lms_carbon.sandbox.replay import spend
from lms_carbon.sandbox.state import dump
from lms_carbon.sandbox.tools import Tool, find_tool
from lms_carbon.sandbox.vocabulary import ASSERTION_TYPE

TOKEN_SECONDS: Final = 3600

blueprint = Blueprint("access", __name__)


@blueprint.post("/token")
def token() -> Response:
    """Client credentials by private_key_jwt (Security Framework §4.1)."""
    fields = request.form
    if fields.get("grant_type") != "client_credentials":
        raise RefusalError(400, "unsupported_grant_type", "The grant_type must be client_credentials.")
    if fields.get("client_assertion_type") != ASSERTION_TYPE:
        raise RefusalError(400, "invalid_request", f"The client_assertion_type must be {ASSERTION_TYPE}.")
    tool, claims = _check_assertion(fields.get("client_assertion", ""))
    asked = fields.get("scope", "").split()
    granted = [scope for scope in dict.fromkeys(asked) if scope in tool.scopes]
    if not granted:
        raise RefusalError(400, "invalid_scope", "None of the scopes asked for is one that the tool has.")
    value = secrets.token_urlsafe(32)
    db = database()
    db.execute("DELETE FROM access_token WHERE expires_at < ?", (now(),))
    db.execute(
        "INSERT INTO access_token (token, client_id, scopes, expires_at) VALUES (?, ?, ?, ?)",
        (value, tool.client_id, dump(granted), now() + TOKEN_SECONDS),
    )
    note(
        direction=FROM_TOOL,
        kind="token",
        status=200,
        summary=" ".join(scope.rsplit("/", 1)[-1] for scope in granted),
        detail={"client_assertion": claims, "scope": granted},
    )
    answer = jsonify(
        {"access_token": value, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "scope": " ".join(granted)}
    )
    answer.content_type = here().config.rules.token_type
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _check_assertion(assertion: str) -> tuple[Tool, dict[str, object]]:
    sandbox = here()
    _header, unproved = peek(assertion)
    tool = find_tool(database(), str(unproved.get("iss")))
    if tool is None:
        raise RefusalError(401, "invalid_client", "The assertion's iss is not a client_id of this platform.")
    claims = sandbox.tool_keys.verify(assertion, tool.keyset_url, at=now())
    if claims.get("sub") != tool.client_id:
        raise RefusalError(401, "invalid_client", "The assertion's sub must be the client_id.")
    audience = claims.get("aud")
    address = f"{sandbox.url}/token"
    if address not in (audience if isinstance(audience, list) else [audience]):
        raise RefusalError(401, "invalid_client", f"The assertion's aud must be {address}.")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise RefusalError(401, "invalid_client", "The assertion has no jti.")
    if not spend(
        database(),
        kind="assertion",
        client_id=tool.client_id,
        value=jti,
        until=float(claims["exp"]) + LEEWAY,
        at=now(),
    ):
        raise RefusalError(401, "invalid_client", "This assertion was used before.")
    return tool, claims


def require_scope(*scopes: str) -> str:
    """The client_id of a caller whose token has one of `scopes`. Raises RefusalError 401 or 403 (RFC 6750 §3.1).

    Counts the call where the rules have a quota.
    """
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    row = None
    if kind.lower() == "bearer":
        sql = "SELECT client_id, scopes FROM access_token WHERE token = ? AND expires_at > ?"
        row = database().execute(sql, (value.strip(), now())).fetchone()
    if row is None:
        raise RefusalError(401, "invalid_token", "The access token is missing, unknown or expired.")
    if not set(json.loads(row["scopes"])) & set(scopes):
        raise RefusalError(403, "insufficient_scope", f"This needs one of the scopes {' '.join(scopes)}.")
    _take_from_quota(str(row["client_id"]))
    return str(row["client_id"])


def _take_from_quota(client_id: str) -> None:
    """Count a service call; raises RefusalError 403 where there were too many, as Canvas does."""
    quota, buckets, at = here().config.rules.quota, here().buckets, now()
    if quota is None:
        return
    level, before = buckets.get(client_id, (0.0, at))
    level = max(0.0, level - (at - before) * quota.per_second)
    if level + 1 > quota.calls:
        buckets[client_id] = (level, at)
        raise RefusalError(403, "forbidden", "403 Forbidden (Rate Limit Exceeded)")
    buckets[client_id] = (level + 1, at)
    g.service_headers = {"X-Request-Cost": "1.0", "X-Rate-Limit-Remaining": str(quota.calls - level - 1)}
