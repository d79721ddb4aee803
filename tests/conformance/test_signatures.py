"""Signatures and keysets that are none, keys that change."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.conformance.conftest import Door
from tests.support.platform import encode, jwk, post, private_key, sign


def test_alg_none(door: Door, logs: list[Any]) -> None:
    state, nonce = door.platform.login(door.client)
    head = encode(json.dumps({"alg": "none", "kid": door.platform.kid}).encode())
    body = encode(json.dumps(door.platform.claims(nonce)).encode())
    door.refused(post(door.client, f"{head}.{body}.", state), logs, "algorithm")


def test_hs256_with_the_public_key_as_secret(door: Door, logs: list[Any]) -> None:
    state, nonce = door.platform.login(door.client)
    secret = door.platform.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = encode(json.dumps({"alg": "HS256", "kid": door.platform.kid}).encode())
    signed = f"{head}.{encode(json.dumps(door.platform.claims(nonce)).encode())}"
    mac = encode(hmac.digest(secret, signed.encode(), hashlib.sha256))
    door.refused(post(door.client, f"{signed}.{mac}", state), logs, "algorithm")


def test_a_signature_by_another_key(door: Door, logs: list[Any]) -> None:
    state, nonce = door.platform.login(door.client)
    token = sign(door.platform.claims(nonce), key=private_key("attacker"), header={"kid": door.platform.kid})
    door.refused(post(door.client, token, state), logs, "signature")


@pytest.mark.parametrize("where", [1, 2])
def test_a_changed_token(door: Door, logs: list[Any], where: int) -> None:
    state, nonce = door.platform.login(door.client)
    parts = door.platform.sign(door.platform.claims(nonce)).split(".")
    if where == 1:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
        parts[1] = encode(json.dumps({**claims, "sub": "1"}).encode())
    else:
        parts[2] = parts[2][:-8] + "AAAAAAAA"
    door.refused(post(door.client, ".".join(parts), state), logs, "signature")


@pytest.mark.parametrize(
    "header", [{"jwk": jwk(private_key("attacker"), "platform-key")}, {"jku": "http://localhost/x"}]
)
def test_a_key_brought_along_is_not_looked_at(door: Door, logs: list[Any], header: dict[str, Any]) -> None:
    state, nonce = door.platform.login(door.client)
    full = {"kid": door.platform.kid, **header}
    token = sign(door.platform.claims(nonce), key=private_key("attacker"), header=full)
    door.refused(post(door.client, token, state), logs, "signature")


def test_a_critical_header_that_nobody_knows(door: Door, logs: list[Any]) -> None:
    state, nonce = door.platform.login(door.client)
    token = door.platform.sign(door.platform.claims(nonce), crit=["exp"], exp=1)
    door.refused(post(door.client, token, state), logs, "signature")


@pytest.mark.parametrize(
    ("keyset", "check"),
    [
        (b"<html>no</html>", "keyset"),
        (b"[]", "keyset"),
        (b'{"keys": 3}', "keyset"),
        (b'{"keys": [3, null, {"kid": 1}]}', "kid-unknown"),
        (b'{"keys": [{"kty": "RSA", "kid": "platform-key", "n": "AQAB", "e": "AQAB"}]}', "kid-unknown"),
        (b"x" * 300_000, "keyset"),
    ],
    ids=["no json", "list", "number", "no keys in it", "tiny key", "too large"],
)
def test_keysets_that_are_none(door: Door, logs: list[Any], keyset: bytes, check: str) -> None:
    door.platform.keyset = keyset
    door.refused(door.platform.launch(door.client), logs, check)


def test_a_keyset_that_is_not_served(door: Door, logs: list[Any]) -> None:
    door.platform.keyset_status = 500
    answer = door.platform.launch(door.client)
    door.refused(answer, logs, "keyset")
    assert "500" not in answer.text


def test_a_rotated_key_is_fetched_at_once(door: Door) -> None:
    assert door.platform.launch(door.client).status_code == 303
    door.platform.kid, door.platform.key_name = "platform-key-2", "platform-2"
    launches = [door.platform.launch(door.app.test_client()).status_code for _ in range(6)]
    assert launches == [303] * 6
    assert door.platform.fetches == 2  # however many launches: the keyset at first sight, and once for the new key
