"""The fields of one `<question>`: texts in their language, the files beside them, numbers."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from html import escape
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

from lxml import etree

from lms_carbon.core.i18n import mark
from lms_carbon.files.rules import BY_ENDING, IMAGES
from lms_carbon.question_bank.interchange.base import DATA_FILES, Limits
from lms_carbon.question_bank.interchange.shapes import Row, worth_of
from lms_carbon.question_bank.interchange.texts import (
    MARKDOWN_LOST,
    Losses,
    Texts,
    has_han,
    is_marked,
    note_losses,
    paragraphs,
    phrase,
    split_languages,
)

FILE_LOST: Final = mark("The file “{name}” is not kept.")
FILE_BROKEN: Final = mark("The file “{name}” is damaged or too large and was left out.")
Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no other name for its elements

_PLUGIN_FILE: Final = re.compile(r"""(?<=["'])@@PLUGINFILE@@/([^"'?#]{1,300})[^"']*(?=["'])""")
_MARKDOWN: Final = re.compile(r"[*_#`\[|]")
_SHOWN: Final = 80


class Fields:
    """Reads the parts of a question; gathers its media and what is lost."""

    def __init__(self, element: Element, limits: Limits) -> None:
        self.element = element
        self.losses = Losses()
        self.media: dict[str, bytes] = {}
        self._limits = limits
        stem = element.findtext("questiontext/text") or ""
        name = element.findtext("name/text") or ""
        self.language = "zh" if has_han(stem) or (not stem and has_han(name)) else "en"
        self.both = is_marked(stem) or is_marked(name)

    def word(self, path: str, default: str = "") -> str:
        """Return a short value as text, trimmed."""
        return (self.element.findtext(path) or default).strip()

    def html(self, holder: Element | None, *, short: bool = False) -> Texts:
        """Return `{"zh", "en"}` markup of an element with a `<text>`; `short` where only phrases may stand."""
        if holder is None:
            return {"zh": "", "en": ""}
        text = holder.findtext("text")
        if text is None:
            text = holder.text or ""
        if not text.strip():
            return {"zh": "", "en": ""}
        text = self._as_markup(text, holder, short=short)
        if "@@PLUGINFILE@@" in text:
            text = self._with_media(text, holder)
        note_losses(text, self.losses)
        texts = split_languages(text, self.language, both=self.both)
        return {language: phrase(each, self.losses) for language, each in texts.items()} if short else texts

    def plain(self, holder: Element | None) -> Texts:
        """Return `{"zh", "en"}` of a text that is no markup: what is to be typed."""
        text = (holder.findtext("text") or "") if holder is not None else ""
        return split_languages(text.strip(), self.language, both=self.both)

    def rows(self, *, typed: bool = False) -> list[Row]:
        """Return the answers with what they are worth; `typed` ones are no markup."""
        rows = []
        for answer in self.element.iterfind("answer"):
            text = self.plain(answer) if typed else self.html(answer, short=True)
            feedback = self.html(answer.find("feedback"), short=True)
            rows.append(Row(text, worth_of(answer.get("fraction") or "0"), feedback))
        return rows

    def _as_markup(self, text: str, holder: Element, *, short: bool) -> str:
        kind = holder.get("format", "html")
        if kind == "html" or (kind == "moodle_auto_format" and re.search(r"<[a-zA-Z]", text)):
            return text
        if kind == "markdown" and _MARKDOWN.search(text):
            self.losses.add(MARKDOWN_LOST)
        return escape(text.strip(), quote=False).replace("\n", "<br>") if short else paragraphs(text)

    def _with_media(self, text: str, holder: Element) -> str:
        files = {file.get("name", ""): file for file in holder.iterfind("file")}

        def kept(found: re.Match[str]) -> str:
            name = unquote(found[1]).rpartition("/")[2]
            file = files.get(name)
            # The tag before says what asks for the file.
            before = text.rfind("<", 0, found.start()) + 1
            tag = text[before : before + 3].lower()
            return self._media_name(name, file, shown=tag == "img") if file is not None else "missing:"

        return _PLUGIN_FILE.sub(kept, text)

    def _media_name(self, name: str, file: Element, *, shown: bool) -> str:
        """Keep a file of the question and return what to call it, or something that cleaning takes out."""
        kind = BY_ENDING.get(name.rpartition(".")[2].lower())
        if kind is None or kind.label not in (IMAGES if shown else DATA_FILES):
            self.losses.add(FILE_LOST, name=name[:_SHOWN])
            return "missing:"
        data = self._decoded(file)
        if data is None:
            self.losses.add(FILE_BROKEN, name=name[:_SHOWN])
            return "missing:"
        kept = f"{hashlib.sha256(data).hexdigest()}.{kind.endings[0]}"
        self.media[kept] = data
        return f"media:{kept}"

    def _decoded(self, file: Element) -> bytes | None:
        written = file.text or ""
        if file.get("encoding", "base64") != "base64" or len(written) > self._limits.media_bytes * 3 // 2:
            return None
        try:
            return base64.b64decode(written) or None
        except (binascii.Error, ValueError):
            return None

    def labels(self) -> Iterator[str]:
        """Yield the tags as written."""
        for tag in self.element.iterfind("tags/tag"):
            yield tag.findtext("text") or ""


Content = tuple[str, dict[str, Any]]
"""Kind and raw content."""
