"""Claims of any shape: a message or a named refusal, never anything else."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms_carbon.lti.errors import LaunchRefusedError
from lms_carbon.lti.rules.claims import AGS, LTI, check_times, client_id_of, issuer_of, read_message, tidy_text

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=300),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4),
    max_leaves=8,
)
AT = datetime(2026, 5, 11, tzinfo=UTC)


def valid() -> dict[str, Any]:
    return {
        "iss": "https://lms.example",
        "aud": "tool",
        "sub": "4",
        "iat": AT.timestamp(),
        "exp": AT.timestamp() + 60,
        "nonce": "n",
        "name": "林 晓",
        LTI + "version": "1.3.0",
        LTI + "message_type": "LtiResourceLinkRequest",
        LTI + "deployment_id": "1",
        LTI + "target_link_uri": "https://tool.example/lti/launch",
        LTI + "roles": [],
        LTI + "resource_link": {"id": "rl", "title": "t"},
        LTI + "context": {"id": "c"},
        LTI + "custom": {"target": "exam:x"},
        LTI + "lis": {"person_sourcedid": "2026001"},
        LTI + "launch_presentation": {"locale": "zh_cn"},
        AGS: {"scope": [], "lineitem": "https://lms.example/1"},
    }


def read_all(claims: dict[str, Any]) -> Any:
    issuer_of(claims)
    client_id_of(claims)
    check_times(claims, at=AT)
    return read_message(claims)


def test_the_message() -> None:
    message = read_all(valid())
    assert (message.subject, message.name, message.number) == ("4", "林 晓", "2026001")
    assert (message.target, message.language, message.line_item) == ("exam:x", "zh", None)  # no scope for scores


@settings(max_examples=300)
@given(st.sampled_from(sorted(valid())), JSON)
def test_any_claim_of_any_shape(name: str, value: Any) -> None:
    claims = {**valid(), name: value}
    try:
        message = read_all(claims)
    except LaunchRefusedError:
        return
    stored = json.dumps([message.name, message.roles, message.target, message.context_title], ensure_ascii=False)
    assert "\0" not in stored
    stored.encode()


@settings(max_examples=200)
@given(st.sampled_from(["resource_link", "context", "custom", "lis", "launch_presentation"]), st.data())
def test_any_entry_of_any_shape(name: str, data: st.DataObject) -> None:
    inner = {"id", "title", "target", "person_sourcedid", "locale", "return_url", "label"}
    claims = valid()
    claims[LTI + name] = data.draw(st.dictionaries(st.sampled_from(sorted(inner)), JSON))
    try:
        message = read_all(claims)
    except LaunchRefusedError:
        return
    for text in (message.resource_link_title, message.context_title, message.locale, message.number):
        assert text is None or (text.isprintable() and len(text) <= 255)


@pytest.mark.parametrize("value", ["$Person.sourcedId", "x" * 65, "", None, 7])
def test_numbers_that_are_none(value: Any) -> None:
    assert read_message({**valid(), LTI + "lis": {"person_sourcedid": value}}).number is None


@pytest.mark.parametrize(
    ("names", "whole"),
    [
        ({"name": " Lin\tXiao "}, "Lin Xiao"),
        ({"name": None, "given_name": "Xiao", "family_name": "Lin"}, "Xiao Lin"),
        ({"name": "", "given_name": "晓", "family_name": "林"}, "林晓"),
        ({"name": None, "family_name": "Lin"}, "Lin"),
        ({"name": None}, None),
    ],
)
def test_names(names: dict[str, Any], whole: str | None) -> None:
    assert read_message({**valid(), **names}).name == whole


def test_tidy_text_keeps_what_can_be_shown() -> None:
    assert tidy_text("a\0b\nc") == "a b c"
    assert tidy_text("\ud800") == "?"
    assert tidy_text("x" * 300) == "x" * 255
    assert tidy_text("  ") is None
