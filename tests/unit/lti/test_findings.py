"""The 26 things that PyLTI1p3 does wrong or leaves out: each cannot be reached, or is done here otherwise.

What may be imported of the library is listed here, name by name; all else of it is out of reach.
"""

import ast
import importlib
import secrets
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey
from pylti1p3.tool_config import ToolConfAbstract

from lms_carbon.lti import pylti, pylti_parts
from lms_carbon.lti.errors import (
    ClaimError,
    KeysetError,
    LaunchRefusedError,
    LoginUsedError,
    MessageTypeError,
    SignatureError,
    TimeError,
)
from lms_carbon.lti.models.launches import Binding
from lms_carbon.lti.queries import Platform
from lms_carbon.lti.rules.claims import LEEWAY, check_times, client_id_of, read_message
from lms_carbon.lti.rules.roles import is_teaching
from tests.support.platform import CLAIM, GONE, MEMBERSHIP, FakePlatform, jwk

PRODUCT = Path(pylti.__file__).parents[1]
ALLOWED: dict[str, dict[str, set[str]]] = {
    "lti/pylti.py": {
        "pylti1p3.message_launch": {"MessageLaunch"},
        "pylti1p3.oidc_login": {"OIDCLogin"},
    },
    "lti/pylti_parts.py": {
        "pylti1p3.cookie": {"CookieService"},
        "pylti1p3.deployment": {"Deployment"},
        "pylti1p3.registration": {"Registration"},
        "pylti1p3.request": {"Request"},
        "pylti1p3.session": {"SessionService"},
        "pylti1p3.tool_config": {"ToolConfAbstract"},
    },
}
AT = datetime(2026, 5, 11, 8, tzinfo=UTC)


