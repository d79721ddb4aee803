"""Secrets at rest: private keys, second factors and exam answer keys, encrypted under the key-encryption key."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

_NONCE = 12


class VaultError(Exception):
    """A stored secret cannot be opened: the key-encryption key is not the one it was sealed with."""


def _cipher() -> AESGCM:
    return AESGCM(current_app.extensions["lms_carbon.settings"].key_encryption_key)


def seal(secret: bytes, *, purpose: str) -> bytes:
    """Encrypt with AES-256-GCM; `purpose` is bound in, so a secret cannot serve in another's place."""
    nonce = os.urandom(_NONCE)
    return nonce + _cipher().encrypt(nonce, secret, purpose.encode())


def unseal(sealed: bytes, *, purpose: str) -> bytes:
    """Decrypt what `seal` made for the same purpose; raises `VaultError`."""
    try:
        return _cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode())
    except InvalidTag as problem:
        raise VaultError(purpose) from problem
