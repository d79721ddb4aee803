"""Policies that people write."""

from typing import Any

import pytest

from lms_carbon.framework.documents import shipped_framework
from lms_carbon.framework.rules import Dimension
from lms_carbon.results.errors import InvalidPolicyError
from lms_carbon.results.policies import example_policy, parse_policy
from lms_carbon.results.rules import Policy, policy_as_json

BANDS = shipped_framework().bands


def parse(**parts: Any) -> Policy:
    return parse_policy({"name": "Ours", "version": 2, "cuts": {"senior": [50, "62.5", 80]}} | parts, bands=BANDS)


def test_the_example_policy_is_the_designs() -> None:
    assert policy_as_json(example_policy(BANDS)) == {
        "name": "Example policy",
        "version": "1",
        "cuts": {band: ["60", "75", "90"] for band in ("junior", "intermediate", "senior")},
        "minimums": {},
        "experience_years": {"junior": None, "intermediate": 3, "senior": 5},
    }


def test_a_policy_comes_back_as_it_was_written() -> None:
    whole = policy_as_json(parse(minimums={"skill": "59.95"}, experience_years={"junior": 1, "senior": None}))
    assert whole["cuts"] == {"senior": ["50", "62.5", "80"]}
    assert whole["minimums"] == {"skill": "59.95"}
    assert whole["experience_years"] == {"junior": 1, "intermediate": 3, "senior": None}
    assert policy_as_json(parse_policy(whole, bands=BANDS)) == whole


def test_scores_become_hundredths() -> None:
    policy = parse(minimums={"knowledge": 60})
    assert policy.cuts["senior"] == (5000, 6250, 8000)
    assert policy.minimums == {Dimension.KNOWLEDGE: 6000}


def test_without_a_version_the_content_is_the_version() -> None:
    cuts = {"senior": [1, 2, 3]}
    one = parse_policy({"cuts": cuts}, bands=BANDS, default_name="file")
    other = parse_policy({"cuts": {"senior": [1, 2, 4]}}, bands=BANDS, default_name="file")
    assert one.name == "file"
    assert one.version != other.version
    assert one == parse_policy({"cuts": cuts}, bands=BANDS, default_name="file")


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"cuts": None}, "cuts"),
        ({"cuts": {}}, "cuts"),
        ({"cuts": [60, 75, 90]}, "cuts"),
        ({"cuts": {"expert": [60, 75, 90]}}, "cuts.expert"),
        ({"cuts": {"senior": [60, 75]}}, "cuts.senior"),
        ({"cuts": {"senior": 60}}, "cuts.senior"),
        ({"cuts": {"senior": [60, 60, 90]}}, "cuts.senior"),
        ({"cuts": {"senior": [90, 75, 60]}}, "cuts.senior"),
        ({"cuts": {"senior": [60, 75, 101]}}, "cuts.senior"),
        ({"cuts": {"senior": [60, "75.001", 90]}}, "cuts.senior"),
        ({"cuts": {"senior": [True, 75, 90]}}, "cuts.senior"),
        ({"minimums": {"luck": 1}}, "minimums"),
        ({"minimums": [1]}, "minimums"),
        ({"minimums": {"skill": -1}}, "minimums.skill"),
        ({"experience_years": {"expert": 1}}, "experience_years.expert"),
        ({"experience_years": {"senior": "5"}}, "experience_years.senior"),
        ({"experience_years": {"senior": True}}, "experience_years.senior"),
        ({"experience_years": 3}, "experience_years"),
        ({"name": ""}, "name"),
        ({"version": None}, "version"),
        ({"minimum": {}}, "minimum"),
    ],
)
def test_mistakes_are_named(parts: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidPolicyError) as caught:
        parse(**parts)
    assert caught.value.params["place"] == place


def test_what_is_no_policy() -> None:
    with pytest.raises(InvalidPolicyError):
        parse_policy(["cuts"], bands=BANDS)
