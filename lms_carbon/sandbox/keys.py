"""The platform's signing key, made at the first start, and the check of what the tool signed."""

import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Final

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from joserfc.util import to_bytes, urlsafe_b64decode

from lms_carbon.sandbox.errors import RefusalError

ALGORITHMS: Final = ["RS256"]
KEYSET_TIMEOUT: Final = (3.0, 5.0)  # seconds to connect, to read
LEEWAY: Final = 60  # seconds that the tool's clock may be off


def ensure_key(db: sqlite3.Connection, *, at: float) -> None:
    """Make the platform's key when there is none yet."""
    if db.execute("SELECT 1 FROM key").fetchone() is None:
        kid = secrets.token_hex(8)
        key = RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"}, private=True)
        document = json.dumps(key.as_dict(private=True))
        db.execute("INSERT INTO key (kid, jwk, created_at) VALUES (?, ?, ?)", (kid, document, at))


def load_key(db: sqlite3.Connection) -> RSAKey:
    """The platform's private key."""
    row = db.execute("SELECT jwk FROM key ORDER BY created_at DESC LIMIT 1").fetchone()
    return RSAKey.import_key(json.loads(row["jwk"]))


def public_keyset(key: RSAKey) -> dict[str, Any]:
    """What `/jwks.json` answers."""
    return {"keys": [key.as_dict(private=False)]}


def sign(key: RSAKey, claims: Mapping[str, Any], header: Mapping[str, Any] | None = None) -> str:
    """A JWT over `claims` by `key`, its kid in the header."""
    full = {"typ": "JWT", "alg": "RS256", "kid": key.kid, **(header or {})}
    return jwt.encode(full, dict(claims), key, algorithms=ALGORITHMS)


def peek(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a JWT that nothing vouches for yet. Raises RefusalError when it is not one."""
    try:
        head, body, _signature = token.split(".")
        header, claims = (json.loads(urlsafe_b64decode(to_bytes(part))) for part in (head, body))
    except ValueError as error:
        raise RefusalError(400, "invalid_request", "The token is not a JWT.") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise RefusalError(400, "invalid_request", "The token's header and claims must be objects.")
    return header, claims


class ToolKeys:
    """Keysets of the tools, kept until one of them signs with a kid that is not in its set."""

    def __init__(self, note_fetch: Callable[[str, int], None]) -> None:
        """`note_fetch` is told the URL and status (0 for no answer) of each fetch."""
        self._keysets: dict[str, KeySet] = {}
        self._note_fetch = note_fetch

    def verify(self, token: str, keyset_url: str, *, at: float) -> dict[str, Any]:
        """The claims of `token` when the key behind `keyset_url` signed them and they hold at `at` (Unix seconds).

        Raises RefusalError: no kid, another algorithm than RS256, unknown key, bad signature, no or passed exp, no iat.
        """
        header, _claims = peek(token)
        kid = header.get("kid")
        if header.get("alg") != "RS256" or not isinstance(kid, str) or not kid:
            raise RefusalError(401, "invalid_client", "The token must be signed by RS256 and name its key (kid).")
        try:
            claims = jwt.decode(token, self._key(kid, keyset_url), algorithms=ALGORITHMS).claims
        except (JoseError, ValueError) as error:
            raise RefusalError(401, "invalid_client", f"The token's signature does not hold: {error}") from error
        _check_times(claims, at=at)
        return claims

    def _key(self, kid: str, keyset_url: str) -> Any:
        known = self._keysets.get(keyset_url)
        if known is None or all(key.kid != kid for key in known):
            known = self._keysets[keyset_url] = self._fetch(keyset_url)
        for key in known:
            if key.kid == kid:
                return key
        raise RefusalError(401, "invalid_client", f"The tool's keyset has no key {kid}.")

    def _fetch(self, keyset_url: str) -> KeySet:
        status = 0
        try:
            answer = requests.get(keyset_url, timeout=KEYSET_TIMEOUT, headers={"User-Agent": "sandbox-lms"})
            status = answer.status_code
            answer.raise_for_status()
            return KeySet.import_key_set(answer.json())
        except (requests.RequestException, JoseError, ValueError, KeyError, TypeError) as error:
            raise RefusalError(401, "invalid_client", f"The tool's keyset could not be had: {error}") from error
        finally:
            self._note_fetch(keyset_url, status)


def _check_times(claims: Mapping[str, Any], *, at: float) -> None:
    for name in ("iat", "exp"):
        value = claims.get(name)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise RefusalError(401, "invalid_client", f"The token has no {name}.")
    if claims["exp"] <= at - LEEWAY:
        raise RefusalError(401, "invalid_client", "The token has expired.")
    if claims["iat"] > at + LEEWAY:
        raise RefusalError(401, "invalid_client", "The token was issued in the future.")
