"""Everything public of PyLTI1p3 that we stand on is ours or closed (`reference`: 26 findings, none reachable)."""

import inspect

import pytest
from pylti1p3.message_launch import MessageLaunch
from pylti1p3.oidc_login import OIDCLogin
from pylti1p3.session import SessionService
from pylti1p3.tool_config import ToolConfAbstract

from lms_carbon.lti import pylti, pylti_parts

HARMLESS: dict[type, set[str]] = {
    pylti.HardenedOIDCLogin: {"get_iss", "get_client_id", "disable_check_cookies", "get_additional_login_params"},
    pylti.HardenedMessageLaunch: {"get_tool_conf"},
    pylti_parts.NoSessions: set(),
    pylti_parts.StoredPlatforms: {"find_registration"},
}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (pylti.HardenedOIDCLogin, OIDCLogin),
        (pylti.HardenedMessageLaunch, MessageLaunch),
        (pylti_parts.NoSessions, SessionService),
        (pylti_parts.StoredPlatforms, ToolConfAbstract),
    ],
)
def test_nothing_of_the_library_is_left_open(ours: type, theirs: type) -> None:
    public = {name for name, _ in inspect.getmembers(theirs, callable) if not name.startswith("_")}
    left = {name for name in public if getattr(ours, name) is getattr(theirs, name)}
    bound = {name for name in left if inspect.ismethod(getattr(theirs, name))}
    assert (left | bound) - HARMLESS[ours] == set()


def test_closed_parts_say_so() -> None:
    with pytest.raises(NotImplementedError, match="get_ags"):
        pylti.HardenedMessageLaunch.get_ags(None)  # type: ignore[arg-type]
