"""PyLTI1p3's collaborators as ours: request fields, registrations from the database, and nothing kept by itself."""

from collections.abc import Callable, Mapping
from typing import NoReturn, TypeVar

from pylti1p3.cookie import CookieService
from pylti1p3.deployment import Deployment
from pylti1p3.registration import Registration
from pylti1p3.request import Request
from pylti1p3.session import SessionService
from pylti1p3.tool_config import ToolConfAbstract

from lms_carbon.lti.errors import UnknownPlatformError
from lms_carbon.lti.queries import Platform

C = TypeVar("C", bound=type)


def closing(*names: str) -> Callable[[C], C]:
    """Make parts of the library unreachable: calling one is a programming error."""

    def close(cls: C) -> C:
        for name in names:

            def closed(*_args: object, _name: str = name, **_options: object) -> NoReturn:
                raise NotImplementedError(f"PyLTI1p3's {_name} is not used here; see lti/pylti.py")

            setattr(cls, name, closed)
        return cls

    return close


class Fields(Request):
    """The fields that came with a request."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields

    def is_secure(self) -> bool:
        """Say yes: cookies are ours (`core.cookies`), nothing of the library's depends on it."""
        return True

    def get_param(self, key: str) -> str:
        """Return a field, '' where it did not come."""
        return self._fields.get(key, "")


@closing("get_launch_data", "save_launch_data", "save_nonce", "check_nonce", "set_data_storage")
@closing("save_state_params", "get_state_params", "set_state_valid", "check_state_is_valid", "set_launch_data_lifetime")
class NoSessions(SessionService):
    """PyLTI1p3's sessions look nonces up and never use them up, so nothing is kept there."""

    def __init__(self) -> None:
        """Skip the library's storage in the client's cookie."""


class NoCookies(CookieService):
    """Cookies are set by `core.cookies`, partitioned and under `__Host-`."""

    def get_cookie(self, name: str) -> NoReturn:
        """Refuse."""
        raise NotImplementedError(name)

    def set_cookie(self, name: str, value: str | int, exp: int | None = 3600) -> NoReturn:
        """Refuse."""
        raise NotImplementedError(name)


@closing("get_jwk", "get_jwks", "get_kid", "get_tool_private_key", "set_tool_private_key")
@closing("get_tool_public_key", "set_tool_public_key", "get_key_set", "set_key_set")
@closing("get_auth_token_url", "set_auth_token_url", "get_auth_audience", "set_auth_audience")
class PlatformRegistration(Registration):
    """A registration of ours as the library sees it."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.set_issuer(platform.issuer).set_client_id(platform.client_id)
        self.set_auth_login_url(platform.auth_login_url).set_key_set_url(platform.key_set_url)


@closing("set_iss_has_one_client", "set_iss_has_many_clients", "get_jwks")
class StoredPlatforms(ToolConfAbstract[Fields]):
    """Registrations from the database. `find` takes issuer and client id (None: the issuer's only one)."""

    def __init__(self, find: Callable[[str, str | None], Platform | None]) -> None:
        self._find = find

    def check_iss_has_one_client(self, iss: str) -> bool:
        """Say no for every issuer: the library keeps this in a dict that all configurations share."""
        return False

    def check_iss_has_many_clients(self, iss: str) -> bool:
        """Say yes for every issuer."""
        return True

    def find_registration_by_issuer(self, iss: str, *_args: object, **_options: object) -> PlatformRegistration:
        """Return the registration of an issuer that has one."""
        return self.find_registration_by_params(iss, None)

    def find_registration_by_params(
        self, iss: str, client_id: str | None, *_args: object, **_options: object
    ) -> PlatformRegistration:
        """Return the registration; raises `UnknownPlatformError`."""
        platform = self._find(iss, client_id or None)
        if platform is None:
            raise UnknownPlatformError
        return PlatformRegistration(platform)

    def find_deployment(self, iss: str, deployment_id: str) -> Deployment | None:
        """Refuse: a deployment is looked up with its registration (`HardenedMessageLaunch.validate_deployment`)."""
        raise NotImplementedError(iss, deployment_id)

    def find_deployment_by_params(
        self, iss: str, deployment_id: str, client_id: str, *_args: object, **_options: object
    ) -> Deployment | None:
        """Refuse, as above."""
        raise NotImplementedError(iss, deployment_id, client_id)
