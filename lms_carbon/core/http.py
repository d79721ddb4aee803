"""What surrounds every request: its number, its log line, its headers, and errors as pages or problem+json."""

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, g, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect

from lms_carbon.core.config import Settings
from lms_carbon.core.errors import (
    DomainError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    NotSignedInError,
    TooLargeError,
)
from lms_carbon.core.extensions import csrf
from lms_carbon.core.hooks import Hook
from lms_carbon.core.i18n import mark
from lms_carbon.core.web import IdConverter

frame_origins: Hook[[], list[str]] = Hook("frame_origins")
"""Which origins may show the tool in a frame: those of the registered platforms."""

log = structlog.get_logger("lms_carbon.http")

# Letters and digits that cannot be taken for one another when a reference number is read out.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_FRAMES = frozenset({"iframe", "frame", "embed", "object", "fencedframe"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FOREVER = "public, max-age=31536000, immutable"
_PLAIN_FAULT = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>lms_carbon</title>'
    "<h1>这一步没有完成</h1><p>是我们的问题，不是您的。请稍后再试。</p>"
    '<div lang="en"><h1>That did not work</h1><p>The fault is ours, not yours. Try again later.</p></div>'
    "<p>{reference}</p></html>"
)
"""For when the fault lies in what pages are made of."""
_SELF = "'self'"
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self' ",
    )
)


class FaultError(DomainError):
    """Something went wrong on our side; the log has it under the reference number."""

    status = 500
    code = "fault"
    title = mark("That did not work")
    sentence = mark("The fault is ours, not yours.")
    safe = mark("What was saved before stays saved; of this step nothing was kept.")


class PageExpiredError(DomainError):
    """A form that was open too long, or comes from elsewhere."""

    status = 400
    code = "page-expired"
    title = mark("This page was open too long")
    sentence = mark("Open the page again and send it once more; nothing was changed.")
    way_on = mark("Open the page again")


class ForeignOriginError(ForbiddenError):
    """A write to the API that a page of another site made in the reader's browser."""

    code = "foreign-origin"
    title = mark("That request came from another site")
    sentence = mark("Writes to the API are taken from this site's own pages and from programs, not from other sites.")


class MethodError(DomainError):
    """The address exists, this way of calling it does not."""

    status = 405
    code = "method-not-allowed"
    title = mark("That cannot be done here")
    sentence = mark("This address does not take that kind of request.")


class BadRequestError(DomainError):
    """A request that cannot be read."""

    status = 400
    code = "bad-request"
    title = mark("That request could not be read")
    sentence = mark("Go back, reload the page and try again; nothing was changed.")


class MediaTypeError(DomainError):
    """A write to the API that is not JSON: such a request could come from a form on any site."""

    status = 415
    code = "unsupported-media-type"
    title = mark("That request could not be read")
    sentence = mark("The API takes application/json.")


def allow_form_to(url: str) -> None:
    """Let this answer's page post a form to the origin of another site's address, and to nowhere else."""
    parts = urlsplit(url)
    g.form_origin = f"{parts.scheme}://{parts.netloc}"


def allow_any_frame() -> None:
    """Let any site show this answer in a frame: a platform that registers itself is not known before it has."""
    g.any_frame = True


_BY_STATUS: Mapping[int, type[DomainError]] = {
    error.status: error
    for error in (NotFoundError, ForbiddenError, NotSignedInError, TooLargeError, MethodError, MediaTypeError)
}


def is_framed() -> bool:
    """Tell whether the answer may end in a frame: browsers say so, but for old ones, which say nothing."""
    to = request.headers.get("Sec-Fetch-Dest", "")
    return to in _FRAMES or (to == "" and request.user_agent.string.startswith("Mozilla/"))


def make_reference() -> str:
    """Return a number for this request that a person can read out, such as `E-7K2M-4418`."""
    digits = [secrets.choice(_ALPHABET) for _ in range(8)]
    return "E-" + "".join(digits[:4]) + "-" + "".join(digits[4:])


def wants_json() -> bool:
    """Tell whether this request is answered in JSON."""
    return request.path.startswith("/api/")


def say(error: DomainError) -> str:
    """Return the error's sentence in the language of the request."""
    return gettext(error.sentence).format(**error.params)


