"""What we ask of a platform's gradebook: a token, to take a score, and what it holds. Never inside a transaction."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from joserfc import jwt
from joserfc.jwk import RSAKey

from lms_carbon.lti.caches import caches
from lms_carbon.lti.http import Answer, FetchError, fetch
from lms_carbon.lti.rules.addresses import append_path, merge_query
from lms_carbon.lti.rules.claims import SCOPE_RESULT, SCOPE_SCORE
from lms_carbon.lti.rules.scores import (
    RESULTS_TYPE,
    SCORE_TYPE,
    SENT,
    Outcome,
    Reason,
    Verdict,
    is_same_score,
    read_answer,
    score_document,
)

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS: Final = 300
MARGIN: Final = 60  # seconds before its end that a token is not used any more
USUAL_LIFE: Final = 3600

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
    answer = fetch(
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


def send_score(
    access: Access, *, line_item: str, subject: str, hundredths: int, comment: str | None, stamp: datetime, at: datetime
) -> Verdict:
    """Send one score and say what became of it; never raises for anything that a platform does."""
    document = score_document(subject=subject, hundredths=hundredths, comment=comment, stamp=stamp)
    try:
        answer = call_platform(
            access,
            SCOPE_SCORE,
            "POST",
            append_path(line_item, "scores"),
            at,
            headers={"Content-Type": SCORE_TYPE},
            data=json.dumps(document, ensure_ascii=False, allow_nan=False).encode(),
        )
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
    if verdict.outcome is Outcome.OVERTAKEN and _is_there(access, line_item, subject, hundredths, at):
        return SENT  # an earlier try arrived after all
    return verdict


def _is_there(access: Access, line_item: str, subject: str, hundredths: int, at: datetime) -> bool:
    """Tell whether the gradebook shows this very score; False where it does not say."""
    url = merge_query(append_path(line_item, "results"), {"user_id": subject})
    try:
        answer = call_platform(access, SCOPE_RESULT, "GET", url, at, headers={"Accept": RESULTS_TYPE})
        results = answer.json() if answer.status == 200 else []
    except (NoTokenError, FetchError):
        return False
    return isinstance(results, list) and any(
        isinstance(result, dict) and result.get("userId") == subject and is_same_score(result, hundredths=hundredths)
        for result in results
    )
