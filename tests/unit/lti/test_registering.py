"""What platforms say of themselves, and what we ask of them (dynamic registration)."""

from typing import Any

import pytest

from lms_carbon.lti.platform_errors import PlatformDocumentError
from lms_carbon.lti.rules.platforms import SCOPES, canvas_configuration, missing_scopes
from lms_carbon.lti.rules.registering import PLATFORM, TOOL, read_granted, read_platform, registration_body

SOURCE = "https://moodle.school.edu/mod/lti/openid-configuration.php"
URL = "https://tool.example"


def _document(product: str = "moodle", **changes: Any) -> dict[str, Any]:
    document = {
        "issuer": "https://moodle.school.edu",
        "authorization_endpoint": "https://moodle.school.edu/mod/lti/auth.php",
        "token_endpoint": "https://moodle.school.edu/mod/lti/token.php",
        "jwks_uri": "https://moodle.school.edu/mod/lti/certs.php",
        "registration_endpoint": "https://moodle.school.edu/mod/lti/openid-registration.php",
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "id_token_signing_alg_values_supported": ["RS256"],
        PLATFORM: {"product_family_code": product, "variables": ["$Context.id.history", "User.id"]},
    }
    return {name: value for name, value in {**document, **changes}.items() if value is not None}


def _body(product: str) -> dict[str, Any]:
    return registration_body(read_platform(_document(product), source=SOURCE, demo=False), url=URL)


def test_what_moodle_asks_for() -> None:
    body = _body("moodle")
    for required in ("response_types", "initiate_login_uri", "redirect_uris", "client_name", "jwks_uri"):
        assert body[required]
    assert body["token_endpoint_auth_method"] == "private_key_jwt"
    assert body["scope"].split() == list(SCOPES)
    tool = body[TOOL]
    assert tool["target_link_uri"] == f"https://{tool['domain']}/lti/launch"
    assert tool["custom_parameters"] == {"context_history": "$Context.id.history"}  # only what it fills in
    assert {"name", "given_name", "family_name", "email"} <= set(tool["claims"])  # else Moodle never tells them
    [picking] = [message for message in tool["messages"] if message["type"] == "LtiDeepLinkingRequest"]
    assert picking["placements"] == ["ContentArea"]


def test_what_canvas_asks_for() -> None:
    body = _body("Canvas")
    tool = body[TOOL]
    assert {body["application_type"], *body["grant_types"]} == {"web", "implicit", "client_credentials"}
    placed = {placement for message in tool["messages"] for placement in message["placements"]}
    assert placed == {"assignment_selection", "link_selection", "course_navigation"}
    assert tool["https://canvas.instructure.com/lti/privacy_level"] == "public"
    [extension] = canvas_configuration(URL, domain="tool.example")["extensions"]
    assert {each["placement"] for each in extension["settings"]["placements"]} < placed


def test_addresses_elsewhere_are_named() -> None:
    elsewhere = _document("canvas", issuer="https://canvas.instructure.com", jwks_uri="https://sso.canvaslms.com/jwks")
    found = read_platform(elsewhere, source=SOURCE, demo=False)
    assert found.other_hosts == ("canvas.instructure.com", "sso.canvaslms.com")
    assert read_platform(_document(), source=SOURCE, demo=False).other_hosts == ()


@pytest.mark.parametrize(
    ("document", "lacks"),
    [
        ([], "configuration"),
        (_document(issuer=None), "issuer"),
        (_document(issuer="https://" + "x" * 300), "issuer"),
        (_document(token_endpoint="http://moodle.school.edu/token"), "token_endpoint"),
        (_document(registration_endpoint=7), "registration_endpoint"),
        (_document(jwks_uri="https://user@moodle.school.edu/"), "jwks_uri"),
        (_document(token_endpoint_auth_methods_supported=["client_secret_basic"]), "private_key_jwt"),
        (_document(id_token_signing_alg_values_supported=["ES256"]), "RS256"),
        (_document(**{PLATFORM: None}), "lti-platform-configuration"),
    ],
)
def test_documents_that_cannot_be_used(document: object, lacks: str) -> None:
    with pytest.raises(PlatformDocumentError) as refused:
        read_platform(document, source=SOURCE, demo=False)
    assert refused.value.params["lacks"] == lacks


def test_what_was_granted() -> None:
    said = read_granted({"client_id": "c", "scope": f"{SCOPES[3]} x", TOOL: {"deployment_id": "7"}})
    assert (said.scopes, said.deployment_id) == ([SCOPES[3]], "7")
    assert missing_scopes(said.scopes) == [SCOPES[0], SCOPES[1], SCOPES[2], SCOPES[4]]
    silent = read_granted({"client_id": "c"})
    assert (silent.scopes, silent.deployment_id) == (list(SCOPES), None)
    assert missing_scopes(None) == []
    for answer in ([], {}, {"client_id": ""}, {"client_id": 7}, {"client_id": "x" * 256}):
        with pytest.raises(PlatformDocumentError):
            read_granted(answer)
