"""Question HTML as plain text, where markup cannot go: in print, in the options of a select."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Final

from lms_carbon.question_bank.formulas import chemistry_in_words, formulas_to_latex
from lms_carbon.question_bank.kinds.bilingual import text_of

_BREAK: Final = re.compile(r"<br>|</(?:p|li|tr|caption|pre|blockquote|table)>")
_CELL: Final = re.compile(r"</t[dh]>")
_INDEX: Final = re.compile(r"<(su[bp])>([0-9+\-n]{1,6})</su[bp]>")
_IMAGE: Final = re.compile(r'<img(?:[^>"]|"[^"]*")*? alt="([^"]*)"(?:[^>"]|"[^"]*")*>')
_TAG: Final = re.compile(r'<(?:[^>"]|"[^"]*")*>')
_DIGITS: Final = {
    "sub": str.maketrans("0123456789+-n", "₀₁₂₃₄₅₆₇₈₉₊₋ₙ"),
    "sup": str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ"),
}


def plain_phrase(html: str) -> str:
    """Return a cleaned fragment on one line: `CO<sub>2</sub>` → `CO₂`, an image as what stands in for it."""
    return " ".join(plain_paragraphs(html).split())


def plain_paragraphs(html: str) -> str:
    """Return a cleaned fragment with a line for each paragraph, list item and row of a table."""
    html = formulas_to_latex(chemistry_in_words(html))
    html = _INDEX.sub(lambda found: found[2].translate(_DIGITS[found[1]]), html)
    html = _TAG.sub("", _BREAK.sub("\n", _CELL.sub("\t", _IMAGE.sub(r"[\1]", html))))
    lines = (" ".join(line.split(" ")).strip() for line in unescape(html).splitlines())
    return "\n".join(line for line in lines if line)


def plain_of(texts: Mapping[str, str], language: str) -> str:
    """Return bilingual text on one line, in `language` or what stands in for it."""
    return plain_phrase(text_of(texts, language)[0])
