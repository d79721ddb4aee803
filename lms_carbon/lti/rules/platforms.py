"""What a platform's administrator enters for this tool, and the platform's own habits where they differ."""

from typing import Any, Final

from lms_carbon.core.i18n import mark

SCOPES: Final = (
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
)
"""All that we ask of a platform."""

SCOPE_WORDS: Final = {
    SCOPES[0]: mark("make columns in the gradebook"),
    SCOPES[1]: mark("see columns of the gradebook"),
    SCOPES[2]: mark("see what the gradebook shows"),
    SCOPES[3]: mark("send scores"),
    SCOPES[4]: mark("read who is in the course"),
}

CUSTOM: Final = {
    "context_history": "$Context.id.history",
    "rl_history": "$ResourceLink.id.history",
    "open": "$ResourceLink.available.startDateTime",
    "close": "$ResourceLink.available.endDateTime",
    "due": "$ResourceLink.submission.endDateTime",
}
"""Custom parameters and the platform variables in them (LTI core, appendix B)."""

CANVAS: Final = "canvas"
TITLE: Final = "lms_carbon"
DESCRIPTION: Final = "Assessment of T/MIITEC 020-2024 · 碳管理产业人才岗位能力评价"
PRESETS: Final = {
    CANVAS: {
        "name": "Canvas",
        "issuer": "https://canvas.instructure.com",
        "auth_login_url": "https://sso.canvaslms.com/api/lti/authorize_redirect",
        "auth_token_url": "https://sso.canvaslms.com/login/oauth2/token",
        "key_set_url": "https://sso.canvaslms.com/api/lti/security/jwks",
    }
}
"""Values that are the same for every school on the platform's own servers."""


def missing_scopes(granted: list[str] | None) -> list[str]:
    """Return the scopes that we ask for and were not granted; none where the platform never said."""
    return [] if granted is None else [scope for scope in SCOPES if scope not in granted]


def tool_addresses(url: str) -> dict[str, str]:
    """Return what every platform asks for: `login`, `launch`, `keys`."""
    return {"login": f"{url}/lti/login", "launch": f"{url}/lti/launch", "keys": f"{url}/lti/keys"}


def canvas_configuration(url: str, *, domain: str) -> dict[str, Any]:
    """Return the JSON that Canvas' developer key page takes ("Paste JSON")."""
    addresses = tool_addresses(url)
    picking = {"message_type": "LtiDeepLinkingRequest", "target_link_uri": addresses["launch"], "enabled": True}
    placements = [{"placement": placement, "text": TITLE, **picking} for placement in CANVAS_PICKERS]
    return {
        "title": TITLE,
        "description": DESCRIPTION,
        "oidc_initiation_url": addresses["login"],
        "target_link_uri": addresses["launch"],
        "public_jwk_url": addresses["keys"],
        "scopes": list(SCOPES),
        "custom_fields": CUSTOM,
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": domain,
                "tool_id": TITLE,
                "privacy_level": "public",
                "settings": {"text": TITLE, "placements": placements},
            }
        ],
    }


CANVAS_PICKERS: Final = ("assignment_selection", "link_selection")