def answer_error(error: DomainError) -> Response:
    """Answer with a page, or for the API with problem+json (RFC 9457)."""
    reference = g.get("reference", "")
    log.info("refused", reference=reference, code=error.code, status=error.status, **_loggable(error.params))
    if wants_json():
        body: dict[str, Any] = {
            "type": f"urn:lms-carbon:problem:{error.code}",
            "title": gettext(error.title),
            "status": error.status,
            "code": error.code,
            "detail": say(error),
            "reference": reference,
            **error.members,
        }
        if isinstance(error, InvalidInputError) and error.problems:
            body["errors"] = error.problems
        return Response(json.dumps(body, ensure_ascii=False), error.status, mimetype="application/problem+json")
    page = render_template("web/error.html", error=error, sentence=say(error), reference=reference)
    return Response(page, error.status)


def _loggable(params: Mapping[str, object]) -> dict[str, str]:
    return {f"param_{name}": str(value)[:200] for name, value in params.items()}


def _on_http_error(error: HTTPException) -> Any:
    if isinstance(error, RequestRedirect):
        return error
    if isinstance(error, CSRFError):
        return answer_error(PageExpiredError())
    data = getattr(error, "data", None)  # webargs leaves what marshmallow found here
    if error.code == 422 and data:
        return answer_error(InvalidInputError(data.get("messages")))
    return answer_error(_BY_STATUS.get(error.code or 500, BadRequestError)())


def _on_fault(fault: Exception) -> Response:
    log.exception("fault", reference=g.get("reference", ""), path=request.path)
    # Where the fault is the database, the page must not ask it again who is here.
    g.setdefault("actor", None)
    try:
        return answer_error(FaultError())
    except Exception:
        # The last page there is: nothing behind it could answer.
        log.exception("fault in the page of a fault", reference=g.get("reference", ""))
        return Response(_PLAIN_FAULT.format(reference=g.get("reference", "")), 500)


def _check_origin() -> None:
    """Refuse writes that another site made a browser send.

    Pages carry a token in every form. The API takes no type that a form can send, and its `Origin`, which browsers
    always add to such requests, must be ours. Views marked `core.web.csrf_exempt` are posted by platforms.
    """
    if request.method in _SAFE_METHODS:
        return
    if not wants_json():
        view = current_app.view_functions.get(request.endpoint or "")
        if view is not None and not getattr(view, "csrf_exempt", False):
            csrf.protect()
        return
    ours = (current_app.extensions["lms_carbon.settings"].public_url, request.host_url.rstrip("/"))
    if request.headers.get("Origin", ours[0]) not in ours:
        raise ForeignOriginError
    if not request.is_json:
        raise MediaTypeError


def _begin() -> None:
    g.started = time.perf_counter()
    g.reference = make_reference()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.reference)
    _check_origin()


def _finish(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-Id"] = g.get("reference", "")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    if response.mimetype == "text/html":
        known = (origin for answer in frame_origins.ask() for origin in answer)
        origins = "*" if g.get("any_frame") else " ".join(known)
        policy = _POLICY.replace("form-action 'self'", f"form-action {g.get('form_origin') or _SELF}")
        headers.setdefault("Content-Security-Policy", policy + origins)
        headers.setdefault("Cache-Control", "no-store")
    elif wants_json():
        headers.setdefault("Cache-Control", "no-store")
    elif response.status_code < 400 and "v" in request.args and (request.endpoint or "").endswith(".static"):
        headers["Cache-Control"] = _FOREVER  # the address holds a digest of the file, see web.frame.asset
    log.info(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        ms=round((time.perf_counter() - g.started) * 1000, 1) if "started" in g else None,
    )
    return response


def init_http(app: Flask, settings: Settings) -> None:
    """Bind numbering, logging, headers and error answers to the app."""
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    app.url_map.converters["int"] = IdConverter
    app.before_request(_begin)
    app.after_request(_finish)
    app.register_error_handler(DomainError, answer_error)
    app.register_error_handler(
        ValidationError, lambda problem: answer_error(InvalidInputError(problem.normalized_messages()))
    )
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(Exception, _on_fault)
