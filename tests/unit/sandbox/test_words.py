"""The sandbox's words: both languages, every key that a page asks for, none that no page does."""

import re
from importlib import resources
from string import Formatter

import yaml

from lms_carbon.sandbox.config import load_config
from lms_carbon.sandbox.words import all_words, say

PACKAGE = resources.files("lms_carbon.sandbox")


def templates() -> str:
    folder = PACKAGE / "templates" / "sandbox"
    return "".join(each.read_text("utf-8") for each in folder.iterdir())


def asked_for() -> set[str]:
    keys = set(re.findall(r"\bt\(\s*[\"']([a-z_.]+)[\"']\s*[,)]", templates()))
    prefixes = set(re.findall(r"\bt\(\"([a-z_.]+\.)\" ~", templates()))
    return keys | {key for key in all_words() if any(key.startswith(prefix) for prefix in prefixes)}


def test_every_key_is_used_and_every_used_key_is_there() -> None:
    assert asked_for() == set(all_words())


def test_roles_of_the_people_are_explained() -> None:
    for person in load_config().people:
        assert say(f"role.{person.role}", "en")
        assert say(f"about.{person.role}", "zh")


def test_no_text_was_cut_at_a_comma() -> None:
    raw = yaml.safe_load((PACKAGE / "data" / "words.yaml").read_text("utf-8"))
    assert {key: sorted(text) for key, text in raw.items() if sorted(text) != ["en", "zh"]} == {}


def test_both_languages_have_the_same_places() -> None:
    for key, text in all_words().items():
        places = [sorted(name for _, name, _, _ in Formatter().parse(text[lang]) if name) for lang in ("zh", "en")]
        assert places[0] == places[1], key
        assert all(text[lang].strip() for lang in ("zh", "en")), key
        assert not re.search(r"[\u4e00-\u9fff][,.:;?!]", text["zh"]), f"{key} has half-width punctuation"


def test_a_text_with_values() -> None:
    assert say("be_whom", "zh", name="王敏") == "换成王敏"
