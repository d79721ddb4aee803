"""Platforms' public keys, kept per keyset address: fetched once an hour or so, and once more for a key not seen yet."""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from lms_carbon.lti.errors import KeysetError, SignatureError
from lms_carbon.lti.http import Answer, FetchError

SHORTEST: Final = 600  # seconds that a keyset is kept whatever its Cache-Control says
LONGEST: Final = 3600
USUAL: Final = 1800
STALE: Final = 4 * 3600  # seconds that known keys serve on while the platform's keyset cannot be fetched
FLOOR: Final = 10  # seconds between two fetches for unknown keys, and between two that failed
MAX_KEYS: Final = 50
_MAX_AGE: Final = re.compile(r"max-age=(\d{1,9})")

Fetch = Callable[[str, str], Answer]


@dataclass
class _Entry:
    keys: dict[str, RSAKey] = field(default_factory=dict)
    fetched_at: float | None = None
    fresh_until: float = 0.0
    failed_at: float | None = None
    asked_again_at: float | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Keysets:
    """The keysets of one process. `fetch` is `http.fetch`, `clock` counts seconds."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._clock = fetch, clock
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.Lock()

    def find_key(self, url: str, kid: str) -> RSAKey:
        """Return the platform's key called `kid`; raises `SignatureError` for none, `KeysetError` for no keyset."""
        with self._lock:
            entry = self._entries.setdefault(url, _Entry())
        now = self._clock()
        if now < entry.fresh_until and kid in entry.keys:
            return entry.keys[kid]
        with entry.lock:  # of many launches at once one fetches, the others use what it brought
            now = self._clock()
            if now >= entry.fresh_until:
                self._renew(url, entry, now)
            elif kid not in entry.keys and _is_due(entry.asked_again_at, now):
                entry.asked_again_at = now  # a platform that rotated; others' made-up kids cost it one fetch in ten s
                self._renew(url, entry, now)
        if kid not in entry.keys:
            raise SignatureError("kid-unknown")
        return entry.keys[kid]

    def _renew(self, url: str, entry: _Entry, now: float) -> None:
        usable = entry.fetched_at is not None and now < entry.fetched_at + STALE
        problem: Exception | None = None
        if _is_due(entry.failed_at, now):
            try:
                answer = self._fetch("GET", url)
                entry.keys = read_keyset(answer)
                entry.fetched_at, entry.failed_at = now, None
                entry.fresh_until = now + _lifetime(answer.headers)
            except FetchError as found:
                problem, entry.failed_at = found, now
            else:
                return
        if not usable:
            entry.keys = {}
            raise KeysetError(reason=str(problem or "it failed a moment ago"))


def _is_due(last: float | None, now: float) -> bool:
    return last is None or now - last >= FLOOR


def _lifetime(headers: Mapping[str, str]) -> int:
    said = _MAX_AGE.search(headers.get("Cache-Control", ""))
    return min(max(int(said.group(1)), SHORTEST), LONGEST) if said else USUAL


def read_keyset(answer: Answer) -> dict[str, RSAKey]:
    """Return the RSA signature keys by kid; others are left out. Raises `FetchError` where it is no keyset."""
    if answer.status != 200:
        raise FetchError(f"status {answer.status}")
    document = answer.json()
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise FetchError("the answer is no keyset")
    found: dict[str, RSAKey] = {}
    for entry in listed[:MAX_KEYS]:
        key = _read_key(entry)
        if key is not None:
            found.setdefault(entry["kid"], key)
    return found


def _read_key(entry: Any) -> RSAKey | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str) or entry.get("kty") != "RSA":
        return None
    if entry.get("use", "sig") != "sig" or entry.get("alg", "RS256") != "RS256":
        return None
    try:
        public = {name: entry[name] for name in ("kty", "n", "e", "kid")}
        if len(str(public["n"])) < 341:  # 2048 bits in base64url
            return None
        return RSAKey.import_key(public)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
