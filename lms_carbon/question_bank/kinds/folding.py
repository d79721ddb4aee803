"""Comparing what was typed with what was meant: case, full and half width, simplified and traditional, wildcards."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from opencc import OpenCC

_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN_RUN: Final = re.compile(f"[{_HAN}]")
_BLANK_BY_HAN: Final = re.compile(f"(?<=[{_HAN}]) | (?=[{_HAN}])")
_PLAIN: Final = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "\u2212": "-", "‐": "-"})
# Signs of a pattern, moved where no text can hold them, so that folding passes them by.
_ANY: Final = "\ue000"
_ONE: Final = "\ue001"
_SIGN: Final = re.compile(r"\\([*?\\])|([*?])")
_SIGNS: Final = {"*": _ANY, "?": _ONE}
_LITERAL: Final = {"*": "\ue002", "?": "\ue003", "\\": "\ue004"}
_BACK: Final = str.maketrans({sign: text for text, sign in _LITERAL.items()})


@dataclass(frozen=True, slots=True)
class Folding:
    """What makes no difference between two texts."""

    case: bool = True
    width: bool = True
    script: bool = True


@lru_cache(maxsize=1)
def _converter() -> Any:
    return OpenCC("t2s")


@lru_cache(maxsize=4096)
def fold_text(text: str, folding: Folding) -> str:
    """Return text in the one form in which texts that `folding` takes for the same are the same.

    Blanks never count beside Chinese characters, and a run of them counts as one.
    """
    text = unicodedata.normalize("NFKC" if folding.width else "NFC", text)
    if folding.width:
        text = text.translate(_PLAIN)
    if folding.script and _HAN_RUN.search(text):
        text = str(_converter().convert(text))
    if folding.case:
        text = text.casefold()
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return _BLANK_BY_HAN.sub("", text)


def fits(written: str, answer: str, folding: Folding, *, pattern: bool = False) -> bool:
    r"""Tell whether what was written is the answer.

    In a pattern `*` stands for any text, also none, and `?` for one character; `\*`, `\?` and `\\` for themselves.
    """
    said = fold_text(written, folding)
    if not pattern:
        return said == fold_text(answer, folding)
    return _fits(said, fold_text(_SIGN.sub(_as_sign, answer), folding))


def example_of(answer: str) -> str:
    """Return a text that fits a pattern."""

    def shown(found: re.Match[str]) -> str:
        return found[1] or {"*": "", "?": "x"}[found[2]]

    return _SIGN.sub(shown, answer)


def _as_sign(found: re.Match[str]) -> str:
    return _LITERAL[found[1]] if found[1] else _SIGNS[found[2]]


def _fits(text: str, pattern: str) -> bool:
    """Match greedily, going back to the last `*` alone: time is at most length times length, whatever the pattern."""
    at = sign = 0
    star, mark_ = -1, 0
    signs: Sequence[str] = [one if one in {_ANY, _ONE} else one.translate(_BACK) for one in pattern]
    while at < len(text):
        if sign < len(signs) and signs[sign] == _ANY:
            star, mark_ = sign, at
            sign += 1
        elif sign < len(signs) and signs[sign] in {_ONE, text[at]}:
            at, sign = at + 1, sign + 1
        elif star >= 0:
            mark_ += 1
            at, sign = mark_, star + 1
        else:
            return False
    return all(one == _ANY for one in signs[sign:])
