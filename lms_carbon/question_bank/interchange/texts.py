"""Text on its way in and out: which language it is in, what of it is lost, how both languages share one field."""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from typing import Final

from lms_carbon.core.i18n import LANGUAGES, language_of, mark
from lms_carbon.question_bank.html import plain_text
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.rules.about import MAX_TITLE

Texts = dict[str, str]

PICTURE_LOST: Final = mark("A picture is not in the file and was left out.")
SOUND_LOST: Final = mark("Sound or film was left out.")
SCRIPT_LOST: Final = mark("A script or an embedded page was taken out.")
LINK_LOST: Final = mark("Links were taken out; their words stay.")
BLOCK_LOST: Final = mark("A table or list in a choice became plain text.")
TITLE_CUT: Final = mark("The title was cut to {limit} characters.")
MARKDOWN_LOST: Final = mark("Markdown was taken as plain text.")

_HAN: Final = re.compile("[\u3400-\u9fff]")
_ANY_TAG: Final = re.compile(r"<[a-zA-Z/!]")
_LOSSES: Final = (
    (re.compile(r"<img\b(?![^<>]*\bsrc\s*=\s*[\"']media:)", re.IGNORECASE), PICTURE_LOST),
    (re.compile(r"<(?:audio|video|source)\b", re.IGNORECASE), SOUND_LOST),
    (re.compile(r"<(?:script|iframe|object|embed|svg|form|input)\b|\son[a-z]+\s*=", re.IGNORECASE), SCRIPT_LOST),
    (re.compile(r"<a\b[^<>]*\bhref\s*=\s*[\"'](?!media:)", re.IGNORECASE), LINK_LOST),
)
_BLOCKS: Final = re.compile(r"<(?:table|ul|ol|dl|pre|blockquote)\b", re.IGNORECASE)
_BETWEEN_BLOCKS: Final = re.compile(r"</(?:p|div|li|h[1-6])>\s*(?=<(?:p|div|li|h[1-6])\b)", re.IGNORECASE)
_SPAN: Final = re.compile(r"<span\b(?P<attributes>[^<>]*)>(?P<text>.*?)</span>", re.DOTALL | re.IGNORECASE)
_LANG: Final = re.compile(r"""\blang\s*=\s*["']([A-Za-z_-]{2,12})["']""", re.IGNORECASE)
_SPAN_END: Final = re.compile("</span>", re.IGNORECASE)
_MLANG: Final = re.compile(r"\{mlang\s+(?P<lang>[A-Za-z_-]{2,12})\}(?P<text>.*?)\{mlang\}", re.DOTALL | re.IGNORECASE)
_MLANG_END: Final = re.compile(r"\{mlang\}", re.IGNORECASE)


class Losses:
    """What a question loses on its way in or out, each thing told once."""

    def __init__(self) -> None:
        self._reasons: dict[str, Reason] = {}

    def add(self, msgid: str, **params: object) -> None:
        """Note one more."""
        reason = Reason(msgid, params)
        self._reasons.setdefault(str(reason), reason)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """All of them, in the order in which they came up."""
        return tuple(self._reasons.values())


def has_han(text: str) -> bool:
    """Tell whether there is Chinese in a text."""
    return _HAN.search(text) is not None


def paragraphs(text: str) -> str:
    """Return plain text as markup: an empty line begins a paragraph, other line ends stay."""
    safe = escape(text.replace("\r\n", "\n").replace("\r", "\n").strip(), quote=False)
    blocks = [block.strip().replace("\n", "<br>") for block in re.split(r"\n[ \t]*\n", safe)]
    return "".join(f"<p>{block}</p>" for block in blocks if block)


def phrase(html: str, losses: Losses) -> str:
    """Return markup made ready for where only phrases may stand: blocks become lines."""
    if "<" not in html:
        return html
    if _BLOCKS.search(html):
        losses.add(BLOCK_LOST)
    return _BETWEEN_BLOCKS.sub("<br>", html)


def note_losses(html: str, losses: Losses) -> None:
    """Note what cleaning will take out of markup from outside. Pictures that came along are `media:` by now."""
    if "<" not in html or not _ANY_TAG.search(html):
        return
    for pattern, sentence in _LOSSES:
        if pattern.search(html):
            losses.add(sentence)


def split_languages(text: str, language: str, *, both: bool = False) -> Texts:
    """Return `{"zh", "en"}` of a field that may hold both, as Moodle's filters write it.

    `<span lang="zh" class="multilang">…</span>`, or `{mlang zh}…{mlang}`. What stands outside belongs to both. Text
    without such marks is in `language`, or with `both` (in a question that has marks elsewhere) the same in both.
    """
    found = _split(text, _MLANG) if "{mlang" in text else _split(text, _SPAN) if "multilang" in text else None
    if found is not None:
        return found
    return {each: text if both or each == language else "" for each in LANGUAGES}


def is_marked(text: str) -> bool:
    """Tell whether a field holds several languages by Moodle's marks."""
    return "{mlang" in text or ("multilang" in text and _split(text, _SPAN) is not None)


def _split(text: str, marks: re.Pattern[str]) -> Texts | None:
    seen = False

    def only(wanted: str) -> Callable[[re.Match[str]], str]:
        def keep(found: re.Match[str]) -> str:
            nonlocal seen
            named = _named_language(found)
            if named is None:
                return found[0]
            seen = True
            return found["text"] if named in {wanted, "other"} else ""

        return keep

    # Behind the last end no mark can be whole, but each would be followed to the end of the text.
    end = max((found.end() for found in (_MLANG_END if marks is _MLANG else _SPAN_END).finditer(text)), default=0)
    texts = {each: (marks.sub(only(each), text[:end]) + text[end:]).strip() for each in LANGUAGES}
    return texts if seen else None


def _named_language(found: re.Match[str]) -> str | None:
    if "lang" in found.groupdict():
        return "other" if found["lang"].lower() == "other" else language_of(found["lang"]) or "none"
    named = _LANG.search(found["attributes"])
    if named is None or "multilang" not in found["attributes"]:
        return None
    return language_of(named[1]) or "none"


def join_languages(texts: Mapping[str, str] | None, *, marked: bool, force: bool = False) -> str:
    """Return both languages in one field; `marked` with Moodle's marks, else the one language that there is.

    What is the same in both needs no marks, except by `force`: in a question that has some it is read as both.
    """
    zh, en = ((texts or {}).get(language, "") for language in LANGUAGES)
    if not marked or (zh == en and not force):
        return zh or en
    spans = (f'<span lang="{each}" class="multilang">{text}</span>' for each, text in (("zh", zh), ("en", en)) if text)
    return "".join(spans)


def title_of(texts: Mapping[str, str], losses: Losses) -> Texts:
    """Return titles as plain text, no longer than the bank keeps."""
    titles = {}
    for language in LANGUAGES:
        raw = texts.get(language, "")
        title = plain_text(raw) if _ANY_TAG.search(raw) else " ".join(unescape(raw).split())
        if len(title) > MAX_TITLE:
            losses.add(TITLE_CUT, limit=MAX_TITLE)
            title = title[: MAX_TITLE - 1] + "…"
        titles[language] = "".join(each for each in title if each.isprintable())
    return titles
