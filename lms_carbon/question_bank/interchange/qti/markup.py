"""From QTI's XHTML to markup of ours, before it is cleaned: pictures come along, blocks and formulas stay."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Final
from urllib.parse import unquote

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.html import IMAGE_ENDINGS
from lms_carbon.question_bank.interchange.base import Limits
from lms_carbon.question_bank.interchange.qti.names import Element, words
from lms_carbon.question_bank.interchange.texts import LINK_LOST, PICTURE_LOST, SCRIPT_LOST, SOUND_LOST, Losses

PICTURE_KIND_LOST: Final = mark("A picture of the kind “{ending}” was left out.")
INCLUDE_LOST: Final = mark("Text that stands in another file was left out.")
NOTES_LOST: Final = mark("Notes for those who score were left out.")
VARIABLE_LOST: Final = mark("A value that the file works out was left out.")

_KEPT: Final = {
    "p", "ul", "ol", "li", "pre", "blockquote", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
    "strong", "b", "em", "i", "sub", "sup", "code",
}  # fmt: skip
_BLOCKS: Final = {
    "p", "ul", "ol", "dl", "pre", "blockquote", "table", "div", "section", "h1", "h2", "h3", "h4", "h5", "h6",
    "choiceInteraction", "orderInteraction", "matchInteraction", "gapMatchInteraction", "hottextInteraction",
    "hotspotInteraction", "rubricBlock", "object", "hr",
}  # fmt: skip
_HEADINGS: Final = {"h1", "h2", "h3", "h4", "h5", "h6", "dt"}
_ATTRIBUTES: Final = ("colspan", "rowspan", "scope", "start")
_SILENT: Final = {"prompt", "stylesheet", "catalogInfo", "rp", "x.desc"}
_ENDINGS: Final = {"jpeg": "jpg", "jpe": "jpg"}
_TYPES: Final = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_DATA: Final = re.compile(r"data:(image/[a-z+]+);base64,(.*)", re.DOTALL)
_MOST_PICTURES: Final = 50
_MOST_BYTES: Final = 100_000_000
"""Of all pictures of one question."""
_BLANKS: Final = re.compile(r"\s+")

Files = Callable[[str], bytes | None]
"""Give a file that stands beside the item, by its address in it; None where there is none."""


class Markup:
    """Reads markup of one item; gathers the pictures that it shows and what is lost."""

    def __init__(self, files: Files, limits: Limits, losses: Losses) -> None:
        self.losses = losses
        self.media: dict[str, bytes] = {}
        self.special: dict[str, Callable[[Element], str]] = {}
        """What stands in for elements by name: interactions, gaps, feedback."""
        self._kept: dict[tuple[str, str], str | None] = {}
        self._room = _MOST_BYTES
        self._files = files
        self._limits = limits
        self._doing: Mapping[str, Callable[[Element], str]] = {
            "br": lambda _: "<br>",
            "hr": lambda _: "",
            "img": lambda element: self.picture(element.get("src", ""), element.get("alt") or ""),
            "object": self._object,
            "a": self._link,
            "div": self._division,
            "rubricBlock": self._rubric,
            "rt": lambda element: f"（{self.inside(element)}）",
            "q": lambda element: f"“{self.inside(element)}”",
            "printedVariable": lambda _: self._lost(VARIABLE_LOST),
            "x.include": lambda _: self._lost(INCLUDE_LOST),
            "include": lambda _: self._lost(INCLUDE_LOST),
            "m.annotation": lambda _: "",
            "m.annotation-xml": lambda _: "",
        }
        self._doing = {
            **self._doing,
            **dict.fromkeys(("audio", "video", "source"), lambda _: self._lost(SOUND_LOST)),
            **dict.fromkeys(
                ("script", "iframe", "embed", "x.svg", "x.script", "style"), lambda _: self._lost(SCRIPT_LOST)
            ),
        }

    def inside(self, element: Element | None, *, pre: bool = False) -> str:
        """Return the markup of what an element holds."""
        if element is None:
            return ""
        parts = [_text(element.text, pre=pre)]
        for child in element:
            parts.append(self.of(child, pre=pre))
            parts.append(_text(child.tail, pre=pre))
        return "".join(parts)

    def of(self, element: Element, *, pre: bool = False) -> str:
        """Return the markup of an element."""
        name = element.tag if isinstance(element.tag, str) else ""
        doing = self.special.get(name) or self._doing.get(name)
        if doing:
            return doing(element)
        if not name or name in _SILENT:
            return ""
        inner = self.inside(element, pre=pre or name == "pre")
        if name in _HEADINGS:
            return f"<p><strong>{inner}</strong></p>"
        if name.startswith("m."):
            attributes = "".join(f' {key!s}="{escape(str(value))}"' for key, value in element.attrib.items())
            return f"<{name[2:]}{attributes}>{inner}</{name[2:]}>"
        if name not in _KEPT:
            return inner
        attributes = "".join(f' {key}="{escape(element.get(key, ""))}"' for key in _ATTRIBUTES if element.get(key))
        return f"<{name}{attributes}>{inner}</{name}>"

    def picture(self, address: str, words_for_it: str) -> str:
        """Return an image of the bank's own, its file kept; where there is none, the words for it."""
        alt = " ".join(words_for_it.split())
        name = self.keep(address)
        return f'<img src="media:{name}" alt="{escape(alt)}">' if name else escape(alt, quote=False)

    def keep(self, address: str, *, kind: str = "") -> str | None:
        """Keep the file of a picture and return its name in the bank; None where it cannot be kept."""
        if (address, kind) not in self._kept:
            self._kept[address, kind] = self._keep(address, kind) if len(self._kept) < _MOST_PICTURES else None
        return self._kept[address, kind]

    def _keep(self, address: str, kind: str) -> str | None:
        data, ending = self._fetch(address, kind)
        if data is None or len(data) > min(self._limits.media_bytes, self._room):
            self.losses.add(PICTURE_LOST)
            return None
        if ending not in IMAGE_ENDINGS:
            self.losses.add(PICTURE_KIND_LOST, ending=ending[:8] or "?")
            return None
        name = f"{hashlib.sha256(data).hexdigest()}.{ending}"
        self.media[name] = data
        self._room -= len(data)
        return name

    def _fetch(self, address: str, kind: str) -> tuple[bytes | None, str]:
        inline = _DATA.fullmatch(address.strip())
        if inline:
            try:
                return base64.b64decode(inline[2]), _TYPES.get(inline[1], "")
            except (binascii.Error, ValueError):
                return None, ""
        path = unquote(re.split("[#?]", address, maxsplit=1)[0])
        ending = path.rpartition(".")[2].lower() if "." in path else _TYPES.get(kind, "")
        return (None, ending) if "://" in path else (self._files(path), _ENDINGS.get(ending, ending))

    def _object(self, element: Element) -> str:
        kind = element.get("type", "")
        if not kind.startswith("image/"):
            self.losses.add(SOUND_LOST if kind.startswith(("audio/", "video/")) else INCLUDE_LOST)
            return self.inside(element)
        name = self.keep(element.get("data", ""), kind=kind)
        if name is None:
            return self.inside(element)
        return f'<img src="media:{name}" alt="{escape(words(element))}">'

    def _link(self, element: Element) -> str:
        if element.get("href"):
            self.losses.add(LINK_LOST)
        return self.inside(element)

    def _division(self, element: Element) -> str:
        inner = self.inside(element)
        return inner if any(child.tag in _BLOCKS for child in element) else f"<p>{inner}</p>"

    def _rubric(self, element: Element) -> str:
        views = element.get("view", "candidate").split()
        return self.inside(element) if "candidate" in views else self._lost(NOTES_LOST)

    def _lost(self, sentence: str) -> str:
        self.losses.add(sentence)
        return ""


def _text(text: str | None, *, pre: bool) -> str:
    if not text:
        return ""
    return escape(text if pre else _BLANKS.sub(" ", text), quote=False)
