"""Logins under way: begun once, used up once, bound to one browser, registration and target."""

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from lms_carbon.core.db import database_now, session
from lms_carbon.core.transaction import independent
from lms_carbon.lti.errors import (
    BinderAskedError,
    ClaimError,
    CookieBlockedError,
    LaunchRefusedError,
    LoginExpiredError,
    LoginUnknownError,
    LoginUsedError,
    OtherBrowserError,
)
from lms_carbon.lti.models.launches import Binding, LtiLogin
from lms_carbon.lti.queries import Platform
from lms_carbon.people.rules import digest

LIFE: Final = timedelta(minutes=10)
KEPT: Final = timedelta(days=1)

_LOGIN: Final[Any] = LtiLogin.__table__
_BEGIN = sa.insert(_LOGIN).values(created_at=database_now())
_CONSUME = (
    sa.update(_LOGIN)
    .where(
        _LOGIN.c.state_digest == sa.bindparam("state"),
        _LOGIN.c.nonce_digest == sa.bindparam("nonce"),
        _LOGIN.c.browser_digest == sa.bindparam("browser"),
        _LOGIN.c.binding == sa.bindparam("kept_in"),
        _LOGIN.c.registration_id == sa.bindparam("registration"),
        _LOGIN.c.used_at.is_(None),
    )
    .values(used_at=database_now())
    .returning(_LOGIN.c.target_link_uri, _LOGIN.c.created_at, database_now().label("now"))
)
_BURN = (
    sa.update(_LOGIN)
    .where(
        _LOGIN.c.state_digest == sa.bindparam("state"),
        _LOGIN.c.browser_digest == sa.bindparam("browser"),
        _LOGIN.c.used_at.is_(None),
    )
    .values(used_at=database_now())
)


def begin_login(
    *,
    platform: Platform,
    state: str,
    nonce: str,
    browser: str,
    target_link_uri: str,
    binding: Binding = Binding.COOKIE,
) -> None:
    """Keep a login, committed when this returns. Only digests: who reads the table can finish no login.

    A power cut may lose it; then the launch finds none, and the person opens the activity once more.
    """
    with independent(durable=False) as connection:
        connection.execute(
            _BEGIN,
            {
                "state_digest": digest(state),
                "nonce_digest": digest(nonce),
                "browser_digest": digest(browser),
                "binding": binding,
                "institution_id": platform.institution_id,
                "registration_id": platform.id,
                "target_link_uri": target_link_uri,
                "used_at": None,
            },
        )


def consume_login(
    *,
    platform: Platform,
    state: str,
    nonce: str,
    browser: str | None,
    target: str,
    binding: Binding = Binding.COOKIE,
) -> None:
    """Use a login up in one statement; raises what fits where it was used, is another's, too old or unknown.

    `browser` is what this browser kept in the place that `binding` names: what was put into another never serves.
    Raises `BinderAskedError` where the login is bound by something that only a script of ours can bring.
    """
    looked_for = {
        "state": digest(state),
        "nonce": digest(nonce),
        "browser": digest(browser) if browser else None,
        "kept_in": binding,
        "registration": platform.id,
    }
    found = session.connection().execute(_CONSUME, looked_for).one_or_none() if browser else None
    if found is None:
        raise _why_not(looked_for)
    if found.now - found.created_at > LIFE:
        raise LoginExpiredError
    if found.target_link_uri != target:
        raise ClaimError("target-changed")


def _why_not(looked_for: dict[str, Any]) -> LaunchRefusedError:
    row = session.execute(sa.select(_LOGIN).where(_LOGIN.c.state_digest == looked_for["state"])).one_or_none()
    if row is None:
        return LoginUnknownError("state-unknown")
    if row.used_at is not None:
        return LoginUsedError()
    if row.registration_id != looked_for["registration"]:
        return LoginUnknownError("registration-changed")
    if row.nonce_digest != looked_for["nonce"]:
        return LoginUnknownError("nonce")
    if row.binding != looked_for["kept_in"] and looked_for["kept_in"] is Binding.COOKIE:
        return BinderAskedError(Binding(row.binding))
    if looked_for["browser"] is None:
        return CookieBlockedError()
    return OtherBrowserError()


def burn_login(*, state: str, browser: str) -> None:
    """Make a login useless after a refusal, committed when this returns."""
    with independent() as connection:
        connection.execute(_BURN, {"state": digest(state), "browser": digest(browser)})


def sweep_logins(*, at: datetime) -> int:
    """Delete logins that nobody asks for any more; returns how many."""
    gone = session.execute(sa.delete(_LOGIN).where(_LOGIN.c.created_at < at - KEPT))
    return int(gone.rowcount)  # type: ignore[attr-defined]


class StoredLogins:
    """The logins as `lti.pylti` asks for them."""

    begin = staticmethod(begin_login)
    consume = staticmethod(consume_login)