def _imported(file: Path) -> dict[str, set[str]]:
    """Return what a file takes of the library; a whole module counts as all of it."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "pylti1p3":
            found.setdefault(node.module or "", set()).update(alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            found.update({alias.name: {"*"} for alias in node.names if alias.name.split(".")[0] == "pylti1p3"})
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("pylti1p3."):
            found.setdefault(node.value, set()).add("*")  # importlib would need it spelt out
    return found


def test_only_these_names_of_the_library_are_used() -> None:
    found = {str(file.relative_to(PRODUCT)): _imported(file) for file in PRODUCT.rglob("*.py")}
    assert {file: names for file, names in found.items() if names} == ALLOWED


@pytest.mark.parametrize(
    ("number", "module", "name"),
    [
        (8, "pylti1p3.service_connector", "ServiceConnector"),
        (9, "pylti1p3.service_connector", "ServiceConnector"),
        (10, "pylti1p3.assignments_grades", "AssignmentsGradesService"),
        (11, "pylti1p3.lineitem", "LineItem"),
        (12, "pylti1p3.assignments_grades", "AssignmentsGradesService"),
        (13, "pylti1p3.service_connector", "ServiceConnector"),
        (14, "pylti1p3.grade", "Grade"),
        (15, "pylti1p3.deep_link_resource", "DeepLinkResource"),
        (16, "pylti1p3.deep_link", "DeepLink"),
        (17, "pylti1p3.message_validators.deep_link", "DeepLinkMessageValidator"),
        (18, "pylti1p3.roles", "TeacherRole"),
        (22, "pylti1p3.contrib.flask.cookie", "FlaskCookieService"),
        (23, "pylti1p3.launch_data_storage.cache", "CacheDataStorage"),
        (24, "pylti1p3.launch_data_storage.session", "SessionDataStorage"),
    ],
)
def test_a_finding_whose_code_is_out_of_reach(number: int, module: str, name: str) -> None:
    assert hasattr(importlib.import_module(module), name), number  # it is still there, and
    assert all(module not in modules for modules in ALLOWED.values())


class Logins:
    """Logins as `services.logins` keeps them, in memory; writes down what it is asked."""

    def __init__(self) -> None:
        self.begun: list[dict[str, Any]] = []
        self.consumed: list[dict[str, Any]] = []

    def begin(self, **login: Any) -> None:
        self.begun.append(login)

    def consume(self, **login: Any) -> None:
        if login in self.consumed:
            raise LoginUsedError
        self.consumed.append(login)


class Gate:
    """A hardened launch whose neighbours write down when they are asked."""

    def __init__(self) -> None:
        self.platform = FakePlatform(issuer="https://lms.example", clock=AT.timestamp)
        self.logins, self.asked = Logins(), list[str]()
        self.registration = Platform(
            id=1,
            institution_id=1,
            issuer=self.platform.issuer,
            client_id=self.platform.client_id,
            auth_login_url=f"{self.platform.issuer}/auth?from=lms",
            key_set_url=f"{self.platform.issuer}/keys",
        )

    def find(self, issuer: str, client_id: str | None) -> Platform | None:
        self.asked.append("registration")
        wanted = (self.registration.issuer, self.registration.client_id)
        return self.registration if (issuer, client_id) == wanted else None

    def find_key(self, url: str, kid: str) -> RSAKey:
        self.asked.append(f"key:{kid}")
        return RSAKey.import_key(jwk(self.platform.key, kid))

    def find_deployment(self, platform: Platform, message: Any) -> object:
        del platform, message
        self.asked.append("deployment")
        return SimpleNamespace(deployment_id=1)

    def launch(self, token: str, state: str = "state") -> pylti.HardenedMessageLaunch:
        return pylti.HardenedMessageLaunch(
            pylti_parts.Fields({"id_token": token, "state": state}),
            pylti_parts.StoredPlatforms(self.find),
            keysets=cast("Any", self),
            logins=cast("Any", self.logins),
            arrivals=cast("Any", self),
            browser="browser",
            at=AT,
        )

    def token(self, nonce: str = "nonce", /, **changes: Any) -> str:
        return self.platform.sign(self.platform.claims(nonce, **changes))


@pytest.fixture
def gate() -> Gate:
    return Gate()


def _closed(owner: Any, *names: str) -> None:
    for name in names:
        with pytest.raises(NotImplementedError):
            getattr(owner, name)(None)


def test_finding_1_a_nonce_is_used_up(gate: Gate) -> None:
    gate.launch(gate.token()).validate()
    with pytest.raises(LoginUsedError):
        gate.launch(gate.token()).validate()
    _closed(pylti_parts.NoSessions, "check_nonce", "save_nonce")


def test_finding_2_a_state_is_not_remembered_as_good() -> None:
    _closed(pylti_parts.NoSessions, "set_state_valid", "check_state_is_valid", "save_state_params", "get_state_params")


def test_finding_3_all_that_belongs_together_is_looked_for_together(gate: Gate) -> None:
    gate.launch(gate.token("n"), "s").validate()
    target = gate.platform.claims("n")[CLAIM + "target_link_uri"]
    browser = {"browser": "browser", "binding": Binding.COOKIE}
    asked = {"platform": gate.registration, "state": "s", "nonce": "n", "target": target, **browser}
    assert gate.logins.consumed == [asked]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"exp": None}, ClaimError),
        ({"iat": None}, ClaimError),
        ({"iat": 11111}, TimeError),
        ({"iat": AT.timestamp() + LEEWAY + 1}, TimeError),
        ({"exp": AT.timestamp() - LEEWAY - 1}, TimeError),
        ({"aud": ["other", "tool"]}, ClaimError),
        ({"aud": ["tool", "other"]}, ClaimError),
        ({"azp": "other"}, ClaimError),
    ],
)
def test_finding_4_times_and_audiences_are_asked_for(changes: dict[str, Any], refusal: type[Exception]) -> None:
    claims = {"aud": "tool", "iat": AT.timestamp() + LEEWAY, "exp": AT.timestamp() - LEEWAY + 1}
    check_times(claims, at=AT)
    assert client_id_of({"aud": ["other", "tool"], "azp": "tool"}) == client_id_of(claims) == "tool"
    with pytest.raises(refusal):
        _check({**claims, **changes})


def _check(claims: dict[str, Any]) -> None:
    check_times(claims, at=AT)
    client_id_of(claims)


def test_finding_5_nothing_is_believed_before_the_signature(gate: Gate) -> None:
    head, body, _ = gate.token().split(".")
    with pytest.raises(SignatureError):
        gate.launch(f"{head}.{body}.{'A' * 342}").validate()
    assert gate.asked == ["registration", "key:platform-key"]
    assert gate.logins.consumed == []
    gate.asked.clear()
    gate.launch(gate.token()).validate()
    assert gate.asked == ["registration", "key:platform-key", "deployment"]


def test_finding_6_keys_are_fetched_by_ours_alone(gate: Gate) -> None:
    launch = gate.launch(gate.token())
    _closed(launch, "fetch_public_key", "set_public_key_caching")
    assert not hasattr(launch._requests_session, "get")


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512", "PS256", None, ["RS256"]])
def test_finding_7_the_algorithm_is_ours(gate: Gate, algorithm: Any) -> None:
    token = gate.platform.sign(gate.platform.claims("n"), alg=algorithm)
    with pytest.raises(LaunchRefusedError) as refused:
        gate.launch(token).validate()
    assert refused.value.check == "algorithm"
    assert gate.launch(gate.token()).verify().get_public_key()[1] == "RS256"


def test_findings_8_to_13_services_are_not_its_own(gate: Gate) -> None:
    _closed(gate.launch(gate.token()), "get_service_connector", "get_ags", "get_nrps", "get_cgs", "has_ags", "has_nrps")


def test_findings_15_to_17_deep_links_are_not_its_own(gate: Gate) -> None:
    _closed(gate.launch(gate.token()), "get_deep_link", "is_deep_link_launch")


@pytest.mark.parametrize("role", [f"{MEMBERSHIP}/Learner#Instructor", "http://x.example/unknown#Instructor"])
def test_finding_18_a_role_is_what_it_is_called_in_full(gate: Gate, role: str) -> None:
    assert not is_teaching([role])
    _closed(gate.launch(gate.token()), "check_teacher_access", "check_staff_access", "check_student_access")


def test_finding_19_keys_of_ours_are_not_the_registrations(gate: Gate) -> None:
    registration = pylti_parts.PlatformRegistration(gate.registration)
    _closed(registration, "get_jwks", "get_jwk", "get_kid", "set_tool_private_key", "get_tool_private_key")
    _closed(pylti_parts.StoredPlatforms(gate.find), "get_jwks")


def test_finding_20_one_platform_says_nothing_of_another(gate: Gate) -> None:
    platforms = pylti_parts.StoredPlatforms(gate.find)
    assert not platforms.check_iss_has_one_client(gate.registration.issuer)
    _closed(platforms, "set_iss_has_one_client", "set_iss_has_many_clients")
    assert ToolConfAbstract.issuers_relation_types == {}


def test_finding_21_the_login_address_keeps_its_query(gate: Gate) -> None:
    fields = pylti_parts.Fields(gate.platform.login_fields())
    platforms = pylti_parts.StoredPlatforms(gate.find)
    flow = pylti.HardenedOIDCLogin(fields, platforms, cast("Any", gate.logins), secrets.token_urlsafe())
    asked = parse_qs(urlsplit(flow.redirect("https://tool.example/lti/launch")).query)
    assert asked["from"] == ["lms"]
    assert asked["state"] == [gate.logins.begun[0]["state"]]


def test_finding_22_cookies_are_not_its_own() -> None:
    with pytest.raises(NotImplementedError):
        pylti_parts.NoCookies().set_cookie("state", "x")
    with pytest.raises(NotImplementedError):
        pylti_parts.NoCookies().get_cookie("state")


def test_findings_23_and_24_no_launch_is_kept_by_the_library(gate: Gate) -> None:
    _closed(pylti_parts.NoSessions, "save_launch_data", "get_launch_data", "set_data_storage")
    _closed(gate.launch(gate.token()), "save_launch_data", "from_cache", "set_launch_data_storage", "get_launch_id")


@pytest.mark.parametrize("kind", ["LtiStartProctoring", "DataPrivacyLaunchRequest", "LtiAssetProcessorSettingsRequest"])
def test_finding_25_messages_that_nobody_answers_are_refused(gate: Gate, kind: str) -> None:
    with pytest.raises(MessageTypeError):
        read_message(gate.platform.claims("n", message_type=kind))
    assert read_message(gate.platform.claims("n", context=GONE)).context_id is None


def test_finding_26_what_a_platform_answers_is_not_shown() -> None:
    assert "{" not in KeysetError.sentence
    assert KeysetError().params == {}
