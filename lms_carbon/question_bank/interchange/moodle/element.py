"""A `<question>` of Moodle under way: its texts in both languages, the files that they show."""

import base64
import re
from collections.abc import Mapping
from html import escape
from typing import Final

from lxml import etree

from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.html import is_blank
from lms_carbon.question_bank.interchange.base import Item
from lms_carbon.question_bank.interchange.texts import Losses, has_han, join_languages

ALL_OR_NOTHING_LOST: Final = mark("Points for all or nothing are not kept: part of the points can be had.")
MINIMUM_LOST: Final = mark("The least that any answer earns is not kept.")

_MEDIA: Final = re.compile(r"media:([0-9a-f]{64}\.[a-z0-9]{2,5})")


class Writing:
    """A `<question>` under way."""

    def __init__(self, item: Item, losses: Losses) -> None:
        self.item = item
        self.losses = losses
        self.element = etree.Element("question")
        stem: Mapping[str, str] = item.content["stem"]
        said = [language for language in LANGUAGES if not is_blank(stem.get(language, ""))]
        # Where a reader would take it for the other language, the one there is gets its mark too.
        guessed = "zh" if has_han("".join(stem.values())) else "en"
        self.language = said[0] if said else "zh"
        self.marked = said != [guessed]

    def open(self, kind: str) -> None:
        """Set the type, the name and the text."""
        self.element.set("type", kind)
        titles = {language: escape(text, quote=False) for language, text in self.item.title.items()}
        etree.SubElement(etree.SubElement(self.element, "name"), "text").text = self.joined(titles)
        if kind != "cloze":
            self.html("questiontext", self.item.content["stem"], force=True)

    def joined(self, texts: Mapping[str, str] | None, *, force: bool = False) -> str:
        """Return a field with both languages."""
        return join_languages(texts, marked=self.marked, force=force and self.marked)

    def add(self, name: str, text: str) -> None:
        """Add a plain value."""
        etree.SubElement(self.element, name).text = text

    def html(
        self,
        name: str,
        texts: Mapping[str, str] | None,
        *,
        below: "etree._Element | None" = None,
        force: bool = False,
    ) -> "etree._Element":
        """Add markup with the files that it shows."""
        holder = etree.SubElement(self.element if below is None else below, name, format="html")
        return self.fill(holder, self.joined(texts, force=force))

    def fill(self, holder: "etree._Element", text: str) -> "etree._Element":
        """Put markup and its files into an element."""
        names = list(dict.fromkeys(_MEDIA.findall(text)))
        etree.SubElement(holder, "text").text = _MEDIA.sub(r"@@PLUGINFILE@@/\1", text)
        for file in names:
            if file in self.item.media:
                held = etree.SubElement(holder, "file", name=file, path="/", encoding="base64")
                held.text = base64.b64encode(self.item.media[file]).decode()
        return holder

    def answer(self, worth: str, text: str, *, kind: str = "html") -> "etree._Element":
        """Add an answer that is worth so many percent."""
        answer = etree.SubElement(self.element, "answer", fraction=worth, format=kind)
        return self.fill(answer, text)

    def note_credit(self, *, scoring: str = "partial") -> None:
        """Note what of the scoring Moodle cannot say."""
        content = self.item.content
        if content.get("scoring", scoring) != scoring:
            self.losses.add(ALL_OR_NOTHING_LOST)
        if content.get("minimum", "0") != "0":
            self.losses.add(MINIMUM_LOST)
