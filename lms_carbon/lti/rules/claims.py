"""The id_token's claims as one typed message; what is not as LTI core 5.3 says is refused by name.

Unknown claims are ignored (core 4.3), null is the same as absent, and a custom value that the platform left
unexpanded (`$…`) is absent too.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lms_carbon.core.i18n import language_of
from lms_carbon.lti.errors import AnonymousError, ClaimError, MessageTypeError, TimeError

LTI: Final = "https://purl.imsglobal.org/spec/lti/claim/"
AGS: Final = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCOPE_SCORE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
SCOPE_LINE_ITEM: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
SCOPE_RESULT: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
NRPS: Final = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
SCOPE_ROSTER: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
RESOURCE_LINK: Final = "LtiResourceLinkRequest"
DEEP_LINKING: Final = "LtiDeepLinkingRequest"
SUBMISSION_REVIEW: Final = "LtiSubmissionReviewRequest"
KINDS: Final = (RESOURCE_LINK, DEEP_LINKING, SUBMISSION_REVIEW)
DEEP_LINKING_SETTINGS: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"

ID_LENGTH: Final = 255
"""LTI core: ids are at most 255 ASCII characters."""
LEEWAY: Final = 30
"""Seconds that the platform's clock may be off."""
OLDEST: Final = 600
"""Seconds since `iat` after which a token is too old, whatever its `exp` says."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A launch, checked."""

    kind: str
    """One of `KINDS`."""
    subject: str
    roles: list[str]
    deployment_id: str
    target_link_uri: str
    nonce: str
    name: str | None
    email: str | None
    number: str | None
    context_id: str | None
    context_title: str
    resource_link_id: str
    """Empty where somebody picks, and where a review names no activity."""
    resource_link_title: str
    target: str | None
    """What the link points at, by its custom parameter: an untrusted pointer."""
    custom: Mapping[str, Any]
    """All custom parameters as sent; `rules.copies` reads where the link came from."""
    settings: Mapping[str, Any]
    """What is asked for, of deep linking; `rules.deep_links` reads it."""
    for_user: Mapping[str, Any]
    """Whose work is asked for, of a submission review: `user_id`."""
    line_item: str | None
    line_items: str | None
    """Where the course's columns are listed, where we may look for one and make one."""
    roster_url: str | None
    locale: str | None
    return_url: str | None

    @property
    def language(self) -> str | None:
        """The language of ours that the platform's locale asks for."""
        return language_of(self.locale)


def tidy_text(value: object, *, limit: int = ID_LENGTH) -> str | None:
    """Return what may be shown and stored, None for what is no text or empty: no control characters, cut at `limit`."""
    if not isinstance(value, str):
        return None
    text = value.encode("utf-8", "replace").decode()
    text = "".join(character if character.isprintable() else " " for character in text).strip()
    return text[:limit] or None


def read_id(value: object, name: str) -> str:
    """Return an id of the platform's, exactly as sent; raises `ClaimError`."""
    if value is None or value == "":
        raise ClaimError(f"claim-missing:{name}")
    if not isinstance(value, str) or not value.isprintable():
        raise ClaimError(f"claim-malformed:{name}")
    if len(value) > ID_LENGTH:
        raise ClaimError(f"claim-too-long:{name}")
    return value


def read_object(claims: Mapping[str, Any], name: str, short: str) -> dict[str, Any]:
    """Return a claim that is an object, empty where absent; raises `ClaimError`."""
    value = claims.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ClaimError(f"claim-malformed:{short}")
    return value


def client_id_of(claims: Mapping[str, Any]) -> str:
    """Return which client the token is for (security framework 5.1.3): `azp` decides between several audiences."""
    audience = claims.get("aud")
    if isinstance(audience, str):
        audience = [audience]
    if audience is None or audience in ([], [""]):
        raise ClaimError("claim-missing:aud")
    if not isinstance(audience, list) or not all(isinstance(entry, str) and entry for entry in audience):
        raise ClaimError("claim-malformed:aud")
    party = claims.get("azp")
    if party is None:
        if len(audience) > 1:
            raise ClaimError("claim-missing:azp")
        return str(audience[0])
    if party not in audience:
        raise ClaimError("azp")
    return str(party)


def issuer_of(claims: Mapping[str, Any]) -> str:
    """Return the issuer."""
    return read_id(claims.get("iss"), "iss")


def check_times(claims: Mapping[str, Any], *, at: datetime) -> None:
    """Check `exp`, `iat` and `nbf` against the moment, with leeway; raises `ClaimError` or `TimeError`."""
    now = at.timestamp()
    expires, issued = _read_time(claims, "exp"), _read_time(claims, "iat")
    if expires is None or issued is None:
        raise ClaimError("claim-missing:exp" if expires is None else "claim-missing:iat")
    if expires <= now - LEEWAY:
        raise TimeError("expired")
    if issued > now + LEEWAY:
        raise TimeError("issued-in-future")
    if issued < now - OLDEST - LEEWAY:
        raise TimeError("issued-long-ago")
    not_before = _read_time(claims, "nbf")
    if not_before is not None and not_before > now + LEEWAY:
        raise TimeError("not-yet-valid")


