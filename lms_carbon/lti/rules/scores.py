"""A score on its way to a gradebook: what is sent, when again, and what the platform's answer means (AGS 2.0 3.4)."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

SCORE_TYPE: Final = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE: Final = "application/vnd.ims.lis.v2.resultcontainer+json"
MAXIMUM: Final = 100
GIVES_UP_AFTER: Final = timedelta(days=5)
_SHORTEST: Final = timedelta(seconds=20)
_LONGEST: Final = timedelta(hours=6)
_LONGEST_ASKED: Final = timedelta(hours=1)


class Outcome(enum.StrEnum):
    """What became of one attempt to send."""

    SENT = "sent"
    REFUSED = "refused"
    OVERTAKEN = "overtaken"
    """The gradebook holds something newer, which may be a teacher's grade: ours is not forced over it."""
    LATER = "later"


class Reason(enum.StrEnum):
    """Why a score is not in the gradebook; kept in `ScoreDelivery.last_error`, shown in words."""

    NOT_ENROLLED = "not-enrolled"
    COLUMN_GONE = "column-gone"
    NOT_ALLOWED = "not-allowed"
    NOT_TAKEN = "not-taken"
    NEWER_THERE = "newer-there"
    UNREACHABLE = "unreachable"
    NO_TOKEN = "no-token"  # noqa: S105 - a reason, not a secret
    BUSY = "busy"
    PLATFORM_FAULT = "platform-fault"
    ERASED = "erased"


@dataclass(frozen=True)
class Verdict:
    """What an answer means; `wait` where the platform said how long."""

    outcome: Outcome
    reason: Reason | None = None
    wait: timedelta | None = None


SENT: Final = Verdict(Outcome.SENT)


def next_stamp(at: datetime, last: datetime | None) -> datetime:
    """Return the timestamp to send: now, but at least a second after the last one for this person and column.

    Moodle compares whole seconds and answers 409 to what is not later.
    """
    moment = at if last is None else max(at, last + timedelta(seconds=1))
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def score_document(*, subject: str, hundredths: int, comment: str | None, stamp: datetime) -> dict[str, Any]:
    """Return the score as AGS wants it. Always final: anything less would make Moodle clear what it has."""
    document: dict[str, Any] = {
        "userId": subject,
        "scoreGiven": hundredths / 100,
        "scoreMaximum": MAXIMUM,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": stamp.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{stamp.microsecond // 1000:03}Z",
        # One submission however often a score is corrected (Canvas makes a new one for every score otherwise).
        "https://canvas.instructure.com/lti/submission": {"new_submission": False},
    }
    if comment is not None:
        document["comment"] = comment
    return document


def read_answer(status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
    """Say what the platform's answer to a score means. 401 is not asked here: the token is renewed first."""
    text = body[:2000].decode("utf-8", "replace").lower()
    if 200 <= status < 300:
        return SENT
    if status == 409 or (status == 400 and "timestamp" in text):
        return Verdict(Outcome.OVERTAKEN, Reason.NEWER_THERE)
    if status == 429 or (status == 403 and "rate limit" in text):
        return Verdict(Outcome.LATER, Reason.BUSY, _asked_wait(headers))
    if status >= 500 or status in (408, 425):
        return Verdict(Outcome.LATER, Reason.PLATFORM_FAULT, _asked_wait(headers))
    reasons = {
        400: Reason.NOT_ENROLLED,  # Moodle's word for teachers and for those not in the course
        403: Reason.NOT_ALLOWED,
        404: Reason.COLUMN_GONE,
        410: Reason.COLUMN_GONE,
        422: Reason.NOT_ENROLLED,
    }
    return Verdict(Outcome.REFUSED, reasons.get(status, Reason.NOT_TAKEN))


def _asked_wait(headers: Mapping[str, str]) -> timedelta | None:
    """Return Retry-After in seconds; as a date it is rare and left out."""
    said = headers.get("Retry-After", "").strip()
    return min(timedelta(seconds=int(said)), _LONGEST_ASKED) if said.isascii() and said.isdigit() else None


def pause_after(tries: int, *, chance: float, asked: timedelta | None = None) -> timedelta:
    """Return how long to wait after so many tries: doubling, with ±25 % by `chance` (0–1) to spread them."""
    pause: timedelta = min(_SHORTEST * 2 ** min(tries, 20), _LONGEST) * (0.75 + chance / 2)
    return max(pause, asked) if asked else pause


def is_same_score(result: Mapping[str, Any], *, hundredths: int) -> bool:
    """Tell whether the gradebook shows what we sent, on whatever scale it keeps."""
    score, maximum = result.get("resultScore"), result.get("resultMaximum", 1)
    numbers = [value for value in (score, maximum) if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if len(numbers) != 2 or numbers[1] <= 0:
        return False
    return abs(numbers[0] / numbers[1] * 10000 - hundredths) < 1
