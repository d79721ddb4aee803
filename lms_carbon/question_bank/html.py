"""Question HTML: cleaned once when it comes in, wrapped for the page when it goes out.

No `style`, no scripts, no images, no links: a question must look alike everywhere and lead nowhere. MathML is kept
because browsers read it natively.
"""

import re
from html import escape, unescape
from typing import Final

import nh3
from markupsafe import Markup

_INLINE: Final = {"br", "strong", "b", "em", "i", "sub", "sup", "code"}
_BLOCK: Final = {"p", "ul", "ol", "li", "pre", "blockquote"}
_TABLE: Final = {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"}
# Presentation MathML without `annotation`: an annotation may carry another language whole, scripts too.
_MATH: Final = {
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup",
    "munder", "mover", "munderover", "mtable", "mtr", "mtd",
}  # fmt: skip
_ATTRIBUTES: Final = {
    "*": {"lang"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
    "math": {"display"},
    "mi": {"mathvariant"},
    "mo": {"stretchy", "fence", "separator"},
    "mtd": {"columnspan", "rowspan"},
}
_WITH_CONTENT: Final = {
    "script", "style", "template", "iframe", "object", "svg", "noscript", "title", "annotation", "annotation-xml",
}  # fmt: skip


def _tame(_tag: str, _name: str, value: str) -> str | None:
    # All values that we keep are words or numbers; one that holds markup would mislead what reads tags below.
    return value if re.fullmatch(r"[A-Za-z0-9-]{1,35}", value) else None


_FRAGMENT: Final = nh3.Cleaner(
    tags=_INLINE | _BLOCK | _TABLE | _MATH,
    attributes=_ATTRIBUTES,
    clean_content_tags=_WITH_CONTENT,
    attribute_filter=_tame,
    link_rel=None,
)
_PHRASE: Final = nh3.Cleaner(
    tags=_INLINE | (_MATH - {"mtable", "mtr", "mtd"}),
    attributes={tag: names for tag, names in _ATTRIBUTES.items() if tag in {"*", "math", "mi", "mo"}},
    clean_content_tags=_WITH_CONTENT,
    attribute_filter=_tame,
    link_rel=None,
)
_ROUNDS: Final = 4

_TAG: Final = re.compile(r"<[^>]*>")
_FOREIGN: Final = {"a", "div", "span", "img", "h[1-6]"}
_KNOWN: Final = "|".join(sorted(_INLINE | _BLOCK | _TABLE | _MATH | _WITH_CONTENT | _FOREIGN))
_KNOWN_TAG: Final = re.compile(rf"</?(?:{_KNOWN})(?=[\s/>])", re.IGNORECASE)
_SIMPLE_TAG: Final = re.compile(r"</?p>|<br>")


def clean_html(html: str) -> str:
    """Return `html` with nothing left but paragraphs, lists, tables, simple emphasis and MathML. Idempotent."""
    return _settle(_FRAGMENT, html)


def clean_phrase(html: str) -> str:
    """Return `html` with phrasing content only: what may stand inside a `<label>` or a heading. Idempotent."""
    return _settle(_PHRASE, html)


def _settle(cleaner: nh3.Cleaner, html: str) -> str:
    # Lone surrogates come in by JSON escapes and fit in no database.
    html = html.encode("utf-8", "replace").decode("utf-8")
    # Reparsing misnested input may move nodes once more, so clean until nothing moves; what never settles is escaped.
    for _ in range(_ROUNDS):
        cleaned = cleaner.clean(html).strip()
        if cleaned == html:
            return cleaned
        html = cleaned
    return html if cleaner.clean(html).strip() == html else escape(plain_text(html), quote=False)


def plain_text(html: str) -> str:
    """Return the words of a cleaned fragment, blanks folded: for lists, search and emptiness."""
    return " ".join(unescape(_TAG.sub(" ", html)).split())


def is_blank(html: str) -> bool:
    """Tell whether a fragment says nothing."""
    return not plain_text(html)


def from_author(text: str, *, phrase: bool = False) -> str:
    """Return what an author typed as a cleaned fragment.

    Text without any tag we know is plain text: `x<y` stays what it says, an empty line begins a paragraph.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _KNOWN_TAG.search(text):
        return clean_phrase(text) if phrase else clean_html(text)
    safe = escape(text, quote=False)
    if phrase:
        return clean_phrase(safe.replace("\n", "<br>"))
    blocks = [block.strip().replace("\n", "<br>") for block in re.split(r"\n[ \t]*\n", safe)]
    return clean_html("".join(f"<p>{block}</p>" for block in blocks if block))


def to_author(html: str, *, phrase: bool = False) -> str:
    """Return a fragment as an author edits it: plain text where that comes back as the same fragment, else markup."""
    if not _TAG.search(_SIMPLE_TAG.sub("", html)):
        text = html.replace("</p><p>", "\n\n").replace("<p>", "").replace("</p>", "\n\n")
        text = unescape(text.replace("<br>", "\n")).strip()
        bare = not _KNOWN_TAG.search(html)
        if not _KNOWN_TAG.search(text) and (bare or from_author(text, phrase=phrase) == html):
            return text
    # Without a tag in it, markup would come back as plain text and its entities be escaped again.
    return html if _KNOWN_TAG.search(html) else f"<p>{html}</p>"


_TABLE_NAME: Final = {"zh": "表格", "en": "Table"}
_FORMULA_NAME: Final = {"zh": "公式", "en": "Formula"}
_TABLE_PART: Final = re.compile(r"<table(?P<rest>[^>]*)>(?:\s*<caption[^>]*>(?P<caption>.*?)</caption>)?", re.DOTALL)

_FORMULA: Final = re.compile(r'<math[^>]* display="block"[^>]*>.*?</math>', re.DOTALL)


def for_page(html: str, language: str) -> Markup:
    """Return a cleaned fragment for a page: wide tables and formulas scroll inside a box the keyboard can reach."""

    def open_table(found: re.Match[str]) -> str:
        name = plain_text(found["caption"] or "") or _TABLE_NAME[language]
        whole = found.group(0).replace("<table", '<table class="table table-sm"', 1)
        return f'<div class="lc-scroll" tabindex="0" role="group" aria-label="{escape(name)}">{whole}'

    html = _TABLE_PART.sub(open_table, html).replace("</table>", "</table></div>")
    # 12 480 is one number and stays on one line.
    html = re.sub(r"(?<=\d) (?=\d{3}(?!\d))", "\u202f", html)
    box = f'<span class="lc-scroll lc-eq" tabindex="0" role="group" aria-label="{_FORMULA_NAME[language]}">'
    html = _FORMULA.sub(rf"{box}\g<0></span>", html)
    return Markup(html)  # noqa: S704 - nh3 cleaned it when it came in
