r"""Formulas in questions: LaTeX between `\(` and `\)` or `\[` and `\]` becomes MathML when it comes in.

The LaTeX is kept in `alttext`, so that an author edits what an author wrote and an export can give it away.
What cannot be read stays as it was written; `unread_formulas` names it.
"""

import re
import xml.etree.ElementTree as ET
from functools import lru_cache
from html import escape, unescape
from typing import Final

from latex2mathml.converter import convert

from lms_carbon.question_bank.chemistry import chemistry_to_mathml

MAX_LENGTH: Final = 1_000
_MAX_DEPTH: Final = 20
# Between the marks: anything but tags and further marks; a pair of backslashes begins a row.
_INSIDE: Final = r"(?:[^<>\\]|<br>|\\\\|\\(?![()\[\]\\]))+?"
# What lies inside code and MathML is no formula of ours. Each alternative reads on in one way only, so time is linear.
_FORMULA: Final = re.compile(
    r"<(?P<skip>code|pre|math)\b.*?</(?P=skip)>"
    rf"|\\\((?P<inline>{_INSIDE})\\\)"
    rf"|\\\[(?P<block>{_INSIDE})\\\]"
    r"|(?P<bare>\\ce\{(?:[^{}<>]|\{[^{}<>]*\})*\})",
    re.DOTALL,
)
_BEGINS: Final = re.compile(r"\\[(\[]|\\ce\{")
_CHEMISTRY: Final = re.compile(r"\\ce\{((?:[^{}]|\{[^{}]*\})*)\}")
_ARROWS: Final = (("<=>", "⇌"), ("<->", "↔"), ("->", "→"), ("<-", "←"))
_UPRIGHT: Final = re.compile(r"\\mathrm\{(\w)\}")
_PLACE: Final = "\ue000"
# A number that each candidate draws (`kinds.drawing`): one sign, however long its name.
_NUMBER: Final = re.compile(r"\{\{ ?[A-Za-z][A-Za-z0-9_]{0,15} ?\}\}")
_CHILDREN: Final = {
    "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3,
}  # fmt: skip
_TAGS: Final = frozenset(_CHILDREN) | {
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msqrt", "mtable", "mtr", "mtd", "mstyle", "mpadded",
}  # fmt: skip
_NAMESPACE: Final = ' xmlns="http://www.w3.org/1998/Math/MathML"'
_WRITTEN: Final = re.compile(r"<math(?P<attributes>[^>]*)>.*?</math>", re.DOTALL)
_ALTTEXT: Final = re.compile(r' alttext="([^"]+)"')


class UnreadableFormulaError(ValueError):
    """LaTeX that does not become MathML here."""


@lru_cache(maxsize=1024)
def latex_to_mathml(latex: str, *, block: bool = False) -> str:
    r"""Return LaTeX as a `<math>` element that keeps the LaTeX in `alttext`. Raises `UnreadableFormulaError`."""
    latex = _CHEMISTRY.sub(_with_arrows, " ".join(latex.replace(_PLACE, "").split()))
    # An angle bracket in an attribute would mislead what tells tags by them.
    latex = " ".join(latex.replace("<", r"\lt ").replace(">", r"\gt ").split())
    if not latex or len(latex) > MAX_LENGTH or _depth(latex) > _MAX_DEPTH:
        raise UnreadableFormulaError
    aside: list[str] = []

    def set_aside(markup: str) -> str:
        aside.append(markup)
        return rf"{{\text{{{_PLACE}{len(aside) - 1}}}}}"

    try:
        plain = _CHEMISTRY.sub(lambda found: set_aside(chemistry_to_mathml(found[1])), latex)
        plain = _NUMBER.sub(lambda found: set_aside(f"<mn>{found.group(0)}</mn>"), plain)
        plain = _UPRIGHT.sub(r"\\text{\1}", plain)
        inner = _checked(convert(plain, display="block" if block else "inline").replace(_NAMESPACE, ""), aside)
    # The converter's errors share no base, and on input that it never met it fails with whatever Python raises.
    except Exception as problem:
        raise UnreadableFormulaError from problem
    display = ' display="block"' if block else ""
    return f'<math{display} alttext="{escape(latex)}">{inner}</math>'


def convert_formulas(html: str) -> str:
    """Return a cleaned fragment with its LaTeX as MathML; what cannot be read stays as it is."""
    return _FORMULA.sub(_converted, html) if _BEGINS.search(html) else html


def unread_formulas(html: str) -> list[str]:
    """Return the formulas in a cleaned fragment that could not be read, as they were written."""
    if not _BEGINS.search(html):
        return []
    return [unescape(found.group(0)) for found in _FORMULA.finditer(html) if not found["skip"]]


def formulas_to_latex(html: str) -> str:
    r"""Return a cleaned fragment with MathML that knows its LaTeX as `\(…\)` and `\[…\]`, escaped as text is."""

    def written(found: re.Match[str]) -> str:
        latex = _ALTTEXT.search(found["attributes"])
        if not latex:
            return found.group(0)
        block = ' display="block"' in found["attributes"]
        return rf"\[{latex[1]}\]" if block else rf"\({latex[1]}\)"

    return _WRITTEN.sub(written, html) if "alttext=" in html else html


def chemistry_in_words(html: str) -> str:
    r"""Return a cleaned fragment with formulas of chemistry as people type them: `\ce{CO2}` → `CO2`."""

    def words(found: re.Match[str]) -> str:
        latex = _ALTTEXT.search(found["attributes"])
        alone = _CHEMISTRY.fullmatch(latex[1]) if latex else None
        return alone[1] if alone else found.group(0)

    return _WRITTEN.sub(words, html) if "alttext=" in html else html


def _converted(found: re.Match[str]) -> str:
    if found["skip"]:
        return found.group(0)
    written = found["inline"] or found["block"] or found["bare"]
    try:
        return latex_to_mathml(unescape(written.replace("<br>", " ")), block=bool(found["block"]))
    except UnreadableFormulaError:
        return found.group(0)


def _with_arrows(found: re.Match[str]) -> str:
    text = found.group(0)
    for written, sign in _ARROWS:
        text = text.replace(written, sign)
    return text


def _depth(latex: str) -> int:
    deepest = depth = 0
    for sign in latex:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        deepest = max(deepest, depth)
    return deepest


def _checked(markup: str, aside: list[str]) -> str:
    """Return what stands in the converter's `<math>`, what was set aside in its places; raises for half a formula."""
    root = ET.fromstring(markup)  # noqa: S314 - the converter's own output, in which all that was written is escaped
    for element in root.iter():
        if element.tag not in _TAGS or len(element) != _CHILDREN.get(element.tag, len(element)):
            raise UnreadableFormulaError
        if element.text and "\\" in element.text:
            raise UnreadableFormulaError
        if element.tag == "mtext" and element.text and element.text.startswith(_PLACE):
            element.tag = "mrow"
            element[:] = [ET.fromstring(aside[int(element.text[1:])])]  # noqa: S314 - our own
            element.text = None
    return "".join(ET.tostring(child, encoding="unicode") for child in root)
