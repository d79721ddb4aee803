"""Key pairs are made once a process and dealt out to every test anew: making one costs more than most tests."""

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from joserfc.jwk import RSAKey

_make = RSAKey.binding.generate_private_key
_made: dict[int, list[RSAPrivateKey]] = {}
_dealt: dict[int, int] = {}


def deal_keys() -> None:
    """Let the product have keys that were made before; within a test no two are the same."""
    RSAKey.binding.generate_private_key = staticmethod(_next)


def deal_anew() -> None:
    """Begin with the first key again: nothing is left of those who had it."""
    _dealt.clear()


def _next(size: int) -> RSAPrivateKey:
    """Return the next key of so many bits."""
    keys, number = _made.setdefault(size, []), _dealt.get(size, 0)
    if number == len(keys):
        keys.append(_make(size))
    _dealt[size] = number + 1
    return keys[number]
