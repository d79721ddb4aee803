"""Dynamic registration as documents: what a platform says of itself, what we ask for, what it granted.

The OpenID configuration comes from an address in a link, so nothing in it is trusted before it is read here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from lms_carbon.lti.platform_errors import PlatformDocumentError
from lms_carbon.lti.rules.addresses import is_usable
from lms_carbon.lti.rules.claims import ID_LENGTH, tidy_text
from lms_carbon.lti.rules.platforms import CANVAS, CANVAS_PICKERS, CUSTOM, DESCRIPTION, SCOPES, TITLE, tool_addresses

PLATFORM: Final = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL: Final = "https://purl.imsglobal.org/spec/lti-tool-configuration"
CANVAS_LTI: Final = "https://canvas.instructure.com/lti/"
CLAIMS: Final = ("iss", "sub", "name", "given_name", "family_name", "email", "locale")
_MUST_SUPPORT: Final = {
    "token_endpoint_auth_methods_supported": "private_key_jwt",
    "id_token_signing_alg_values_supported": "RS256",
}


@dataclass(frozen=True, kw_only=True)
class PlatformDocument:
    """A platform's OpenID configuration, checked."""

    issuer: str
    name: str
    product: str
    auth_login_url: str
    auth_token_url: str
    key_set_url: str
    registration_url: str
    auth_audience: str | None
    variables: frozenset[str]
    """The variables that it fills in, without `$`."""
    other_hosts: tuple[str, ...]
    """Hosts of its addresses that are not the configuration's own: right for Canvas, else worth a look."""


def read_platform(document: object, *, source: str, demo: bool) -> PlatformDocument:
    """Return the configuration that was at `source`; raises `PlatformDocumentError` that names what is wrong."""
    if not isinstance(document, dict):
        raise PlatformDocumentError(lacks="configuration")
    issuer = _address(document, "issuer", demo=demo)
    if len(issuer) > ID_LENGTH:
        raise PlatformDocumentError(lacks="issuer")
    for name, needed in _MUST_SUPPORT.items():
        offered = document.get(name)
        if isinstance(offered, list) and needed not in offered:
            raise PlatformDocumentError(lacks=needed)
    of_lti = document.get(PLATFORM)
    if not isinstance(of_lti, dict):
        raise PlatformDocumentError(lacks="lti-platform-configuration")
    addresses = {
        "auth_login_url": _address(document, "authorization_endpoint", demo=demo),
        "auth_token_url": _address(document, "token_endpoint", demo=demo),
        "key_set_url": _address(document, "jwks_uri", demo=demo),
        "registration_url": _address(document, "registration_endpoint", demo=demo),
    }
    own = urlsplit(source).netloc
    hosts = {urlsplit(url).netloc for url in (issuer, *addresses.values())}
    variables = of_lti.get("variables")
    return PlatformDocument(
        issuer=issuer,
        name=tidy_text(of_lti.get(CANVAS_LTI + "account_name")) or own,
        product=(tidy_text(of_lti.get("product_family_code"), limit=64) or "").lower(),
        auth_audience=tidy_text(document.get("authorization_server"), limit=2048),
        variables=frozenset(str(each).lstrip("$") for each in variables)
        if isinstance(variables, list)
        else frozenset(),
        other_hosts=tuple(sorted(hosts - {own})),
        **addresses,
    )


def _address(document: Mapping[str, Any], name: str, *, demo: bool) -> str:
    url = document.get(name)
    if not isinstance(url, str) or not is_usable(url, demo=demo):
        raise PlatformDocumentError(lacks=name)
    return url


def registration_body(platform: PlatformDocument, *, url: str) -> dict[str, Any]:
    """Return what we send to the registration endpoint, in the shape that this product takes.

    Moodle reads only deep linking from the messages; Canvas places the tool where a message says.
    """
    addresses, domain = tool_addresses(url), urlsplit(url).netloc
    canvas = platform.product == CANVAS
    configured: dict[str, Any] = {
        "domain": domain,
        "description": DESCRIPTION,
        "target_link_uri": addresses["launch"],
        "custom_parameters": {name: value for name, value in CUSTOM.items() if value[1:] in platform.variables},
        "claims": list(CLAIMS),
        "messages": _messages(addresses["launch"], canvas=canvas),
    }
    if canvas:
        configured |= {CANVAS_LTI + "privacy_level": "public", CANVAS_LTI + "tool_id": TITLE}
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": addresses["login"],
        "redirect_uris": [addresses["launch"]],
        "client_name": TITLE,
        "jwks_uri": addresses["keys"],
        "logo_uri": f"{url}/static/web/mark.svg",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(SCOPES),
        TOOL: configured,
    }


def _messages(launch: str, *, canvas: bool) -> list[dict[str, Any]]:
    picking = {"type": "LtiDeepLinkingRequest", "target_link_uri": launch, "label": TITLE}
    if not canvas:
        return [{"type": "LtiResourceLinkRequest"}, {**picking, "placements": ["ContentArea"]}]
    home = {
        "type": "LtiResourceLinkRequest",
        "target_link_uri": launch,
        "label": TITLE,
        "placements": ["course_navigation"],
        CANVAS_LTI + "course_navigation/default_enabled": False,
    }
    return [{**picking, "placements": list(CANVAS_PICKERS)}, home]


@dataclass(frozen=True, kw_only=True)
class Granted:
    """What the platform made of our registration."""

    client_id: str
    scopes: list[str]
    deployment_id: str | None


def read_granted(document: object) -> Granted:
    """Return the platform's answer; raises `PlatformDocumentError`. Without `scope` all was granted (RFC 7591)."""
    client_id = document.get("client_id") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not _is_id(client_id):
        raise PlatformDocumentError(lacks="client_id")
    said = document.get("scope")
    offered = said.split() if isinstance(said, str) else SCOPES
    of_lti = document.get(TOOL)
    deployment_id = of_lti.get("deployment_id") if isinstance(of_lti, dict) else None
    return Granted(
        client_id=str(client_id),
        scopes=[scope for scope in SCOPES if scope in offered],
        deployment_id=deployment_id if _is_id(deployment_id) else None,
    )


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= ID_LENGTH and value.isprintable()
