"""The seed file: what it must have, and what is told when it has not."""

from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from lms_carbon.sandbox.config import load_config, parse_config
from lms_carbon.sandbox.errors import ConfigError


def demo() -> dict[str, Any]:
    text = (resources.files("lms_carbon.sandbox") / "data" / "demo.yaml").read_text("utf-8")
    raw: dict[str, Any] = yaml.safe_load(text)
    return raw


def test_the_demo_has_its_people_and_activities() -> None:
    config = load_config()
    assert [(person.sub, person.role) for person in config.people] == [
        ("u-lin", "candidate"),
        ("u-lu", "candidate"),
        ("u-zhou", "author"),
        ("u-qian", "reviewer"),
        ("u-chen", "assessor"),
        ("u-he", "assessor"),
        ("u-jiang", "assessor"),
        ("u-liang", "moderator"),
        ("u-wang", "officer"),
        ("u-sun", "officer"),
        ("u-mei", "mentor"),
        ("u-zhao", "teacher"),
        ("u-tang", "administrator"),
        ("u-gao", "candidate"),
        ("u-fang", "candidate"),
        ("u-luo", "officer"),
        ("u-xie", "teacher"),
    ]
    assert [person.sub for person in config.people if person.totp_secret] == ["u-wang", "u-sun", "u-luo"]
    course, other, later = config.courses
    assert [person.sub for person in config.members(course) if person.is_learner] == ["u-lin", "u-lu"]
    activities = {each.resource_link_id: each.line_item is not None for each in course.activities}
    assert activities == {
        "rl-practice": False,
        "rl-exam": True,
        "rl-practical": True,
        "rl-portfolio": True,
        "rl-result": True,
        "rl-path": False,
        "rl-desk": False,
    }
    assert not set(course.people) & set(other.people)
    assert course.client_id != other.client_id
    assert (later.client_id, later.activities) == (course.client_id, ())
    assert set(later.people) < set(course.people)


def test_a_course_has_everybody_and_the_first_tool_unless_it_says_otherwise() -> None:
    raw = demo()
    for course in raw["courses"]:
        del course["people"], course["tool"]
    config = parse_config(raw)
    assert [config.members(course) for course in config.courses] == [list(config.people)] * 3
    assert {course.client_id for course in config.courses} == {"lms-carbon-demo"}


def test_addresses_are_relative_to_the_tool() -> None:
    tool = load_config().registrations[0]
    assert tool.at("http://127.0.0.1:8000/", "/lti/login") == "http://127.0.0.1:8000/lti/login"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda raw: raw.pop("tools"), "tools"),
        (lambda raw: raw["tools"].append(raw["tools"][0]), "lms-carbon-demo"),
        (lambda raw: raw["courses"][0].update(tool="nothing"), "nothing"),
        (lambda raw: raw["courses"][0].update(people=["u-nobody"]), "u-nobody"),
        (lambda raw: raw["courses"][0].update(people=[]), "at least one person"),
        (lambda raw: raw["people"][0].pop("sub"), "sub"),
        (lambda raw: raw["people"].append(raw["people"][0]), "u-lin"),
        (lambda raw: raw["courses"].append(raw["courses"][0]), "carbon-2026"),
        (lambda raw: raw["courses"][0]["activities"].append(raw["courses"][0]["activities"][0]), "rl-practice"),
        (lambda raw: raw["courses"][0]["title"].pop("zh"), "zh"),
        (lambda raw: raw["courses"][0]["title"].update({"in order": None}), "in order"),
        (lambda raw: raw.update(people=[]), "u-lin"),
        (lambda raw: raw.update(people=7), "wrong shape"),
        (lambda raw: raw.update(rules="sakai"), "sakai"),
    ],
)
def test_wrong_seeds_are_named(change: Any, word: str) -> None:
    raw = demo()
    change(raw)
    with pytest.raises(ConfigError, match=word):
        parse_config(raw)


@pytest.mark.parametrize("text", ["{", "", "[]", "a: *nothing"])
def test_files_that_are_no_seed(tmp_path: Path, text: str) -> None:
    path = tmp_path / "seed.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        load_config(path)


def test_json_is_a_seed_too(tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    path.write_text(yaml.dump(demo(), default_flow_style=True, allow_unicode=True), encoding="utf-8")
    assert load_config(path) == load_config()
