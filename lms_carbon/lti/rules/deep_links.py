"""Deep Linking 2.0: what a platform asks for, and the items and claims of the answer. Nothing here signs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lms_carbon.lti.errors import ClaimError
from lms_carbon.lti.rules.claims import LTI

DL: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/"
RESPONSE: Final = "LtiDeepLinkingResponse"
LINK: Final = "ltiResourceLink"
ANSWER_SECONDS: Final = 300
MOST_DATA: Final = 16 * 1024
SCORE_MAXIMUM: Final = 100
ICON_SIZE: Final = 64
REVIEWABLE: Final = ("Submitted", "Completed")
"""Activity progress at which there may be something to look at (submission review 4.1)."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the platform takes (DL 4.4.1)."""

    return_url: str
    accept_types: tuple[str, ...]
    document_targets: tuple[str, ...]
    accept_multiple: bool
    accept_line_item: bool | None
    data: str | None


def read_settings(raw: Mapping[str, Any]) -> Settings:
    """Return the settings of a request; raises `ClaimError` for what is required and not there, or of another kind."""
    return_url, data = raw.get("deep_link_return_url"), raw.get("data")
    if not isinstance(return_url, str) or not return_url:
        raise ClaimError("claim-missing:deep_link_return_url")
    if data is not None and (not isinstance(data, str) or len(data) > MOST_DATA):
        raise ClaimError("claim-malformed:data")
    line_item = raw.get("accept_lineitem")
    return Settings(
        return_url=return_url,
        accept_types=_words(raw, "accept_types"),
        document_targets=_words(raw, "accept_presentation_document_targets"),
        accept_multiple=raw.get("accept_multiple") is True,
        accept_line_item=line_item if isinstance(line_item, bool) else None,
        data=data,
    )


def _words(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = raw.get(name)
    if found is None:
        raise ClaimError(f"claim-missing:{name}")
    if isinstance(found, str):  # older platforms send one string with commas
        found = [part.strip() for part in found.split(",")]
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise ClaimError(f"claim-malformed:{name}")
    return tuple(word[:64] for word in found[:20])


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One picked activity, in words of one language."""

    target: str
    code: str
    title: str
    text: str
    graded: bool
    window: bool
    opens_at: datetime | None
    closes_at: datetime | None


def content_item(choice: Choice, *, launch_url: str, icon_url: str, settings: Settings) -> dict[str, Any]:
    """Return a link to the activity (DL 3.2): what it opens, when it is available, and its column where one is taken.

    The custom parameters point at the target, name this very choice, and ask the platform for where a copy came from.
    """
    item: dict[str, Any] = {
        "type": LINK,
        "title": choice.title,
        "text": choice.text,
        "url": launch_url,
        "icon": {"url": icon_url, "width": ICON_SIZE, "height": ICON_SIZE},
        "custom": {
            "target": choice.target,
            "pick": choice.code,
            "context_history": "$Context.id.history",
            "link_history": "$ResourceLink.id.history",
        },
    }
    if choice.window and "window" in settings.document_targets:
        item["window"] = {"targetName": "_blank"}
    if choice.graded and settings.accept_line_item is not False:
        item["lineItem"] = {
            "scoreMaximum": SCORE_MAXIMUM,
            "label": choice.title,
            "resourceId": choice.target,
            "tag": choice.code,
            "submissionReview": {"reviewableStatus": list(REVIEWABLE), "url": launch_url},
        }
    available = _span(choice.opens_at, choice.closes_at)
    if available:
        item["available"] = available
    if choice.closes_at is not None:
        item["submission"] = {"endDateTime": _moment(choice.closes_at)}
    return item


def _span(start: datetime | None, end: datetime | None) -> dict[str, str]:
    edges = (("startDateTime", start), ("endDateTime", end))
    return {name: _moment(moment) for name, moment in edges if moment is not None}


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def response_claims(
    *,
    client_id: str,
    issuer: str,
    deployment_id: str,
    nonce: str,
    at: datetime,
    data: str | None,
    items: Sequence[Mapping[str, Any]],
    message: str | None = None,
    error: str | None = None,
) -> dict[str, Any]:
    """Return the answer's claims (DL 4.5); no item means that nothing was chosen. `data` goes back iff it came."""
    issued = int(at.timestamp())
    claims: dict[str, Any] = {
        "iss": client_id,
        "aud": issuer,
        "iat": issued,
        "exp": issued + ANSWER_SECONDS,
        "nonce": nonce,
        LTI + "message_type": RESPONSE,
        LTI + "version": "1.3.0",
        LTI + "deployment_id": deployment_id,
        DL + "content_items": [dict(item) for item in items],
    }
    told = {"data": data, "msg": message, "errormsg": error}
    return claims | {DL + name: value for name, value in told.items() if value is not None}
