"""The twelve known-bad payloads of the certification suite for tools (1EdTech, LTI advantage certification 6.1.1)."""

from typing import Any

import pytest

from tests.conformance.conftest import Door
from tests.support.platform import GONE, post

BAD_CLAIMS = {
    "B3 wrong version": ({"version": "11.3"}, "version"),
    "B3 not a version": ({"version": "not-1.3"}, "version"),
    "B4 no version": ({"version": GONE}, "claim-missing:version"),
    "B6 no aud": ({"aud": GONE}, "claim-missing:aud"),
    "B6 no iss": ({"iss": GONE}, "claim-missing:iss"),
    "B6 most missing": (
        dict.fromkeys(("aud", "iss", "sub", "deployment_id", "roles"), GONE),
        "claim-missing:iss",
    ),
    "B7 long ago": ({"iat": 11111, "exp": 22222}, "expired"),
    "B8 no message_type": ({"message_type": GONE}, "claim-missing:message_type"),
    "B9 no roles": ({"roles": GONE}, "claim-missing:roles"),
    "B10 no deployment_id": ({"deployment_id": GONE}, "claim-missing:deployment_id"),
    "B11 no resource_link": ({"resource_link": GONE}, "claim-missing:resource_link.id"),
    "B11 no resource_link id": ({"resource_link": {"title": "x"}}, "claim-missing:resource_link.id"),
    "B12 no sub": ({"sub": GONE}, "anonymous"),
}


@pytest.mark.parametrize(("changes", "check"), BAD_CLAIMS.values(), ids=BAD_CLAIMS.keys())
def test_bad_claims_are_refused(door: Door, logs: list[Any], changes: dict[str, Any], check: str) -> None:
    door.refused(door.platform.launch(door.client, **changes), logs, check)


def test_b1_no_kid(door: Door, logs: list[Any]) -> None:
    state, nonce = door.platform.login(door.client)
    answer = post(door.client, door.platform.sign(door.platform.claims(nonce), kid=None), state)
    door.refused(answer, logs, "kid-missing")
    assert door.platform.fetches == 0


def test_b2_incorrect_kid_costs_one_fetch(door: Door, logs: list[Any]) -> None:
    for _ in range(3):
        state, nonce = door.platform.login(door.client)
        answer = post(door.client, door.platform.sign(door.platform.claims(nonce), kid="imsglobal_unknown"), state)
        door.refused(answer, logs, "kid-unknown")
        logs.clear()
    assert door.platform.fetches == 2  # the keyset itself, and once more for a key that might be new


@pytest.mark.parametrize(
    ("payload", "check"),
    [
        ({"name": "badltilaunch"}, "claim-missing:iss"),
        ([1, 2, 3], "token-not-an-object"),
        ("text", "token-not-an-object"),
        (b"{not json", "token-format"),
        (b"\xff\xfe", "token-format"),
        (b"[" * 50_000, "token-too-large"),
        (b"[" * 30_000, "token-format"),
    ],
)
def test_b5_not_an_lti_message(door: Door, logs: list[Any], payload: Any, check: str) -> None:
    state, _ = door.platform.login(door.client)
    door.refused(post(door.client, door.platform.sign(payload), state), logs, check)


def test_b5_two_parts(door: Door, logs: list[Any]) -> None:
    state, nonce = door.platform.login(door.client)
    token = door.platform.sign(door.platform.claims(nonce)).rpartition(".")[0]
    door.refused(post(door.client, token, state), logs, "token-format")
