"""What every answer of the sandbox has: words in the page's language, security headers, its line in the log."""

import json
import re
import secrets
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Flask, Response, g, jsonify, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from lms_carbon.sandbox.activities import list_activities
from lms_carbon.sandbox.codes import current_code
from lms_carbon.sandbox.errors import RefusalError
from lms_carbon.sandbox.journal import FROM_TOOL, list_entries
from lms_carbon.sandbox.keys import peek
from lms_carbon.sandbox.place import (
    chosen_person,
    close_database,
    course_here,
    database,
    here,
    language,
    note,
    now,
    person,
)
from lms_carbon.sandbox.rights import can_place, can_register
from lms_carbon.sandbox.tools import origins
from lms_carbon.sandbox.vocabulary import STORAGE_FRAME
from lms_carbon.sandbox.words import say

LOG_BESIDE = 30  # entries beside a page

#: Paths where programs ask; what goes wrong there is answered as JSON.
_PROGRAMS = ("/api/", "/token", "/register", "/openid-configuration", "/jwks.json")
_VOCABULARY = re.compile(r"https?://purl\.imsglobal\.org/(spec/|vocab/lis/v2/)")
_KINDS = {"line_items": "line_items", "scores": "scores", "roster": "roster"}
_OTHER_KINDS = {"/token": "token", "/register": "registration", "/auth": "authorise"}


def init_web(app: Flask) -> None:
    """Hang the hooks below into the app."""
    app.teardown_appcontext(close_database)
    app.before_request(_make_nonce)
    app.after_request(_log_service)
    app.after_request(_set_headers)
    app.register_error_handler(RefusalError, _refuse)
    app.register_error_handler(HTTPException, _http_error)
    app.context_processor(_page_context)
    app.add_template_filter(_moment, "moment")
    app.add_template_filter(_points, "points")
    app.add_template_filter(_brief, "brief")


def _make_nonce() -> None:
    g.nonce = secrets.token_urlsafe(16)


def _page_context() -> dict[str, Any]:
    lang, sandbox = language(), here()

    def t(key: str, **values: object) -> str:
        return say(key, lang, **values)

    course, me = course_here(), person()
    return {
        "t": t,
        "lang": lang,
        "html_lang": "zh-CN" if lang == "zh" else "en",
        "nonce": g.nonce,
        "storage_frame": STORAGE_FRAME,
        "sandbox": sandbox,
        "me": me,
        "members": sandbox.config.members(course),
        "code": current_code(me.totp_secret, at=now()) if me.totp_secret else None,
        "has_chosen": chosen_person() is not None,
        "course": course,
        # Asked for by the pages that show them; the forms that post themselves stay quick.
        "activities": partial(list_activities, database(), course.id),
        "log": partial(list_entries, database(), limit=LOG_BESIDE),
        "can_place": can_place(me),
        "can_register": can_register(me),
    }


def _moment(at: float) -> str:
    """A time of today with its milliseconds, an earlier one with its date."""
    when = datetime.fromtimestamp(at, UTC).astimezone()
    if when.date() == datetime.fromtimestamp(here().clock(), UTC).astimezone().date():
        return f"{when:%H:%M:%S}.{when.microsecond // 1000:03d}"
    return f"{when:%Y-%m-%d %H:%M:%S}"


def _points(value: float) -> str:
    """Points without needless zeros."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _brief(detail: str) -> str:
    """Claims and roles without the long beginning that all of them share."""
    return _VOCABULARY.sub("…/", detail)


def _is_program() -> bool:
    return request.path.startswith(_PROGRAMS)


def _refuse(refusal: RefusalError) -> tuple[Response | str, int]:
    kind = _OTHER_KINDS.get(request.path) or ("deep_link" if request.path.startswith("/deep-links/") else None)
    if kind is not None:
        note(
            direction=FROM_TOOL,
            kind=kind,
            status=refusal.status,
            summary=refusal.detail,
            detail={key: _decoded(value) for key, value in request.values.items()},
        )
    if not _is_program():
        return render_template("sandbox/refused.html", refusal=refusal), refusal.status
    answer = jsonify(refusal.body())
    if refusal.status == 401:
        answer.headers["WWW-Authenticate"] = f'Bearer error="{refusal.code}"'
    return answer, refusal.status


def _decoded(value: str) -> Any:
    """A refused token as what it says; it was not verified."""
    try:
        header, claims = peek(value)
    except RefusalError:
        return value[:300]
    return {"header": header, "claims": claims}


def _http_error(error: HTTPException) -> AnyResponse | tuple[Response | str, int]:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if _is_program():
        return jsonify(error=error.name, error_description=error.description), status
    return render_template("sandbox/missing.html", status=status), status


def _log_service(response: Response) -> Response:
    """Write AGS and NRPS calls into the log, with both bodies."""
    kind = _KINDS.get(request.blueprint or "")
    if kind is not None:
        query = f"?{request.query_string.decode(errors='replace')}" if request.query_string else ""
        sent, answered = (
            _json(request.get_data(as_text=True)),
            _json(response.get_data(as_text=True)),
        )
        summary = f"{request.method} {request.path.removeprefix('/api')}{query}"
        if kind == "scores" and isinstance(sent, dict):
            words = (sent.get("userId"), sent.get("scoreGiven"), "/", sent.get("scoreMaximum"))
            summary += " · " + " ".join(map(str, (*words, sent.get("gradingProgress"))))
        detail = {"sent": sent, "answered": answered}
        note(
            direction=FROM_TOOL,
            kind=kind,
            status=response.status_code,
            summary=summary,
            detail=detail,
        )
    return response


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text[:400]


def _set_headers(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.update(g.get("service_headers", {}))
    if response.mimetype == "text/html":
        tools = " ".join(sorted(origins(database()) | g.get("frame_origins", set())))
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src 'self'; script-src 'nonce-{g.nonce}'; connect-src 'self'; img-src data:;"
            f" frame-src 'self' {tools}; form-action 'self' {tools}; frame-ancestors 'self'; base-uri 'none'"
        )
    return response
