"""What we ask of a platform's gradebook: a token, to take a score, and what it holds. Never inside a transaction."""

import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from joserfc import jwt
from joserfc.jwk import RSAKey

from lms_carbon.lti.caches import caches
from lms_carbon.lti.http import Answer, FetchError, fetch
from lms_carbon.lti.rules.addresses import append_path, merge_query, origin_of
from lms_carbon.lti.rules.claims import SCOPE_RESULT, SCOPE_SCORE
from lms_carbon.lti.rules.rosters import next_page
from lms_carbon.lti.rules.scores import (
    RESULTS_TYPE,
    SCORE_TYPE,
    SENT,
    HandedIn,
    Outcome,
    Reason,
    Shown,
    Verdict,
    judge_shown,
    read_answer,
    read_shown,
    score_document,
)

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS: Final = 300
MARGIN: Final = 60  # seconds before its end that a token is not used any more
USUAL_LIFE: Final = 3600
MANY: Final = 5
"""From so many scores on a column is read whole, rather than person by person."""
RESULTS_AT_ONCE: Final = 500
MOST_PAGES: Final = 50
LOOK_AGAIN: Final = timedelta(minutes=1)
NO_MORE_ATTEMPTS: Final = 422
"""Canvas' answer where a score would make a submission more than the activity allows; others' for other things."""

log = structlog.get_logger("lms_carbon.lti")


@dataclass(frozen=True, kw_only=True)
class Access:
    """How we show a platform who we are; `key` is asked only when a token is needed."""

    registration_id: int
    client_id: str
    token_url: str
    audience: str
    key: Callable[[], RSAKey]


class NoTokenError(Exception):
    """The platform gave no token; the text is for the log."""


def access_token(access: Access, scope: str, *, at: datetime) -> str:
    """Return a token for one scope, remembered until shortly before it ends; raises `NoTokenError`, `FetchError`."""
    found = caches().tokens.find((access.registration_id, scope), lambda: None)
    if found is not None:
        return found
    answer = request_token(access, scope, at=at)
    if answer.status != 200:
        raise NoTokenError(f"status {answer.status}: {answer.body[:200]!r}")
    document = answer.json()
    token = document.get("access_token") if isinstance(document, dict) else None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise NoTokenError("no access_token in the answer")
    seconds = document.get("expires_in", USUAL_LIFE)
    if isinstance(seconds, (int, float)) and seconds > MARGIN:
        caches().tokens.keep((access.registration_id, scope), token, seconds - MARGIN)
    return token


def request_token(access: Access, scope: str, *, at: datetime) -> Answer:
    """Ask for a token and return whatever the platform answers; raises `FetchError`."""
    return fetch(
        "POST",
        access.token_url,
        headers={"Accept": "application/json"},
        data={
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": _assertion(access, at),
            "scope": scope,
        },
    )


def _assertion(access: Access, at: datetime) -> str:
    """Return our proof of who we are (security framework 4.1): a JWT by the registration's own key."""
    key, issued = access.key(), int(at.timestamp())
    claims = {
        "iss": access.client_id,
        "sub": access.client_id,
        "aud": access.audience,
        "iat": issued,
        "exp": issued + ASSERTION_SECONDS,
        "jti": secrets.token_urlsafe(24),
    }
    return jwt.encode({"typ": "JWT", "alg": "RS256", "kid": key.kid}, claims, key, algorithms=["RS256"])


def call_platform(access: Access, scope: str, method: str, url: str, at: datetime, **request: Any) -> Answer:
    """Ask with a token; where it is not taken any more, once again with a new one.

    Raises `NoTokenError`, `FetchError`.
    """
    headers = request.pop("headers")
    for last in (False, True):
        token = access_token(access, scope, at=at)
        answer = fetch(method, url, headers={**headers, "Authorization": f"Bearer {token}"}, **request)
        if answer.status != 401:
            return answer
        caches().tokens.drop((access.registration_id, scope))
        if last:
            raise NoTokenError("the platform does not take its own token")
    raise AssertionError


@dataclass(frozen=True, kw_only=True)
class Sending:
    """One score as it is to arrive."""

    line_item: str
    subject: str
    score: int
    """Hundredths of 100."""
    comment: str | None
    ours: Sequence[int]
    """What of ours the gradebook may show now, the newest first."""
    overwrites: bool
    """Whether this replaces what the gradebook shows, whoever put it there."""
    handed_in: HandedIn | None = None
    """The work, with the first score that is to arrive there."""


