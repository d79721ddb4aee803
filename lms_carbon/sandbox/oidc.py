"""The way in: third-party initiated login, and the authorisation endpoint that answers with an id_token."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, jsonify, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from lms_carbon.sandbox.activities import find_activity
from lms_carbon.sandbox.errors import RefusalError
from lms_carbon.sandbox.journal import FROM_TOOL, TO_TOOL
from lms_carbon.sandbox.keys import public_keyset, sign
from lms_carbon.sandbox.launches import (
    DEEP_LINK,
    LAUNCH_SECONDS,
    RESOURCE,
    REVIEW,
    Launch,
    begin_launch,
    read_hint,
    use_launch,
)
from lms_carbon.sandbox.line_items import list_columns
from lms_carbon.sandbox.messages import deep_linking_claims, resource_link_claims, review_claims
from lms_carbon.sandbox.place import chosen_person, database, here, language, note, now, person_in
from lms_carbon.sandbox.rights import can_review
from lms_carbon.sandbox.scores import find_score
from lms_carbon.sandbox.tools import Tool, course_tool, find_tool
from lms_carbon.sandbox.vocabulary import MESSAGE_TYPE, STORAGE_FRAME

blueprint = Blueprint("oidc", __name__)


@blueprint.get("/jwks.json")
def keyset() -> Response:
    """The platform's public keys."""
    note(direction=FROM_TOOL, kind="keyset", status=200, summary="GET /jwks.json")
    answer = jsonify(public_keyset(here().key))
    answer.cache_control.max_age = 300
    return answer


@blueprint.get("/launch/<resource_link_id>")
def launch(resource_link_id: str) -> Response | str:
    """Begin a launch as the person of this browser; `?target=window` outside the frame."""
    activity = find_activity(database(), resource_link_id)
    course = here().config.course(activity.course_id) if activity is not None else None
    if activity is None or course is None:
        abort(404)
    tool = _tool(activity.client_id)
    begun = begin_launch(
        database(),
        kind=RESOURCE,
        sub=person_in(course).sub,
        course_id=activity.course_id,
        resource_link_id=resource_link_id,
        client_id=tool.client_id,
        document_target="window" if request.args.get("target") == "window" else "iframe",
        language=language(),
        at=now(),
    )
    return _send_to_login(begun, tool, activity.target_link_uri)


@blueprint.get("/courses/<course_id>/choose")
def choose(course_id: str) -> Response | str:
    """Begin a deep linking request: the tool shows what it has, the choice becomes activities."""
    course = here().config.course(course_id)
    if course is None:
        abort(404)
    tool = course_tool(database(), course)
    begun = begin_launch(
        database(),
        kind=DEEP_LINK,
        sub=person_in(course).sub,
        course_id=course_id,
        resource_link_id=None,
        client_id=tool.client_id,
        document_target="iframe",
        language=language(),
        at=now(),
    )
    return _send_to_login(begun, tool, tool.launch_url)


@blueprint.get("/review/<course_id>/<int:line_item_id>/<sub>")
def review(course_id: str, line_item_id: int, sub: str) -> Response | str:
    """Ask for one learner's work from the gradebook: by a message of its own, or by the link that came with a score."""
    course, db = here().config.course(course_id), database()
    column = next((each for each in list_columns(db, course_id) if each.id == line_item_id), None)
    if course is None or column is None or not can_review(person_in(course), sub):
        abort(404)
    tool = _tool(column.client_id)
    messages = here().config.rules.review_messages
    score = find_score(db, column.id, sub)
    address = column.extra.get("submissionReview", {}).get("url") if messages else score and score.submission_url
    if not messages and (address is None or column.resource_link_id is None):
        abort(404)
    begun = begin_launch(
        db,
        kind=REVIEW if messages else RESOURCE,
        sub=person_in(course).sub,
        course_id=course_id,
        resource_link_id=column.resource_link_id,
        client_id=tool.client_id,
        document_target="iframe",
        language=language(),
        at=now(),
        line_item_id=column.id,
        for_sub=sub,
        target_link_uri=address or tool.launch_url,
    )
    return _send_to_login(begun, tool, address or tool.launch_url)


def _tool(client_id: str) -> Tool:
    tool = find_tool(database(), client_id)
    if tool is None:
        abort(404)
    return tool


def _send_to_login(begun: Launch, tool: Tool, target_link_uri: str) -> Response | str:
    """Third-party initiated login (Security Framework §5.1.1.1)."""
    sandbox = here()
    fields = {
        "iss": sandbox.issuer,
        "login_hint": begun.sub,
        "target_link_uri": target_link_uri,
        "lti_message_hint": begun.hint,
        "client_id": tool.client_id,
        "lti_deployment_id": tool.deployment_id,
        **_storage(),
    }
    method = sandbox.config.rules.login_method
    note(
        direction=TO_TOOL,
        kind="login",
        status=302 if method == "GET" else 200,
        summary=f"{method} {tool.login_url}",
        detail=fields,
    )
    if method == "POST":
        return render_template("sandbox/post.html", action=tool.login_url, fields=fields)
    glue = "&" if "?" in tool.login_url else "?"
    return redirect(tool.login_url + glue + urlencode(fields))


