"""Scores and results over AGS 2.0: what the tool sends, and what stands in the gradebook."""

import re
import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from flask import Blueprint, Response, request

from lms_carbon.sandbox.access import require_scope
from lms_carbon.sandbox.errors import RefusalError
from lms_carbon.sandbox.exchange import (
    answer_json,
    check_accept,
    cut_page,
    plain_number,
    read_body,
    read_number,
    read_text,
)
from lms_carbon.sandbox.line_items import Column, find_column
from lms_carbon.sandbox.place import database, here, now
from lms_carbon.sandbox.rules import Rules
from lms_carbon.sandbox.state import transaction
from lms_carbon.sandbox.vocabulary import (
    ACTIVITY_PROGRESS,
    CANVAS_SUBMISSION,
    GRADING_PROGRESS,
    SCOPE_RESULT,
    SCOPE_SCORE,
    TYPE_RESULTS,
    TYPE_SCORE,
)

#: ISO 8601 with a zone; Python alone would also take a date without a time or a zone.
TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)", re.ASCII)

SECONDS: Final = len("2026-11-20T10:00:00")

blueprint = Blueprint("scores", __name__, url_prefix="/api/courses/<course_id>/lineitems/<int:line_item_id>")


@dataclass(frozen=True)
class Score:
    """The last thing that the tool said of a person in a column; no `score_given` means no score."""

    line_item_id: int
    sub: str
    timestamp: str
    score_given: float | None
    score_maximum: float | None
    comment: str | None
    activity_progress: str
    grading_progress: str
    scoring_user_id: str | None
    received_at: float
    by_teacher: bool = False
    """Whether a teacher put it there, not the tool."""
    submissions: int = 0
    submission_url: str | None = None
    """The address that came with the last submission and opens it, as Canvas' SpeedGrader does."""

    def scaled_to(self, maximum: float) -> float | None:
        """The score on the column's own scale."""
        if self.score_given is None or self.score_maximum is None:
            return None
        return round(self.score_given * maximum / self.score_maximum, 6)


def list_scores(db: sqlite3.Connection, course_id: str) -> list[Score]:
    """All scores of a course."""
    rows = db.execute(
        "SELECT score.* FROM score JOIN line_item ON line_item.id = line_item_id WHERE course_id = ?"
        " ORDER BY line_item_id, sub",
        (course_id,),
    )
    return [_score(row) for row in rows]


def _score(row: sqlite3.Row) -> Score:
    return Score(**{**dict(row), "by_teacher": bool(row["by_teacher"])})


def find_score(db: sqlite3.Connection, line_item_id: int, sub: str) -> Score | None:
    """What stands in a column for a person."""
    row = db.execute("SELECT * FROM score WHERE line_item_id = ? AND sub = ?", (line_item_id, sub)).fetchone()
    return _score(row) if row is not None else None


def keep_score(db: sqlite3.Connection, score: Score) -> None:
    """Put a score in its place."""
    db.execute(
        "INSERT OR REPLACE INTO score (line_item_id, sub, timestamp, score_given, score_maximum, comment,"
        " activity_progress, grading_progress, scoring_user_id, received_at, by_teacher, submissions, submission_url)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        tuple(vars(score).values()),
    )


@blueprint.post("/scores")
def publish_score(course_id: str, line_item_id: int) -> Response:
    """Take a score (AGS §3.4); refused when it is not newer than the last one for this person."""
    client_id = require_scope(SCOPE_SCORE)
    column = find_column(course_id, line_item_id, client_id)
    rules, body = here().config.rules, read_body(TYPE_SCORE)
    score = _read_score(body, column)
    fault = rules.fail_every and next(here().scores_taken) % (2 * rules.fail_every)
    if rules.fail_every and fault == 0:
        raise RefusalError(500, "server_error", "Lost before it was taken.")
    db = database()
    with transaction(db):
        last = find_score(db, column.id, score.sub)
        if last is not None and _is_stale(score.timestamp, last.timestamp, rules):
            raise RefusalError(rules.stale_status, "conflict", f"The timestamp is not after {last.timestamp}.")
        kept = _settle(score, last, column, body, rules)
        if kept is not None:
            keep_score(db, kept)
    if rules.fail_every and fault == rules.fail_every:
        raise RefusalError(500, "server_error", "Lost after it was taken.")
    return Response(status=204)


def _is_stale(timestamp: str, last: str, rules: Rules) -> bool:
    if rules.whole_seconds:
        return timestamp[:SECONDS] <= last[:SECONDS]
    return timestamp < last if rules.submissions else timestamp <= last


