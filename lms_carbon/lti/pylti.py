"""PyLTI1p3's login and launch with everything replaced that does not hold.

Here and in `pylti_parts` alone the library is imported. It gives the two flows their shape and names. What is ours:
where registrations and logins live, the order of the checks (format, registration, signature, claims, deployment,
binding), which of them there are, who fetches keys, and the refusals. Its own services, storages, cookie page and role
guesses are closed, so that no later caller takes one for safe.
"""

import base64
import binascii
import json
import secrets
from datetime import datetime
from typing import Any, Final, NoReturn, Protocol, Self, cast

import requests
from joserfc import jws
from joserfc.errors import JoseError
from pylti1p3.message_launch import MessageLaunch
from pylti1p3.oidc_login import OIDCLogin

from lms_carbon.lti.errors import (
    LoginRequestError,
    LoginUnknownError,
    SignatureError,
    TokenError,
    UnknownDeploymentError,
)
from lms_carbon.lti.keysets import Keysets
from lms_carbon.lti.models.launches import Binding
from lms_carbon.lti.pylti_parts import Fields, NoCookies, NoSessions, PlatformRegistration, StoredPlatforms, closing
from lms_carbon.lti.queries import Platform
from lms_carbon.lti.rules.addresses import merge_query
from lms_carbon.lti.rules.claims import Message, check_times, client_id_of, issuer_of, read_message

ALGORITHM: Final = "RS256"
MAX_TOKEN: Final = 64 * 1024
MAX_FIELD: Final = 8 * 1024


class Logins(Protocol):
    """Where logins under way are kept (`services.logins`)."""

    def begin(
        self, *, platform: Platform, state: str, nonce: str, browser: str, binding: Binding, target_link_uri: str
    ) -> None:
        """Keep a login."""

    def consume(
        self, *, platform: Platform, state: str, nonce: str, browser: str | None, binding: Binding, target: str
    ) -> None:
        """Use a login up; raises the `LaunchRefusedError` that fits where it cannot be."""


class Arrivals(Protocol):
    """What of a launch is here already (`services.launches`)."""

    def find_deployment(self, platform: Platform, message: Message) -> Any | None:
        """Return what is known, None where the deployment is not."""


@closing("get_redirect_object", "get_response", "get_cookies_allowed_js_check", "enable_check_cookies")
@closing("set_launch_data_storage", "set_launch_data_lifetime", "pass_params_to_launch")
class HardenedOIDCLogin(OIDCLogin[Fields, StoredPlatforms, NoSessions, NoCookies, str]):
    """A login request (security framework 5.1.1.1) answered with an authentication request (5.1.1.2)."""

    state: str
    """The state that `redirect` made."""

    def __init__(
        self,
        fields: Fields,
        platforms: StoredPlatforms,
        logins: Logins,
        browser: str,
        binding: Binding = Binding.COOKIE,
    ) -> None:
        super().__init__(fields, platforms, NoSessions(), NoCookies())
        self._logins, self._browser, self._binding = logins, browser, binding

    def validate_oidc_login(self) -> PlatformRegistration:
        """Return the registration that the request names; nothing in the request is signed, so it only picks one."""
        for name in ("iss", "login_hint", "target_link_uri"):
            if not self._get_request_param(name):
                raise LoginRequestError(f"login-missing:{name}")
        for name in ("iss", "login_hint", "target_link_uri", "lti_message_hint", "client_id"):
            if len(self._get_request_param(name)) > MAX_FIELD:
                raise LoginRequestError(f"login-too-long:{name}")
        issuer, client_id = self._get_request_param("iss"), self._get_request_param("client_id")
        return self._tool_config.find_registration_by_params(issuer, client_id)

    def get_redirect(self, url: str) -> NoReturn:
        """Refuse: `redirect` returns the address, and the view answers with it."""
        raise NotImplementedError(url)

    def redirect(self, launch_url: str, js_redirect: bool = False) -> str:
        """Begin a login and return the address at the platform that the browser goes to next."""
        return self._prepare_redirect_url(launch_url)

    def _prepare_redirect_url(self, launch_url: str) -> str:
        platform = self.validate_oidc_login().platform
        state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.state = state
        self._logins.begin(
            platform=platform,
            state=state,
            nonce=nonce,
            browser=self._browser,
            binding=self._binding,
            target_link_uri=self._get_request_param("target_link_uri"),
        )
        asked = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": platform.client_id,
            "redirect_uri": launch_url,
            "state": state,
            "nonce": nonce,
            "login_hint": self._get_request_param("login_hint"),
        }
        hint = self._get_request_param("lti_message_hint")
        if hint:
            asked["lti_message_hint"] = hint
        return merge_query(platform.auth_login_url, asked)


