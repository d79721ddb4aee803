"""What a page in a frame without cookies holds for the next request: sealed by us, so that nobody else can make one.

A ticket says that an id_token was checked and waits for the proof of the browser. A pass opens windows for a session
that no cookie keeps.
"""

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from lms_carbon.core.vault import VaultError, seal, unseal
from lms_carbon.lti.errors import PassOverError, TokenError
from lms_carbon.lti.models.launches import Binding
from lms_carbon.people.rules import digest

PASS_LIFE: Final = timedelta(minutes=15)
_TICKET: Final = "lti-ticket"
_PASS: Final = "lti-pass"  # noqa: S105 - what is sealed, not a secret


@dataclass(frozen=True)
class Ticket:
    """A launch that was checked but for its browser."""

    id_token: str
    state: str
    binding: Binding


def storage_key(state: str) -> str:
    """Return the name under which a login's proof is kept in the browser; it does not give the state away."""
    return f"lc_login_{digest(state).hex()[:24]}"


def seal_ticket(ticket: Ticket) -> str:
    """Return the ticket as text for a form."""
    return _write(asdict(ticket), _TICKET)


def open_ticket(text: str) -> Ticket:
    """Return what a ticket says; raises `TokenError` where it is none of ours."""
    try:
        held = _read(text, _TICKET)
    except VaultError as problem:
        raise TokenError("ticket") from problem
    return Ticket(held["id_token"], held["state"], Binding(held["binding"]))


def seal_pass(*, token: str, path: str, at: datetime) -> str:
    """Return a pass for the session of `token`, to `path`, good for a quarter of an hour."""
    return _write({"token": token, "path": path, "until": (at + PASS_LIFE).timestamp()}, _PASS)


def open_pass(text: str, *, at: datetime) -> tuple[str, str]:
    """Return a pass's session token and path; raises `PassOverError`."""
    try:
        held = _read(text, _PASS)
    except VaultError as problem:
        raise PassOverError("pass") from problem
    if held["until"] < at.timestamp():
        raise PassOverError
    return held["token"], held["path"]


def _write(held: dict[str, Any], purpose: str) -> str:
    return base64.urlsafe_b64encode(seal(json.dumps(held).encode(), purpose=purpose)).decode()


def _read(text: str, purpose: str) -> dict[str, Any]:
    try:
        sealed = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as problem:
        raise VaultError(purpose) from problem
    held: dict[str, Any] = json.loads(unseal(sealed, purpose=purpose)) if len(sealed) > 28 else {}
    if not held:
        raise VaultError(purpose)
    return held
