"""The sandbox's own words in Chinese and English; it shares none with the tool."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

from lms_carbon.sandbox.config import Text


@cache
def all_words() -> Mapping[str, Text]:
    """Every text of the pages by its key, in both languages."""
    text = (resources.files("lms_carbon.sandbox") / "data" / "words.yaml").read_text("utf-8")
    return {str(key): {"zh": each["zh"], "en": each["en"]} for key, each in yaml.safe_load(text).items()}


def say(key: str, language: str, **values: object) -> str:
    """The text of `key`, with `values` in its places."""
    return all_words()[key][language].format(**values)
