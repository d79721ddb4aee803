"""Both languages are complete: every message id has its Chinese, every entry has its use, every placeholder is kept."""

import re
from collections import defaultdict

import pytest

from lms_carbon.core.i18n import chinese_messages
from tools import messages

EVERYTHING = messages.extract_all()
CATALOGUES = {package: messages.entries(messages.read_catalogue(package)) for package in messages.packages()}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
GRAMMAR = {"{article}"}
"""Placeholders for what Chinese grammar does not have."""
HAN = "\u4e00-\u9fff"
HALF_WIDTH = re.compile(rf"[{HAN}] ?[,;:?!()]|[,;:?!()] ?[{HAN}]|[{HAN}]\.(?:\s|$)")
UNWANTED = re.compile("系统异常|操作成功|操作失败|非法|！|您好")


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the forms of an id or of its translation."""
    return (text,) if isinstance(text, str) else text


def test_extraction_sees_code_templates_and_plurals() -> None:
    assert (None, "You are not signed in") in EVERYTHING["core"]
    assert (None, "Skip to content") in EVERYTHING["web"]
    assert any(isinstance(message, tuple) for _, message in EVERYTHING["web"])
    assert "sandbox" not in EVERYTHING


@pytest.mark.parametrize("package", messages.packages())
def test_every_message_is_translated(package: str) -> None:
    held = CATALOGUES[package]
    missing = [
        f"{message!r} in {', '.join(sorted(files))}"
        for (context, message), files in messages.wanted_in(package, EVERYTHING).items()
        if not any(forms(held.get((context, message), "")))
    ]
    assert not missing, "run `make messages` and translate:\n" + "\n".join(sorted(missing))


@pytest.mark.parametrize("package", messages.packages())
def test_no_entry_without_use(package: str) -> None:
    unused = set(CATALOGUES[package]) - set(EVERYTHING[package])
    assert not unused, "run `make messages`"


@pytest.mark.parametrize("package", messages.packages())
def test_placeholders_are_kept(package: str) -> None:
    for (_, message), translation in CATALOGUES[package].items():
        wanted = set(PLACEHOLDER.findall(forms(message)[-1]))
        for form in forms(translation):
            kept = set(PLACEHOLDER.findall(form))
            assert not form or wanted - GRAMMAR <= kept <= wanted, (message, form)


@pytest.mark.parametrize("package", messages.packages())
def test_chinese_is_written_as_chinese(package: str) -> None:
    for translation in CATALOGUES[package].values():
        for form in forms(translation):
            text = PLACEHOLDER.sub("甲", form)
            assert not HALF_WIDTH.search(text), f"half-width punctuation: {form}"
            assert not UNWANTED.search(text), f"wording: {form}"


def test_one_message_has_one_translation() -> None:
    said: dict[messages.Key, set[object]] = defaultdict(set)
    for held in CATALOGUES.values():
        for key, translation in held.items():
            if any(forms(translation)):
                said[key].add(translation)
    assert not {key: options for key, options in said.items() if len(options) > 1}


def test_the_running_catalogue_holds_them_all() -> None:
    running = chinese_messages()
    for held in CATALOGUES.values():
        for (context, message), translation in held.items():
            if context is None and isinstance(message, str) and translation:
                assert running.gettext(message) == translation