@blueprint.route("/auth", methods=["GET", "POST"])
def authorise() -> str:
    """The authorisation endpoint (Security Framework §5.1.1.2); a request of the wrong tool gets a page, not a post."""
    fields = request.values
    tool = find_tool(database(), fields.get("client_id", ""))
    redirect_uri = fields.get("redirect_uri", "")
    if tool is None:
        raise RefusalError(400, "unauthorized_client", f"No tool has the client_id {fields.get('client_id')!r}.")
    if redirect_uri not in tool.redirect_uris:
        # OAuth 2.0 §4.1.2.1: never send a browser to an address that was not registered.
        raise RefusalError(400, "invalid_request", f"The redirect_uri {redirect_uri!r} is not a registered one.")
    try:
        answer = _answer(fields, tool)
    except RefusalError as refusal:
        note(
            direction=FROM_TOOL,
            kind="authorise",
            status=400,
            summary=refusal.detail,
            detail=dict(fields),
        )
        answer = refusal.body()
    if "state" in fields:
        answer["state"] = fields["state"]
    return render_template("sandbox/post.html", action=redirect_uri, fields={**answer, **_storage()})


def _storage() -> dict[str, str]:
    """Where the tool's pages may keep things in this platform's page (LTI client-side postMessage storage)."""
    return {"lti_storage_target": STORAGE_FRAME} if here().config.rules.platform_storage else {}


@blueprint.get("/storage")
def keep() -> str:
    """The frame that keeps what the tool's pages give it, as long as the page around it is open."""
    if not here().config.rules.platform_storage:
        abort(404)
    return render_template("sandbox/storage.html")


def _answer(fields: MultiDict[str, str], tool: Tool) -> dict[str, str]:
    _check_parameters(fields)
    begun = _check_hints(fields, tool)
    if not use_launch(database(), begun, at=now()) and here().config.rules.hint_once:
        raise RefusalError(400, "invalid_request", "This lti_message_hint was used before.")
    claims = _claims(begun, tool, fields["nonce"])
    token = sign(here().key, claims)
    note(
        direction=FROM_TOOL,
        kind="authorise",
        status=200,
        summary=f"nonce={fields['nonce'][:12]}… state={fields.get('state', '')[:12]}…",
        detail=dict(fields),
    )
    note(
        direction=TO_TOOL,
        kind="launch",
        status=200,
        summary=f"{claims[MESSAGE_TYPE]}, {len(token)} bytes",
        detail=claims,
    )
    return {"id_token": token}


def _check_parameters(fields: MultiDict[str, str]) -> None:
    if "openid" not in fields.get("scope", "").split():
        raise RefusalError(400, "invalid_scope", "The scope must be openid.")
    if fields.get("response_type") != "id_token":
        raise RefusalError(400, "unsupported_response_type", "The response_type must be id_token.")
    for name, wanted in (("response_mode", "form_post"), ("prompt", "none")):
        if fields.get(name) != wanted:
            raise RefusalError(400, "invalid_request", f"The {name} must be {wanted}.")
    for name in ("nonce", "state", "login_hint", "lti_message_hint"):
        if not fields.get(name):
            raise RefusalError(400, "invalid_request", f"The request has no {name}.")


def _check_hints(fields: MultiDict[str, str], tool: Tool) -> Launch:
    begun = read_hint(database(), fields["lti_message_hint"])
    if begun is None or begun.client_id != tool.client_id:
        raise RefusalError(400, "invalid_request", "The lti_message_hint is not one of this platform's.")
    if now() - begun.created_at > LAUNCH_SECONDS:
        raise RefusalError(400, "login_required", "This login took too long; go back to the course.")
    if fields["login_hint"] != begun.sub:
        raise RefusalError(400, "invalid_request", "The login_hint does not belong to the lti_message_hint.")
    # Inside a frame this request may come without the cookie (the tool's page sent it), so the hint vouches alone.
    course = here().config.course(begun.course_id)
    if course is not None and chosen_person() is not None and person_in(course).sub != begun.sub:
        raise RefusalError(400, "login_required", "Someone else is signed in to the LMS by now.")
    return begun


def _claims(begun: Launch, tool: Tool, nonce: str) -> dict[str, Any]:
    sandbox, db = here(), database()
    course = sandbox.config.course(begun.course_id)
    who = sandbox.config.member(course, begun.sub) if course is not None else None
    if who is None or course is None:
        raise RefusalError(400, "access_denied", "The person or the course is gone.")
    at = int(now())
    if begun.kind == DEEP_LINK:
        return deep_linking_claims(sandbox, db, launch=begun, tool=tool, person=who, course=course, nonce=nonce, at=at)
    activity = find_activity(db, begun.resource_link_id or "")
    if begun.kind == REVIEW:
        columns = [each.document() for each in list_columns(db, course.id) if each.id == begun.line_item_id]
        return review_claims(
            sandbox,
            db,
            launch=begun,
            tool=tool,
            person=who,
            course=course,
            activity=activity,
            column=columns[0],
            nonce=nonce,
            at=at,
        )
    if activity is None:
        raise RefusalError(400, "access_denied", "The activity is gone.")
    return resource_link_claims(
        sandbox,
        db,
        launch=begun,
        tool=tool,
        person=who,
        course=course,
        activity=activity,
        nonce=nonce,
        at=at,
    )
