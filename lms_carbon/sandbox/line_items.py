"""Line items over AGS 2.0: the columns of the gradebook."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, request

from lms_carbon.sandbox.access import require_scope
from lms_carbon.sandbox.activities import find_activity
from lms_carbon.sandbox.errors import RefusalError
from lms_carbon.sandbox.exchange import (
    answer_json,
    check_accept,
    cut_page,
    find_course,
    plain_number,
    read_body,
    read_number,
    read_text,
)
from lms_carbon.sandbox.messages import line_item_url
from lms_carbon.sandbox.place import database, here
from lms_carbon.sandbox.state import dump
from lms_carbon.sandbox.vocabulary import (
    SCOPE_LINEITEM,
    SCOPE_LINEITEM_READ,
    TYPE_LINEITEM,
    TYPE_LINEITEMS,
)

#: Members that are kept and given back, but mean nothing to the sandbox.
EXTRA: Final = ("startDateTime", "endDateTime", "gradesReleased", "submissionReview")

blueprint = Blueprint("line_items", __name__, url_prefix="/api/courses/<course_id>/lineitems")


@dataclass(frozen=True)
class Column:
    """A line item as it stands."""

    id: int
    course_id: str
    client_id: str
    resource_link_id: str | None
    label: str
    score_maximum: float
    resource_id: str | None
    tag: str | None
    extra: dict[str, Any]

    def document(self) -> dict[str, Any]:
        """The AGS form."""
        body: dict[str, Any] = {
            "id": line_item_url(here(), self.course_id, self.id),
            "label": self.label,
            "scoreMaximum": plain_number(self.score_maximum),
        }
        optional = {"resourceLinkId": self.resource_link_id, "resourceId": self.resource_id, "tag": self.tag}
        return body | {key: value for key, value in optional.items() if value is not None} | self.extra


def _column(row: sqlite3.Row) -> Column:
    return Column(**{**dict(row), "extra": json.loads(row["extra"])})


def list_columns(db: sqlite3.Connection, course_id: str) -> list[Column]:
    """All line items of a course in the order of their making."""
    rows = db.execute("SELECT * FROM line_item WHERE course_id = ? ORDER BY id", (course_id,))
    return [_column(row) for row in rows]


def find_column(course_id: str, line_item_id: int, client_id: str) -> Column:
    """The line item of that course and tool. Raises RefusalError 404."""
    row = (
        database()
        .execute(
            "SELECT * FROM line_item WHERE id = ? AND course_id = ? AND client_id = ?",
            (line_item_id, course_id, client_id),
        )
        .fetchone()
    )
    if row is None:
        raise RefusalError(404, "not_found", "There is no such line item.")
    return _column(row)


def add_column(db: sqlite3.Connection, *, course_id: str, client_id: str, body: dict[str, Any]) -> Column:
    """A line item as `body` (AGS form) describes it. Raises RefusalError 400 or 404."""
    fields = _read_fields(body, course_id, client_id)
    added = db.execute(
        "INSERT INTO line_item (label, score_maximum, resource_id, tag, extra, resource_link_id, course_id,"
        " client_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*fields, course_id, client_id),
    ).lastrowid
    return _column(db.execute("SELECT * FROM line_item WHERE id = ?", (added,)).fetchone())


def _read_fields(
    body: dict[str, Any], course_id: str, client_id: str
) -> tuple[str | None, float, str | None, str | None, str, str | None]:
    label = read_text(body, "label", required=True)
    score_maximum = read_number(body, "scoreMaximum", above_zero=True)
    if score_maximum is None:
        raise RefusalError(400, "invalid_request", "scoreMaximum is required.")
    link = read_text(body, "resourceLinkId")
    if link is not None:
        activity = find_activity(database(), link)
        if activity is None or (activity.course_id, activity.client_id) != (course_id, client_id):
            raise RefusalError(404, "not_found", f"The course has no resource link {link} of this tool.")
    extra = {key: body[key] for key in EXTRA if body.get(key) is not None}
    return (
        label,
        score_maximum,
        read_text(body, "resourceId"),
        read_text(body, "tag"),
        dump(extra),
        link,
    )


@blueprint.get("")
def list_line_items(course_id: str) -> Response:
    """The tool's line items, filtered by resource_link_id, resource_id and tag."""
    client_id = require_scope(SCOPE_LINEITEM, SCOPE_LINEITEM_READ)
    check_accept(TYPE_LINEITEMS)
    course = find_course(course_id, client_id)
    columns = [each for each in list_columns(database(), course.id) if each.client_id == client_id]
    for name in ("resource_link_id", "resource_id", "tag"):
        wanted = request.args.get(name)
        if wanted is not None:
            columns = [each for each in columns if getattr(each, name) == wanted]
    page, headers = cut_page(columns, curly=True)
    answer = answer_json([each.document() for each in page], TYPE_LINEITEMS)
    answer.headers.update(headers)
    return answer


@blueprint.post("")
def create_line_item(course_id: str) -> Response:
    """A new column; 201 and its address."""
    client_id = require_scope(SCOPE_LINEITEM)
    check_accept(TYPE_LINEITEM)
    course = find_course(course_id, client_id)
    body = read_body(TYPE_LINEITEM)
    column = add_column(database(), course_id=course.id, client_id=client_id, body=body)
    answer = answer_json(column.document(), TYPE_LINEITEM, status=201)
    answer.headers["Location"] = column.document()["id"]
    return answer


@blueprint.get("/<int:line_item_id>")
def show_line_item(course_id: str, line_item_id: int) -> Response:
    """One column."""
    client_id = require_scope(SCOPE_LINEITEM, SCOPE_LINEITEM_READ)
    check_accept(TYPE_LINEITEM)
    return answer_json(find_column(course_id, line_item_id, client_id).document(), TYPE_LINEITEM)


@blueprint.put("/<int:line_item_id>")
def replace_line_item(course_id: str, line_item_id: int) -> Response:
    """The whole definition anew; what is left out is gone, the resource link cannot change (AGS §3.2.4)."""
    client_id = require_scope(SCOPE_LINEITEM)
    check_accept(TYPE_LINEITEM)
    column = find_column(course_id, line_item_id, client_id)
    body = read_body(TYPE_LINEITEM)
    if body.get("id") not in (None, column.document()["id"]):
        raise RefusalError(400, "invalid_request", "The id of a line item cannot change.")
    if body.get("resourceLinkId") != column.resource_link_id:
        raise RefusalError(400, "invalid_request", "The resourceLinkId of a line item cannot change.")
    *fields, _link = _read_fields(body, course_id, client_id)
    database().execute(
        "UPDATE line_item SET label = ?, score_maximum = ?, resource_id = ?, tag = ?, extra = ? WHERE id = ?",
        (*fields, column.id),
    )
    return answer_json(find_column(course_id, column.id, client_id).document(), TYPE_LINEITEM)


@blueprint.delete("/<int:line_item_id>")
def delete_line_item(course_id: str, line_item_id: int) -> Response:
    """The column goes, and its scores with it."""
    client_id = require_scope(SCOPE_LINEITEM)
    column = find_column(course_id, line_item_id, client_id)
    database().execute("DELETE FROM line_item WHERE id = ?", (column.id,))
    return Response(status=204)
