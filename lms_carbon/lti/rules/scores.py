"""A score on its way to a gradebook: what is sent, when again, and what the platform's answer means (AGS 2.0 3.4)."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

SCORE_TYPE: Final = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE: Final = "application/vnd.ims.lis.v2.resultcontainer+json"
MAXIMUM: Final = 100
GIVES_UP_AFTER: Final = timedelta(days=5)
_FAULTS_IN_A_ROW: Final = 3
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
    CHANGED_THERE = "changed-there"
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
    found: int | None = None
    """Hundredths of 100 that the gradebook shows instead."""


SENT: Final = Verdict(Outcome.SENT)


def next_stamp(at: datetime, last: datetime | None) -> datetime:
    """Return the timestamp to send: now, but at least a second after the last one for this person and column.

    Moodle compares whole seconds and answers 409 to what is not later.
    """
    moment = at if last is None else max(at, last + timedelta(seconds=1))
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """The work that a person's first score in a column is for: when it was handed in, and the link that opens it."""

    at: datetime
    link: str


def score_document(
    *,
    subject: str,
    hundredths: int,
    comment: str | None,
    stamp: datetime,
    overwrites: bool = False,
    handed_in: HandedIn | None = None,
) -> dict[str, Any]:
    """Return the score as AGS wants it. Always final: anything less would make Moodle clear what it has."""
    # One submission however often a score is corrected (Canvas makes a new one for every score otherwise),
    # and a teacher's own grade stays unless somebody here said that ours replaces it.
    submission: dict[str, Any] = {
        "new_submission": handed_in is not None,
        "preserve_score": True,
        "prioritize_non_tool_grade": not overwrites,
    }
    document: dict[str, Any] = {
        "userId": subject,
        "scoreGiven": hundredths / 100,
        "scoreMaximum": MAXIMUM,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": _moment(stamp),
        "https://canvas.instructure.com/lti/submission": submission,
    }
    if handed_in is not None:
        submission |= {"submission_type": "basic_lti_launch", "submission_data": handed_in.link}
        document["submission"] = {"submittedAt": _moment(handed_in.at)}  # not the moment of release: that may be late
    if comment is not None:
        document["comment"] = comment
    return document


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def read_answer(status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
    """Say what the platform's answer to a score means. 401 is not asked here: the token is renewed first."""
    text = body[:2000].decode("utf-8", "replace").lower()
    if 200 <= status < 300:
        # A page instead of an answer: the platform is in maintenance, or somebody stands between us.
        return Verdict(Outcome.LATER, Reason.PLATFORM_FAULT) if text.lstrip().startswith("<") else SENT
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
        412: Reason.COLUMN_GONE,
        422: Reason.NOT_ENROLLED,
    }
    return Verdict(Outcome.REFUSED, reasons.get(status, Reason.NOT_TAKEN))


def is_away(verdict: Verdict, *, faults: int) -> bool:
    """Tell whether a platform is to be left alone: at once where it said so or is not there, else after some faults.

    `faults` is how many tries in a row failed, this one among them.
    """
    if verdict.outcome is not Outcome.LATER:
        return False
    return verdict.reason is not Reason.PLATFORM_FAULT or verdict.wait is not None or faults >= _FAULTS_IN_A_ROW


def _asked_wait(headers: Mapping[str, str]) -> timedelta | None:
    """Return Retry-After in seconds; as a date it is rare and left out."""
    said = headers.get("Retry-After", "").strip()
    return min(timedelta(seconds=int(said)), _LONGEST_ASKED) if said.isascii() and said.isdigit() else None


def pause_after(tries: int, *, chance: float, asked: timedelta | None = None) -> timedelta:
    """Return how long to wait after so many tries: doubling, with ±25 % by `chance` (0–1) to spread them."""
    pause: timedelta = min(_SHORTEST * 2 ** min(tries, 20), _LONGEST) * (0.75 + chance / 2)
    return max(pause, asked) if asked else pause


@dataclass(frozen=True)
class Shown:
    """What a gradebook shows of a person, in hundredths of 100, and how far its rounding may lie off."""

    score: int
    slack: float

    def is_about(self, score: int) -> bool:
        """Tell whether this is that score, on whatever scale the gradebook keeps it."""
        return abs(self.score - score) <= self.slack


def read_shown(results: Any) -> dict[str, Shown]:
    """Return what the results (AGS 3.3) say, by the platform's user id; of whom they say nothing, nothing."""
    found: dict[str, Shown] = {}
    for result in results if isinstance(results, list) else []:
        subject = result.get("userId") if isinstance(result, Mapping) else None
        if not isinstance(subject, str) or subject in found:
            continue
        score, maximum = result.get("resultScore"), result.get("resultMaximum", 1)
        if _is_number(score) and _is_number(maximum) and maximum > 0:
            # Gradebooks keep at least two decimals; of a column of 10 the second is a tenth of a point of ours.
            found[subject] = Shown(round(score / maximum * 10_000), max(1.0, 50 / maximum))
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e9


def judge_shown(shown: Shown | None, *, ours: Sequence[int], new: int) -> Verdict | None:
    """Say what stands against sending `new` over what is shown; None for nothing.

    `ours` are the scores that we sent, or tried to: the newest first.
    """
    if shown is None or (ours and shown.is_about(ours[0])):
        return None
    if shown.is_about(new):
        return SENT  # an earlier try arrived after all
    if any(shown.is_about(score) for score in ours):
        return None
    return Verdict(Outcome.OVERTAKEN, Reason.CHANGED_THERE, found=shown.score)