def _read_time(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ClaimError(f"claim-malformed:{name}")
    try:
        moment = float(value)
    except OverflowError:
        moment = math.inf
    if not math.isfinite(moment):
        raise ClaimError(f"claim-malformed:{name}")
    return moment


def read_message(claims: Mapping[str, Any]) -> Message:
    """Return the claims as a message; raises `ClaimError`, `MessageTypeError`, `AnonymousError`."""
    kind = _read_kind(claims)
    subject = claims.get("sub")
    if subject is None or subject == "":
        raise AnonymousError
    context = read_object(claims, LTI + "context", "context")
    link = read_object(claims, LTI + "resource_link", "resource_link")
    custom = read_object(claims, LTI + "custom", "custom")
    presentation = read_object(claims, LTI + "launch_presentation", "launch_presentation")
    return Message(
        kind=kind,
        subject=read_id(subject, "sub"),
        roles=_read_roles(claims),
        deployment_id=deployment_id_of(claims),
        target_link_uri=_read_target_link_uri(claims),
        nonce=read_nonce(claims),
        name=_read_name(claims),
        email=tidy_text(claims.get("email")),
        number=_read_number(claims),
        context_id=read_id(context["id"], "context.id") if context.get("id") not in (None, "") else None,
        context_title=tidy_text(context.get("title")) or tidy_text(context.get("label")) or "",
        resource_link_id=_read_link_id(link, kind),
        resource_link_title=tidy_text(link.get("title")) or "",
        target=expanded(tidy_text(custom.get("target"), limit=ID_LENGTH)),
        custom=custom,
        settings=read_object(claims, DEEP_LINKING_SETTINGS, "deep_linking_settings"),
        for_user=read_object(claims, LTI + "for_user", "for_user"),
        line_item=_read_gradebook(claims, "lineitem", SCOPE_SCORE),
        line_items=_read_gradebook(claims, "lineitems", SCOPE_SCORE, SCOPE_LINE_ITEM),
        roster_url=_read_roster_url(claims),
        locale=_read_locale(claims, presentation),
        return_url=tidy_text(presentation.get("return_url"), limit=2048),
    )


def deployment_id_of(claims: Mapping[str, Any]) -> str:
    """Return the deployment."""
    return read_id(claims.get(LTI + "deployment_id"), "deployment_id")


def read_nonce(claims: Mapping[str, Any]) -> str:
    """Return the nonce."""
    return read_id(claims.get("nonce"), "nonce")


def _read_link_id(link: Mapping[str, Any], kind: str) -> str:
    """Return the activity's id, which only a launch of one needs (LTI core 5.3.5)."""
    if kind != RESOURCE_LINK and link.get("id") in (None, ""):
        return ""
    return read_id(link.get("id"), "resource_link.id")


def _read_kind(claims: Mapping[str, Any]) -> str:
    version, kind = claims.get(LTI + "version"), claims.get(LTI + "message_type")
    if version is None:
        raise ClaimError("claim-missing:version")
    if version != "1.3.0":
        raise ClaimError("version")
    if kind is None or kind == "":
        raise ClaimError("claim-missing:message_type")
    if not isinstance(kind, str):
        raise ClaimError("claim-malformed:message_type")
    if kind not in KINDS:
        raise MessageTypeError
    return kind


def _read_roles(claims: Mapping[str, Any]) -> list[str]:
    """Return the roles; the claim is required, but may be empty (LTI core 5.3.7)."""
    roles = claims.get(LTI + "roles")
    if roles is None:
        raise ClaimError("claim-missing:roles")
    if not isinstance(roles, list):
        raise ClaimError("claim-malformed:roles")
    return [text for text in (tidy_text(role) for role in roles[:100]) if text]


def _read_target_link_uri(claims: Mapping[str, Any]) -> str:
    value = claims.get(LTI + "target_link_uri")
    if value is None or value == "":
        raise ClaimError("claim-missing:target_link_uri")
    if not isinstance(value, str):
        raise ClaimError("claim-malformed:target_link_uri")
    return value


def _read_name(claims: Mapping[str, Any]) -> str | None:
    """Return the full name; of parts without a whole, family name first and unspaced where both are Chinese."""
    whole = tidy_text(claims.get("name"))
    given, family = tidy_text(claims.get("given_name")), tidy_text(claims.get("family_name"))
    if whole or not (given and family):
        return whole or given or family
    chinese = all("\u4e00" <= character <= "\u9fff" for character in family + given)
    return (family + given if chinese else f"{given} {family}")[:ID_LENGTH]


def _read_number(claims: Mapping[str, Any]) -> str | None:
    """Return the student or staff number; too long for the column is not one."""
    number = expanded(tidy_text(read_object(claims, LTI + "lis", "lis").get("person_sourcedid")))
    return number if number and len(number) <= 64 else None


def _read_gradebook(claims: Mapping[str, Any], name: str, *needed: str) -> str | None:
    """Return an address of the gradebook (AGS 3.1) where we have the scopes for it."""
    endpoint = read_object(claims, AGS, "endpoint")
    scopes = endpoint.get("scope")
    if not isinstance(scopes, list) or not all(scope in scopes for scope in needed):
        return None
    url = endpoint.get(name)
    return url if isinstance(url, str) and url else None


def _read_roster_url(claims: Mapping[str, Any]) -> str | None:
    """Return where the course's members are told (NRPS 3.6.1.1), None where they are not offered."""
    url = read_object(claims, NRPS, "namesroleservice").get("context_memberships_url")
    return url if isinstance(url, str) and url else None


def _read_locale(claims: Mapping[str, Any], presentation: Mapping[str, Any]) -> str | None:
    for value in (claims.get("locale"), presentation.get("locale")):
        text = expanded(tidy_text(value, limit=32))
        if text:
            return text
    return None


def expanded(value: str | None) -> str | None:
    """Return None for a variable that the platform did not expand (`$…`)."""
    return None if value is None or value.startswith("$") else value