def send_score(
    access: Access, sending: Sending, *, stamp: datetime, at: datetime, columns: "Columns | None" = None
) -> Verdict:
    """Send one score and say what became of it; never raises for anything that a platform does.

    What a teacher put there meanwhile is found out and left alone. `columns` are those already looked at.
    """
    try:
        if not sending.overwrites:
            known, shown = columns.look_up(access, sending, at) if columns else (False, None)
            shown = shown if known else _find_shown(access, sending, at)
            against = judge_shown(shown, ours=sending.ours, new=sending.score)
            if against is not None:
                return against
        answer = _post_score(access, sending, stamp, at)
        if answer.status == NO_MORE_ATTEMPTS and sending.handed_in is not None:
            answer = _post_score(access, replace(sending, handed_in=None), stamp, at)
    except NoTokenError as problem:
        log.warning("no token", registration=access.registration_id, problem=str(problem))
        return Verdict(Outcome.LATER, Reason.NO_TOKEN)
    except FetchError as problem:
        log.warning("gradebook unreachable", registration=access.registration_id, problem=str(problem))
        return Verdict(Outcome.LATER, Reason.UNREACHABLE)
    verdict = read_answer(answer.status, answer.headers, answer.body)
    if verdict.outcome is not Outcome.SENT:
        log.warning(
            "score not taken",
            registration=access.registration_id,
            status=answer.status,
            reason=verdict.reason,
            answer=answer.body[:300].decode("utf-8", "replace"),
        )
    return _look_behind(access, sending, verdict, at) if verdict.outcome is Outcome.OVERTAKEN else verdict


def _post_score(access: Access, sending: Sending, stamp: datetime, at: datetime) -> Answer:
    document = score_document(
        subject=sending.subject,
        hundredths=sending.score,
        comment=sending.comment,
        stamp=stamp,
        overwrites=sending.overwrites,
        handed_in=sending.handed_in,
    )
    return call_platform(
        access,
        SCOPE_SCORE,
        "POST",
        append_path(sending.line_item, "scores"),
        at,
        headers={"Content-Type": SCORE_TYPE},
        data=json.dumps(document, ensure_ascii=False, allow_nan=False).encode(),
    )


def _look_behind(access: Access, sending: Sending, verdict: Verdict, at: datetime) -> Verdict:
    """Say more of a score that the platform holds to be old: it may be there already, or show what is instead."""
    try:
        shown = _find_shown(access, sending, at)
    except FetchError:
        return verdict
    if shown is None:
        return verdict
    return SENT if shown.is_about(sending.score) else replace(verdict, found=shown.score)


def _find_shown(access: Access, sending: Sending, at: datetime) -> Shown | None:
    """Return what the gradebook shows; None for nothing, and where it does not let us look. Raises `FetchError`."""
    url = merge_query(append_path(sending.line_item, "results"), {"user_id": sending.subject})
    shown, _ = _fetch_results(access, url, at) or ({}, None)
    return shown.get(sending.subject)


def _fetch_results(access: Access, url: str, at: datetime) -> tuple[dict[str, Shown], str | None] | None:
    """Return what a page of results shows, and the next page; None where it does not let us look.

    Raises `FetchError`.
    """
    key = (access.registration_id, SCOPE_RESULT)
    if caches().refused.find(key, lambda: None):
        return None
    try:
        answer = call_platform(access, SCOPE_RESULT, "GET", url, at, headers={"Accept": RESULTS_TYPE})
    except NoTokenError:
        caches().refused.keep(key, True, 600)
        return None
    if answer.status != 200:
        return None
    try:
        return read_shown(answer.json()), next_page(answer.headers.get("Link"))
    except FetchError:  # a page, not JSON
        return None


class Columns:
    """What gradebook columns show, read whole where many scores go to one; one sender's, for a short while.

    Each person's is said once: what we send them afterwards is not in it.
    """

    def __init__(self) -> None:
        self._many: frozenset[str] = frozenset()
        self._read: dict[str, tuple[datetime, dict[str, Shown] | None]] = {}
        self._said: set[tuple[str, str]] = set()

    def expect(self, line_items: Iterable[str]) -> None:
        """Tell to which columns the next scores go, a column for each score."""
        self._many = frozenset(url for url, scores in Counter(line_items).items() if scores >= MANY)

    def look_up(self, access: Access, sending: Sending, at: datetime) -> tuple[bool, Shown | None]:
        """Return whether it is known here what the column shows of a person, and what."""
        url, key = sending.line_item, (sending.line_item, sending.subject)
        read_at, shown = self._read.get(url, (None, None))
        if read_at is None or at - read_at > LOOK_AGAIN:
            if url not in self._many:
                return False, None
            shown = _read_column(access, url, at)
            self._read[url] = (at, shown)
            self._said = {said for said in self._said if said[0] != url}
        if shown is None or key in self._said:
            return False, None
        self._said.add(key)
        return True, shown.get(sending.subject)


def _read_column(access: Access, line_item: str, at: datetime) -> dict[str, Shown] | None:
    """Return all that a column shows; None where that cannot be read to its end."""
    first = append_path(line_item, "results")
    page: str | None = merge_query(first, {"limit": str(RESULTS_AT_ONCE)})
    shown: dict[str, Shown] = {}
    for _ in range(MOST_PAGES):
        try:
            found = _fetch_results(access, page or "", at)
        except FetchError:
            return None
        if found is None:
            return None
        shown = {**found[0], **shown}
        page = found[1]
        if page is None:
            return shown
        if origin_of(page) != origin_of(first):  # our token is for this platform alone
            return None
    return None
