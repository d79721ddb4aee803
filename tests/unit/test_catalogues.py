"""Both languages are complete: every message id has its Chinese, every entry has its use, every placeholder is kept."""

import re
from collections import defaultdict
from functools import lru_cache

import pytest

from lms_carbon.core.i18n import chinese_messages
from tools import messages

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
GRAMMAR = {"{article}"}
"""Placeholders for what Chinese grammar does not have."""
HAN = "\u4e00-\u9fff"
HALF_WIDTH = re.compile(rf"[{HAN}] ?[,;:?!()]|[,;:?!()] ?[{HAN}]|[{HAN}]\.(?:\s|$)")
UNWANTED = re.compile("系统异常|操作成功|操作失败|非法|！|您好")


# Not as constants of the module: every worker imports it, and one or two need them.
everything = lru_cache(messages.extract_all)


@lru_cache
def catalogue(package: str) -> dict[messages.Key, str | tuple[str, ...]]:
    """Return a package's Chinese catalogue."""
    return messages.entries(messages.read_catalogue(package))


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the forms of an id or of its translation."""
    return (text,) if isinstance(text, str) else text


def test_extraction_sees_code_templates_and_plurals() -> None:
    assert (None, "You are not signed in") in everything()["core"]
    assert (None, "Skip to content") in everything()["web"]
    assert any(isinstance(message, tuple) for _, message in everything()["web"])
    assert "sandbox" not in everything()


@pytest.mark.parametrize("package", messages.packages())
def test_every_message_is_translated(package: str) -> None:
    held = catalogue(package)
    missing = [
        f"{message!r} in {', '.join(sorted(files))}"
        for (context, message), files in messages.wanted_in(package, everything()).items()
        if not any(forms(held.get((context, message), "")))
    ]
    assert not missing, "run `make messages` and translate:\n" + "\n".join(sorted(missing))


@pytest.mark.parametrize("package", messages.packages())
def test_no_entry_without_use(package: str) -> None:
    unused = set(catalogue(package)) - set(everything()[package])
    assert not unused, "run `make messages`"


@pytest.mark.parametrize("package", messages.packages())
def test_placeholders_are_kept(package: str) -> None:
    for (_, message), translation in catalogue(package).items():
        wanted = set(PLACEHOLDER.findall(forms(message)[-1]))
        for form in forms(translation):
            kept = set(PLACEHOLDER.findall(form))
            assert not form or wanted - GRAMMAR <= kept <= wanted, (message, form)


@pytest.mark.parametrize("package", messages.packages())
def test_chinese_is_written_as_chinese(package: str) -> None:
    for translation in catalogue(package).values():
        for form in forms(translation):
            text = PLACEHOLDER.sub("甲", form)
            assert not HALF_WIDTH.search(text), f"half-width punctuation: {form}"
            assert not UNWANTED.search(text), f"wording: {form}"


def test_one_message_has_one_translation() -> None:
    said: dict[messages.Key, set[object]] = defaultdict(set)
    for held in map(catalogue, messages.packages()):
        for key, translation in held.items():
            if any(forms(translation)):
                said[key].add(translation)
    assert not {key: options for key, options in said.items() if len(options) > 1}


def test_the_running_catalogue_holds_them_all() -> None:
    running = chinese_messages()
    for held in map(catalogue, messages.packages()):
        for (context, message), translation in held.items():
            if context is None and isinstance(message, str) and translation:
                assert running.gettext(message) == translation