@closing("from_cache", "set_restored", "set_jwt", "set_jwt_verify_options", "set_auto_validation", "set_launch_id")
@closing("get_service_connector", "get_nrps", "get_ags", "get_cgs", "get_deep_link", "has_nrps", "has_ags", "has_cgs")
@closing("set_public_key_caching", "fetch_public_key", "get_params_from_login", "get_launch_id", "save_launch_data")
@closing("set_launch_data_storage", "set_launch_data_lifetime", "get_session_service", "check_jwt_body_is_empty")
@closing("check_staff_access", "check_student_access", "check_teacher_access", "check_teaching_assistant_access")
@closing("check_designer_access", "check_observer_access", "check_transient", "urlsafe_b64decode")
@closing("get_data_privacy_launch_user", "get_submission_review_user", "is_deep_link_launch", "is_resource_launch")
@closing("is_data_privacy_launch", "is_submission_review_launch", "get_launch_data", "get_iss", "get_client_id")
class HardenedMessageLaunch(MessageLaunch[Fields, StoredPlatforms, NoSessions, NoCookies]):
    """An id_token checked in two steps: `verify` may ask the platform for its keys, `admit` runs in a transaction."""

    message: Message
    platform: Platform
    """The registration that the token belongs to; trustworthy once the signature was checked."""
    known: Any
    _header: dict[str, Any]
    _claims: dict[str, Any]

    def __init__(
        self,
        fields: Fields,
        platforms: StoredPlatforms,
        *,
        keysets: Keysets,
        logins: Logins,
        arrivals: Arrivals,
        browser: str | None,
        at: datetime,
        binding: Binding = Binding.COOKIE,
    ) -> None:
        # Something in the place of its HTTP session: the library's own would wait for ever and follow redirects.
        nothing = cast("requests.Session", object())
        super().__init__(fields, platforms, NoSessions(), NoCookies(), requests_session=nothing)
        self._keysets, self._logins, self._arrivals, self._at = keysets, logins, arrivals, at
        self._browser, self._binding = browser, binding

    def _get_request_param(self, key: str) -> str:
        return str(self._request.get_param(key))

    def validate(self) -> Self:
        """Check all of it."""
        return self.verify().admit()

    def verify(self) -> Self:
        """Check what the token alone can show. Outside any transaction: the platform's keys may have to be fetched."""
        self.validate_state().validate_jwt_format().validate_registration()
        return self.validate_jwt_signature().validate_claims().validate_message()

    def admit(self) -> Self:
        """Check what the database knows, and use the login up, inside the transaction that writes the launch."""
        return self.validate_deployment().validate_nonce()

    def validate_state(self) -> Self:
        """Ask for a state; whether it is ours shows with the nonce."""
        if not self._get_request_param("state"):
            raise LoginUnknownError("state-missing")
        return self

    def validate_jwt_format(self) -> Self:
        """Read header and claims."""
        token = self._get_request_param("id_token")
        if not token:
            raise TokenError("token-missing")
        if len(token) > MAX_TOKEN:
            raise TokenError("token-too-large")
        parts = token.split(".")
        if len(parts) != 3:
            raise TokenError
        self._header, self._claims = _read_part(parts[0]), _read_part(parts[1])
        return self

    def _get_jwt_body(self) -> NoReturn:
        """Refuse: the library would read claims before anything was checked."""
        raise NotImplementedError

    def validate_registration(self) -> Self:
        """Find the registration that the token names; the body picks, the signature then decides."""
        issuer, client_id = issuer_of(self._claims), client_id_of(self._claims)
        self.platform = self._tool_config.find_registration_by_params(issuer, client_id).platform
        return self

    def get_public_key(self) -> tuple[Any, str]:
        """Return the key that the header names. Without a name there is none: all keys are never tried."""
        if self._header.get("alg") != ALGORITHM:
            raise SignatureError("algorithm")
        kid = self._header.get("kid")
        if not isinstance(kid, str) or not kid:
            raise SignatureError("kid-missing")
        return self._keysets.find_key(self.platform.key_set_url, kid), ALGORITHM

    def validate_jwt_signature(self) -> Self:
        """Check the signature, by RS256 alone whatever the key or the header says."""
        key, algorithm = self.get_public_key()
        try:
            jws.deserialize_compact(self._get_request_param("id_token"), key, algorithms=[algorithm])
        except (JoseError, ValueError) as problem:
            raise SignatureError from problem
        return self

    def validate_claims(self) -> Self:
        """Check the times; issuer and audience hold because the registration was found by them."""
        check_times(self._claims, at=self._at)
        return self

    def validate_message(self) -> Self:
        """Read the message."""
        self.message = read_message(self._claims)
        return self

    def validate_deployment(self) -> Self:
        """Find the deployment, and with it all else that is known already."""
        self.known = self._arrivals.find_deployment(self.platform, self.message)
        if self.known is None:
            raise UnknownDeploymentError
        return self

    def validate_nonce(self) -> Self:
        """Use the login up that has this state, nonce, registration, browser and target together."""
        self._logins.consume(
            platform=self.platform,
            state=self._get_request_param("state"),
            nonce=self.message.nonce,
            browser=self._browser,
            binding=self._binding,
            target=self.message.target_link_uri,
        )
        return self


def _read_part(part: str) -> dict[str, Any]:
    """Return a JOSE header or claims set: a JSON object in base64url without padding (RFC 7515)."""
    try:
        document = json.loads(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as problem:
        raise TokenError from problem
    if not isinstance(document, dict):
        raise TokenError("token-not-an-object")
    return document
