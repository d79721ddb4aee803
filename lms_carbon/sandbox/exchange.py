"""What the AGS and NRPS endpoints share: exact media types, JSON bodies, pages linked by `Link`, the log."""

import base64
import json
import math
from collections.abc import Sequence
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from flask import Response, request

from lms_carbon.sandbox.config import Course
from lms_carbon.sandbox.errors import RefusalError
from lms_carbon.sandbox.place import database, here
from lms_carbon.sandbox.tools import course_tool

Row = TypeVar("Row")
BOOKMARKED_PAGE: Final = 10  # Canvas' pages, unless more is asked for


def find_course(course_id: str, client_id: str) -> Course:
    """The course of this path, if it uses the tool that asks. Raises RefusalError 404."""
    course = here().config.course(course_id)
    if course is None or course_tool(database(), course).client_id != client_id:
        raise RefusalError(404, "not_found", "There is no such course.")
    return course


def answer_json(body: Any, media_type: str, *, status: int = 200) -> Response:
    """`body` as exactly `media_type`."""
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status=status, content_type=media_type)


def check_accept(media_type: str) -> None:
    """Raise RefusalError 406 unless the caller takes `media_type`."""
    accepted = request.accept_mimetypes
    if accepted and accepted.best_match([media_type]) is None:
        raise RefusalError(406, "not_acceptable", f"This answers as {media_type}.")


def read_body(media_type: str) -> dict[str, Any]:
    """The JSON object sent as exactly `media_type`. Raises RefusalError 415 or 400."""
    if request.mimetype != media_type:
        status = here().config.rules.wrong_type_status
        raise RefusalError(status, "unsupported_media_type", f"The Content-Type must be {media_type}.")
    try:
        body = json.loads(request.get_data(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise RefusalError(400, "invalid_request", f"The body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise RefusalError(400, "invalid_request", "The body must be an object.")
    return body


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def read_number(body: dict[str, Any], name: str, *, above_zero: bool) -> float | None:
    """The number at `name`, None when absent or null. Raises RefusalError 400 for anything else or below the bound."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise RefusalError(400, "invalid_request", f"{name} must be a number.")
    if value < 0 or (above_zero and value == 0):
        bound = "above" if above_zero else "at least"
        raise RefusalError(400, "invalid_request", f"{name} must be {bound} 0.")
    return float(value)


def read_text(body: dict[str, Any], name: str, *, required: bool = False) -> str | None:
    """The text at `name`, None when absent or null. Raises RefusalError 400 for anything else, or when blank."""
    value = body.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or (required and not value.strip()):
        raise RefusalError(400, "invalid_request", f"{name} must be {'non-blank ' if required else ''}text.")
    return value


def plain_number(value: float) -> int | float:
    """80.0 as 80: JSON of others writes whole numbers whole."""
    return int(value) if value.is_integer() else value


def cut_page(rows: Sequence[Row], *, curly: bool = False) -> tuple[Sequence[Row], dict[str, str]]:
    """The page that `?limit=` and `?page=` ask for, and the `Link` header to the next one, if there is one.

    `curly` says whether this list is one whose link Moodle writes in curly quotes, where the rules are Moodle's.
    """
    rules = here().config.rules
    usual = BOOKMARKED_PAGE if rules.bookmarks else len(rows) or 1
    try:
        limit = int(request.args.get("limit", usual))
        page = _read_page(request.args.get("page"), bookmarks=rules.bookmarks)
    except ValueError as error:
        raise RefusalError(400, "invalid_request", "limit and page must be ones of this list.") from error
    if limit < 1 or page < 0:
        raise RefusalError(400, "invalid_request", "limit must be at least 1, page at least 0.")
    start = page * limit
    headers = {}
    if start + limit < len(rows):
        query = [(key, value) for key, value in request.args.items(multi=True) if key != "page"]
        following = _bookmark(page + 1) if rules.bookmarks else str(page + 1)
        url = f"{here().url}{request.path}?{urlencode([*query, ('page', following)])}"
        headers["Link"] = f'<{url}>; rel="next"'
        if curly and rules.curly_links:  # UTF-8, which WSGI hands on as Latin-1
            headers["Link"] = f"<{url.replace('&', '&amp;')}>; rel=“next”".encode().decode("latin-1")
    return rows[start : start + limit], headers


def _bookmark(page: int) -> str:
    return "bookmark:" + base64.urlsafe_b64encode(f"Page/{page}".encode()).decode()


def _read_page(raw: str | None, *, bookmarks: bool) -> int:
    """The number of a page; raises ValueError."""
    if raw is None:
        return 0
    if not bookmarks:
        return int(raw)
    kind, _, word = base64.urlsafe_b64decode(raw.removeprefix("bookmark:")).decode().partition("/")
    if kind != "Page":
        raise ValueError(raw)
    return int(word)
