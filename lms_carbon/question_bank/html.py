"""Question HTML: cleaned once when it comes in, wrapped for the page when it goes out.

No `style`, no scripts, no links elsewhere: a question must look alike everywhere and lead nowhere. Images and data
files are those of the bank itself, `media:<sha256>.<ending>`. MathML is kept because browsers read it natively; LaTeX
becomes MathML on the way in.
"""

import re
from html import escape, unescape
from typing import Final

import nh3
from markupsafe import Markup

from lms_carbon.question_bank.formulas import chemistry_in_words, convert_formulas, formulas_to_latex

_INLINE: Final = {"br", "strong", "b", "em", "i", "sub", "sup", "code"}
_BLOCK: Final = {"p", "ul", "ol", "li", "pre", "blockquote"}
_TABLE: Final = {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"}
# Presentation MathML without `annotation`: an annotation may carry another language whole, scripts too.
_MATH: Final = {
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup",
    "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle",
}  # fmt: skip
_ATTRIBUTES: Final = {
    "*": {"lang"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
    "math": {"display", "alttext"},
    "mi": {"mathvariant"},
    "mo": {"stretchy", "fence", "separator", "form"},
    "mover": {"accent"},
    "mspace": {"width"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "img": {"src", "alt", "width", "height"},
    "a": {"href"},
    "mtd": {"columnspan", "rowspan"},
}
_WITH_CONTENT: Final = {
    "script", "style", "template", "iframe", "object", "svg", "noscript", "title", "annotation", "annotation-xml",
}  # fmt: skip


MEDIA: Final = re.compile(r"media:(?P<name>[0-9a-f]{64}\.(?P<ending>[a-z0-9]{2,5}))")
"""How a question names an image or data file."""
IMAGE_ENDINGS: Final = frozenset({"png", "jpg", "gif", "webp"})
_MAX_ALT: Final = 1_000
_ANGLES: Final = str.maketrans({"<": "＜", ">": "＞"})


def _tame(tag: str, name: str, value: str) -> str | None:
    # Values that we keep are words or numbers; one that holds markup would mislead what reads tags below.
    if name in {"src", "href"}:
        found = MEDIA.fullmatch(value)
        return value if found and (found["ending"] in IMAGE_ENDINGS) == (tag == "img") else None
    if name in {"alt", "alttext"}:
        return " ".join(value.split())[:_MAX_ALT].translate(_ANGLES)
    return value if re.fullmatch(r"[A-Za-z0-9-]{1,35}|[0-9]?\.[0-9]{1,3}em", value) else None


_FRAGMENT: Final = nh3.Cleaner(
    tags=_INLINE | _BLOCK | _TABLE | _MATH | {"img", "a"},
    attributes=_ATTRIBUTES,
    clean_content_tags=_WITH_CONTENT,
    attribute_filter=_tame,
    link_rel=None,
    url_schemes={"media"},
)
_PHRASE: Final = nh3.Cleaner(
    tags=_INLINE | (_MATH - {"mtable", "mtr", "mtd"}) | {"img"},
    attributes={tag: names for tag, names in _ATTRIBUTES.items() if tag in _MATH | {"*", "img"}},
    clean_content_tags=_WITH_CONTENT,
    attribute_filter=_tame,
    link_rel=None,
    url_schemes={"media"},
)
_ROUNDS: Final = 4
_BEGINS_WITH_WORDS: Final = re.compile(r"(?:<[a-z][^<>]*>)*[^<>&\s]")
_NOTHING_TO_CLEAN: Final = re.compile(r"[^<>&\\\r\0\x0c\xa0\ud800-\udfff]*")
"""Text that cleaning gives back as it is: most of what an import brings."""

_TAG: Final = re.compile(r"<[^>]*>")
_FOREIGN: Final = {"a", "div", "span", "img", "h[1-6]"}
_IMAGE: Final = re.compile(r"<img\b[^>]*>")
_ALT: Final = re.compile(r' alt="([^"]*)"')
_BARE_LINK: Final = re.compile(r"<a>(.*?)</a>", re.DOTALL)
_KNOWN: Final = "|".join(sorted(_INLINE | _BLOCK | _TABLE | _MATH | _WITH_CONTENT | _FOREIGN))
_KNOWN_TAG: Final = re.compile(rf"</?(?:{_KNOWN})(?=[\s/>])", re.IGNORECASE)
_SIMPLE_TAG: Final = re.compile(r"</?p>|<br>")
# As a whole, so that text around an image or data file stays plain text to its author.
_MEDIA_TAG: Final = re.compile(r'(<img(?: [a-z]+="[^"]*")+ ?/?>|<a href="media:[^<>"]*">[^<>]*</a>)')


def clean_html(html: str) -> str:
    """Return `html` with nothing left but paragraphs, lists, tables, simple emphasis and MathML. Idempotent."""
    return _settle(_FRAGMENT, html)


def clean_phrase(html: str) -> str:
    """Return `html` with phrasing content only: what may stand inside a `<label>` or a heading. Idempotent."""
    return _settle(_PHRASE, html)


def _settle(cleaner: nh3.Cleaner, html: str) -> str:
    if _NOTHING_TO_CLEAN.fullmatch(html):
        return html.strip()
    # Lone surrogates come in by JSON escapes and fit in no database.
    html = html.encode("utf-8", "replace").decode("utf-8")
    # Reparsing misnested input may move nodes once more, so clean until nothing moves; what never settles is escaped.
    for _ in range(_ROUNDS):
        cleaned = _cleaned(cleaner, html)
        if cleaned == html:
            return cleaned
        html = cleaned
    return html if _cleaned(cleaner, html) == html else escape(plain_text(html), quote=False)


def _cleaned(cleaner: nh3.Cleaner, html: str) -> str:
    html = cleaner.clean(html)
    if "<img" in html:
        html = _IMAGE.sub(lambda image: image.group(0) if ' src="' in image.group(0) else alt_of(image.group(0)), html)
    if "<a>" in html:
        html = _BARE_LINK.sub(r"\1", html)
    return convert_formulas(html).strip()


def alt_of(image: str) -> str:
    """Return the alternative text of an `<img …>` tag of a cleaned fragment, escaped as text is."""
    found = _ALT.search(image)
    return found[1].replace("&quot;", '"') if found else ""


def plain_text(html: str) -> str:
    """Return the words of a cleaned fragment, blanks folded, images by their words: for lists, search, emptiness."""
    if "<" not in html:
        return " ".join((unescape(html) if "&" in html else html).split())
    html = _IMAGE.sub(lambda image: f" {alt_of(image.group(0))} ", html)
    if "alttext=" in html:
        html = chemistry_in_words(html)
    return " ".join(unescape(_TAG.sub(" ", html)).split())


def is_blank(html: str) -> bool:
    """Tell whether a fragment says and shows nothing."""
    if not html or _BEGINS_WITH_WORDS.match(html):
        return not html
    return not plain_text(html) and "<img" not in html


def media_in(html: str) -> list[str]:
    """Return the names of the images and data files in a cleaned fragment, each once, in their order."""
    names = [found["name"] for tag in _TAG.findall(html) for found in MEDIA.finditer(tag)] if "media:" in html else ()
    return list(dict.fromkeys(names))


def images_without_words(html: str) -> bool:
    """Tell whether an image of a cleaned fragment has no alternative text."""
    return any(not alt_of(image).strip() for image in _IMAGE.findall(html))


def from_author(text: str, *, phrase: bool = False) -> str:
    """Return what an author typed as a cleaned fragment.

    Text without any tag we know is plain text: `x<y` stays what it says, an empty line begins a paragraph.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _KNOWN_TAG.search(_MEDIA_TAG.sub("", text)):
        return clean_phrase(text) if phrase else clean_html(text)
    safe = "".join(
        part if index % 2 else escape(part, quote=False) for index, part in enumerate(_MEDIA_TAG.split(text))
    )
    if phrase:
        return clean_phrase(safe.replace("\n", "<br>"))
    blocks = [block.strip().replace("\n", "<br>") for block in re.split(r"\n[ \t]*\n", safe)]
    return clean_html("".join(f"<p>{block}</p>" for block in blocks if block))


def to_author(html: str, *, phrase: bool = False) -> str:
    """Return a fragment as an author edits it: plain text where that comes back as the same fragment, else markup."""
    kept, html = html, formulas_to_latex(html)
    if not _TAG.search(_MEDIA_TAG.sub("", _SIMPLE_TAG.sub("", html))):
        text = html.replace("</p><p>", "\n\n").replace("<p>", "").replace("</p>", "\n\n").replace("<br>", "\n")
        text = "".join(
            part if index % 2 else unescape(part) for index, part in enumerate(_MEDIA_TAG.split(text))
        ).strip()
        bare = not _KNOWN_TAG.search(kept)
        if not _KNOWN_TAG.search(_MEDIA_TAG.sub("", text)) and (bare or from_author(text, phrase=phrase) == kept):
            return text
    if html != kept and (clean_phrase(html) if phrase else clean_html(html)) != kept:
        html = kept
    # Without a tag in it, markup would come back as plain text and its entities be escaped again.
    return html if _KNOWN_TAG.search(_MEDIA_TAG.sub("", html)) else f"<p>{html}</p>"


_TABLE_NAME: Final = {"zh": "表格", "en": "Table"}
_FORMULA_NAME: Final = {"zh": "公式", "en": "Formula"}
_TABLE_PART: Final = re.compile(r"<table(?P<rest>[^>]*)>(?:\s*<caption[^>]*>(?P<caption>.*?)</caption>)?", re.DOTALL)

_FORMULA: Final = re.compile(r'<math[^>]* display="block"[^>]*>.*?</math>', re.DOTALL)


MEDIA_PATH: Final = "/questions/media/"
"""Where images and data files are handed out."""
_MEDIA_LINK: Final = re.compile(r'<(?:img|a)\b[^>]*? (?:src|href)="(?=media:)')


def for_page(html: str, language: str) -> Markup:
    """Return a cleaned fragment for a page: wide tables and formulas scroll inside a box the keyboard can reach."""
    html = _MEDIA_LINK.sub(lambda tag: f"{tag.group(0)}{MEDIA_PATH}", html).replace(f"{MEDIA_PATH}media:", MEDIA_PATH)

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
