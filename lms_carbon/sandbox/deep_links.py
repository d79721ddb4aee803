"""What comes back from the tool's picker: chosen items become activities of the course (Deep Linking 2.0)."""

import secrets
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, abort, render_template, request

from lms_carbon.sandbox.activities import Placed, add_activity
from lms_carbon.sandbox.errors import RefusalError
from lms_carbon.sandbox.journal import FROM_TOOL
from lms_carbon.sandbox.keys import LEEWAY
from lms_carbon.sandbox.launches import DEEP_LINK, Launch, answer_launch, find_launch
from lms_carbon.sandbox.line_items import add_column
from lms_carbon.sandbox.place import database, here, note, now
from lms_carbon.sandbox.replay import spend
from lms_carbon.sandbox.state import transaction
from lms_carbon.sandbox.tools import Tool, find_tool
from lms_carbon.sandbox.vocabulary import (
    DEEP_LINKING,
    DEEP_LINKING_RESPONSE,
    DEPLOYMENT_ID,
    LTI_VERSION,
    MESSAGE_TYPE,
    VERSION,
)

LINK: Final = "ltiResourceLink"
DATES: Final = ("available", "submission")

blueprint = Blueprint("deep_links", __name__)


@blueprint.post("/deep-links/<launch_id>")
def receive(launch_id: str) -> str:
    """Verify the tool's answer and place what was chosen; a second arrival of the same answer changes nothing."""
    begun = find_launch(database(), launch_id)
    tool = find_tool(database(), begun.client_id) if begun else None
    if begun is None or tool is None or begun.kind != DEEP_LINK:
        abort(404)
    claims = _check_response(begun, tool, request.form.get("JWT", ""))
    items = _items(claims)
    with transaction(database()):
        if not answer_launch(database(), begun, at=now()):
            raise RefusalError(409, "conflict", "The answer to this choice came before.")
        placed = [_place(item, begun, tool) for item in items if item.get("type") == LINK]
    note(
        direction=FROM_TOOL,
        kind="deep_link",
        status=200,
        summary=f"{len(placed)} / {len(items)} {LINK}",
        detail=claims,
    )
    return render_template(
        "sandbox/chosen.html",
        course_id=begun.course_id,
        placed=placed,
        skipped=len(items) - len(placed),
        message=claims.get(DEEP_LINKING + "msg"),
        error_message=claims.get(DEEP_LINKING + "errormsg"),
    )


def _data(begun: Launch) -> str | None:
    """What the request gave to be handed back (DL §4.4.1)."""
    return f"deep-link:{begun.id}" if here().config.rules.deep_link_data else None


def _check_response(begun: Launch, tool: Tool, token: str) -> dict[str, Any]:
    """The claims of a response that this tool signed for this request (DL §4.5). Raises RefusalError."""
    sandbox = here()
    claims = sandbox.tool_keys.verify(token, tool.keyset_url, at=now())
    audience = claims.get("aud")
    checks = {
        "iss": claims.get("iss") == tool.client_id,
        "aud": sandbox.issuer in (audience if isinstance(audience, list) else [audience]),
        "message_type": claims.get(MESSAGE_TYPE) == DEEP_LINKING_RESPONSE,
        "version": claims.get(VERSION) == LTI_VERSION,
        "deployment_id": claims.get(DEPLOYMENT_ID) == tool.deployment_id,
        "data": claims.get(DEEP_LINKING + "data") == _data(begun),
        "nonce": isinstance(claims.get("nonce"), str) and bool(claims["nonce"]),
    }
    wrong = [name for name, holds in checks.items() if not holds]
    if wrong:
        raise RefusalError(400, "invalid_request", f"The response has a wrong {', '.join(wrong)}.")
    if begun.answered_at is not None:
        raise RefusalError(409, "conflict", "The answer to this choice came before.")
    until = float(claims["exp"]) + LEEWAY
    nonce = claims["nonce"]
    if not spend(database(), kind="nonce", client_id=tool.client_id, value=nonce, until=until, at=now()):
        raise RefusalError(400, "invalid_request", "The response's nonce was used before.")
    return claims


def _items(claims: dict[str, Any]) -> list[dict[str, Any]]:
    items = claims.get(DEEP_LINKING + "content_items", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise RefusalError(400, "invalid_request", "content_items must be a list of objects.")
    return items


def _place(item: dict[str, Any], begun: Launch, tool: Tool) -> str:
    """Make an activity, and its line item where one is asked for; the activity's title."""
    title = str(item.get("title") or tool.name)
    url = item.get("url") or tool.launch_url
    known = {urlsplit(each).netloc for each in (tool.launch_url, *tool.redirect_uris)}
    if not isinstance(url, str) or urlsplit(url).netloc not in known:
        raise RefusalError(400, "invalid_request", "An item's url must be at the tool.")
    custom = item.get("custom") or {}
    if not isinstance(custom, dict) or not all(isinstance(each, str) for each in custom.values()):
        raise RefusalError(400, "invalid_request", "An item's custom values must be text.")
    text = str(item.get("text") or "")
    activity = Placed(
        resource_link_id=f"rl-{secrets.token_hex(6)}",
        course_id=begun.course_id,
        client_id=tool.client_id,
        title={"zh": title, "en": title},
        note={"zh": text, "en": text},
        target_link_uri=url,
        custom=custom,
        dates={name: _dates(item[name]) for name in DATES if isinstance(item.get(name), dict)},
    )
    add_activity(database(), activity)
    line_item = item.get("lineItem")
    if isinstance(line_item, dict):
        body = {"label": title} | line_item | {"resourceLinkId": activity.resource_link_id}
        add_column(database(), course_id=begun.course_id, client_id=tool.client_id, body=body)
    return title


def _dates(raw: dict[str, Any]) -> dict[str, str]:
    return {edge: raw[edge] for edge in ("startDateTime", "endDateTime") if isinstance(raw.get(edge), str)}
