"""Pure rules of getting in: tokens, lifetimes, pauses after wrong codes, where a handoff may lead."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import SCOPE_OF_ROLE, Role

MERGED: Final = "person.merge"
UNDONE: Final = "person.unmerge"
"""Two persons found to be one, and that found to be a mistake, in the audit trail."""

SESSION_LIFE: Final = timedelta(hours=12)
INVITATION_LIFE: Final = timedelta(days=7)
LINK_LIFE: Final = timedelta(minutes=15)
HANDOFF_LIFE: Final = timedelta(seconds=30)

STRONG_ROLES: Final = frozenset({Role.OFFICER, Role.ADMINISTRATOR})
"""Roles that a session by link holds only after the second factor."""

LINKS_PER_WINDOW: Final[Mapping[timedelta, int]] = {LINK_LIFE: 3, timedelta(days=1): 10}
"""How many sign-in links one person is mailed within a window, whoever asks."""

TOTP_STEP: Final = 30
"""Seconds (RFC 6238 4.1)."""
FREE_FAILURES: Final = 5
"""Wrong codes in a row before guessing is slowed down."""
LONGEST_PAUSE: Final = timedelta(hours=1)
MAIL_TRIES: Final = 10

GRANTABLE: Final = frozenset(SCOPE_OF_ROLE) - {Role.TEACHER}
"""Roles that are given inside the tool; teachers and candidates come by launch alone (DESIGN §2)."""


def make_token() -> str:
    """Return 256 unguessable bits for an address or a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """Return what the database keeps of a token; the token has full entropy, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def is_local_path(target: str) -> bool:
    """Tell whether a target stays on this site: `/x`, but not `//host` nor `/\\host`, which browsers read as hosts."""
    return (
        target.startswith("/")
        and not target.startswith("//")
        and "\\" not in target
        and all(ord(character) > 32 and ord(character) != 127 for character in target)
    )


def pause_after(failures: int) -> timedelta | None:
    """Return how long to wait after so many wrong codes in a row; None while they are few."""
    if failures < FREE_FAILURES:
        return None
    return min(timedelta(minutes=1 << min(failures - FREE_FAILURES, 10)), LONGEST_PAUSE)


def mail_pause(tries: int) -> timedelta:
    """Return how long to wait before a letter is tried again, after `tries` failed ones: 1 min, 4 min, … 1 day."""
    return min(timedelta(minutes=1 << 2 * min(tries - 1, 10)), timedelta(days=1))


def tidy_email(address: str) -> str:
    """Return the address as it is compared: without outer space, in small letters."""
    return address.strip().lower()


ROLE_NAMES: Final[Mapping[Role, str]] = {
    Role.CANDIDATE: mark("candidate"),
    Role.AUTHOR: mark("author"),
    Role.REVIEWER: mark("reviewer"),
    Role.ASSESSOR: mark("assessor"),
    Role.MODERATOR: mark("moderator"),
    Role.INVIGILATOR: mark("invigilator"),
    Role.OFFICER: mark("officer"),
    Role.TEACHER: mark("teacher"),
    Role.MENTOR: mark("mentor"),
    Role.ADMINISTRATOR: mark("administrator"),
}
"""Message ids, in the words of DESIGN §2."""


@dataclass(frozen=True)
class MailServer:
    """Where letters are handed over."""

    host: str
    port: int
    encrypted: bool
    """TLS from the first byte (`smtps`); else STARTTLS where the server offers it."""
    user: str | None
    password: str | None
    sender: str


def read_mail_url(url: str, *, public_host: str) -> MailServer:
    """Read `smtp://user:password@host:port?from=address`; raises ValueError.

    Without `from` the sender is `lms-carbon@` the host of the tool's own address.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("smtp://user:password@host:port is needed")
    encrypted = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=parts.port or (465 if encrypted else 587),
        encrypted=encrypted,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        sender=parse_qs(parts.query).get("from", [f"lms-carbon@{public_host}"])[0],
    )
