"""The cache of platforms' keys: how often it asks, and what it does while a platform is away."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lms_carbon.lti.errors import KeysetError, SignatureError
from lms_carbon.lti.http import Answer, FetchError
from lms_carbon.lti.keysets import FLOOR, LONGEST, SHORTEST, STALE, USUAL, Keysets
from tests.support.platform import jwk, private_key


class Platform:
    def __init__(self) -> None:
        self.kids, self.headers, self.fetches, self.away, self.time = ["a"], dict[str, str](), 0, False, 0.0
        self.lock = threading.Lock()
        self.keysets = Keysets(self.fetch, lambda: self.time)

    def fetch(self, method: str, url: str) -> Answer:
        with self.lock:
            self.fetches += 1
        if self.away:
            raise FetchError("away")
        keys = [jwk(private_key("platform"), kid) for kid in self.kids]
        return Answer(200, self.headers, json.dumps({"keys": keys}).encode())

    def find(self, kid: str = "a") -> Any:
        return self.keysets.find_key("https://p.example/keys", kid)


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.mark.parametrize(
    ("said", "lifetime"), [("", USUAL), ("max-age=5", SHORTEST), ("max-age=999999", LONGEST), ("max-age=900", 900)]
)
def test_how_long_a_keyset_is_kept(platform: Platform, said: str, lifetime: int) -> None:
    platform.headers = {"Cache-Control": said}
    platform.find()
    platform.time = lifetime - 1
    platform.find()
    assert platform.fetches == 1
    platform.time = lifetime
    platform.find()
    assert platform.fetches == 2


def test_unknown_keys_cost_one_fetch_in_a_while(platform: Platform) -> None:
    platform.find()
    for _ in range(5):
        with pytest.raises(SignatureError):
            platform.find("b")
    assert platform.fetches == 2
    platform.kids, platform.time = ["b"], FLOOR
    assert platform.find("b")
    with pytest.raises(SignatureError):
        platform.find("a")  # gone from the keyset is gone


def test_known_keys_serve_while_the_platform_is_away(platform: Platform) -> None:
    platform.find()
    platform.away, platform.time = True, USUAL + 1
    assert platform.find()
    assert platform.find()
    assert platform.fetches == 2  # and it is not asked for every launch
    platform.time = STALE + 1
    with pytest.raises(KeysetError):
        platform.find()


def test_a_platform_that_was_never_there(platform: Platform) -> None:
    platform.away = True
    for _ in range(3):
        with pytest.raises(KeysetError):
            platform.find()
    assert platform.fetches == 1
    platform.away, platform.time = False, FLOOR
    assert platform.find()


def test_many_at_once_fetch_once(platform: Platform) -> None:
    def find(_: int) -> Any:
        return platform.find()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(find, range(8)))
    assert platform.fetches == 1


KEY = jwk(private_key("platform"), "a")


@pytest.mark.parametrize(
    "change",
    [
        lambda key: key | {"use": "enc"},
        lambda key: key | {"alg": "RS512"},
        lambda key: key | {"kty": "EC"},
        lambda key: key | {"n": 5},
        lambda key: {name: key[name] for name in ("kty", "kid", "n")},
    ],
)
def test_other_keys_are_left_out(platform: Platform, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    platform.keysets = Keysets(
        lambda method, url: Answer(200, {}, json.dumps({"keys": [change(dict(KEY))]}).encode()), lambda: 0.0
    )
    with pytest.raises(SignatureError):
        platform.find()