def _settle(score: Score, last: Score | None, column: Column, body: dict[str, Any], rules: Rules) -> Score | None:
    """What is to stand there after a score, None for what stands there now."""
    if score.grading_progress in rules.keeps:
        return None
    if score.score_given is not None and score.score_maximum is not None and rules.caps:
        score = replace(score, score_given=min(score.score_given, score.score_maximum))
    if not rules.submissions:
        return score
    said = body.get(CANVAS_SUBMISSION)
    extra = said if isinstance(said, dict) else {}
    if last is not None and last.by_teacher and extra.get("prioritize_non_tool_grade"):
        return None
    if last is not None and score.score_given is None and extra.get("preserve_score"):
        score = replace(score, score_given=last.score_given, score_maximum=last.score_maximum)
    before, link = (last.submissions, last.submission_url) if last is not None else (0, None)
    if extra.get("new_submission", True) is False:
        return replace(score, submissions=before, submission_url=link)
    link = str(extra.get("submission_data")) if extra.get("submission_type") == "basic_lti_launch" else None
    return replace(score, submissions=before + 1, submission_url=link)


def _read_score(body: dict[str, Any], column: Column) -> Score:
    sub = read_text(body, "userId", required=True)
    given = read_number(body, "scoreGiven", above_zero=False)
    maximum = read_number(body, "scoreMaximum", above_zero=True)
    if given is not None and maximum is None:
        raise RefusalError(400, "invalid_request", "scoreGiven needs a scoreMaximum.")
    activity_progress = _read_word(body, "activityProgress", ACTIVITY_PROGRESS)
    grading_progress = _read_word(body, "gradingProgress", GRADING_PROGRESS)
    timestamp = _read_timestamp(body)
    course = here().config.course(column.course_id)
    person = here().config.member(course, sub) if course is not None else None
    if person is None or not person.is_learner:
        status = here().config.rules.ungradable_status
        raise RefusalError(status, "not_gradable", f"{sub} is not a learner of this course.")
    if grading_progress != "FullyGraded":
        given = None  # AGS §3.4.7: only FullyGraded is a score to show
    return Score(
        line_item_id=column.id,
        sub=person.sub,
        timestamp=timestamp,
        score_given=given,
        score_maximum=maximum if given is not None else None,
        comment=read_text(body, "comment"),
        activity_progress=activity_progress,
        grading_progress=grading_progress,
        scoring_user_id=read_text(body, "scoringUserId"),
        received_at=now(),
    )


def _read_word(body: dict[str, Any], name: str, words: tuple[str, ...]) -> str:
    value = body.get(name)
    if value not in words:
        raise RefusalError(400, "invalid_request", f"{name} must be one of {', '.join(words)}.")
    return str(value)


def _read_timestamp(body: dict[str, Any]) -> str:
    """The timestamp in UTC, with microseconds, so that text compares as time."""
    value = read_text(body, "timestamp", required=True) or ""
    if not TIMESTAMP.fullmatch(value):
        raise RefusalError(400, "invalid_request", "timestamp must be ISO 8601 with a zone.")
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC).isoformat(timespec="microseconds")
    except (ValueError, OverflowError) as error:
        raise RefusalError(400, "invalid_request", f"timestamp is no moment: {error}") from error


@blueprint.get("/results")
def list_results(course_id: str, line_item_id: int) -> Response:
    """What the gradebook holds (AGS §3.3), all or of `?user_id=`."""
    client_id = require_scope(SCOPE_RESULT)
    check_accept(TYPE_RESULTS)
    column = find_column(course_id, line_item_id, client_id)
    sub = request.args.get("user_id")
    if sub is None:
        scores = [score for score in list_scores(database(), course_id) if score.line_item_id == column.id]
    else:
        found = find_score(database(), column.id, sub)
        scores = [found] if found is not None else []
    page, headers = cut_page(scores, curly=True)
    answer = answer_json([_result(score, column) for score in page], TYPE_RESULTS)
    answer.headers.update(headers)
    return answer


def _result(score: Score, column: Column) -> dict[str, Any]:
    address = column.document()["id"]
    path, mark, query = address.partition("?")
    body: dict[str, Any] = {
        "id": f"{path}/results/{score.sub}{mark}{query}",
        "scoreOf": address,
        "userId": score.sub,
        "resultMaximum": plain_number(column.score_maximum),
    }
    result = score.scaled_to(column.score_maximum)
    if result is not None:
        body["resultScore"] = plain_number(result)
    optional = {"comment": score.comment, "scoringUserId": score.scoring_user_id}
    return body | {key: value for key, value in optional.items() if value is not None}
