"""One vocabulary for all versions: that of QTI 2.2. QTI 3.0 says the same in other spelling.

`choiceInteraction` is `qti-choice-interaction` in QTI 3.0, `maxChoices` is `max-choices`.
"""

import re
from collections.abc import Callable
from html import unescape
from typing import Final, TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no other name for its elements
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
MATHML: Final = "http://www.w3.org/1998/Math/MathML"
_MATHML_3: Final = "http://www.w3.org/2010/Math/MathML"
_OURS: Final = (
    "http://www.imsglobal.org/xsd/imsqti_v2p",
    "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    "http://www.imsglobal.org/xsd/imsqtiv2p2_html5_v1p0",
    "http://www.w3.org/1999/xhtml",
)
_INCLUDES: Final = 5
_HUMP: Final = re.compile(r"(?<=[a-z0-9])([A-Z])")
_DASH: Final = re.compile(r"-([a-z0-9])")


def to_qti2(name: str) -> str:
    """Return `choiceInteraction` for `qti-choice-interaction` and `maxChoices` for `max-choices`."""
    return _DASH.sub(lambda found: found[1].upper(), name.removeprefix("qti-"))


def to_qti3(name: str) -> str:
    """Return `max-choices` for `maxChoices`."""
    return _HUMP.sub(lambda found: f"-{found[1].lower()}", name)


def normalise(root: Element) -> Element:
    """Give a document of any version the names of QTI 2.2, without namespaces; MathML begins with `m.`.

    Elements of other vocabularies get names that nothing knows, `x.…`. Named HTML entities become their characters.
    """
    for element in list(root.iter()):
        if isinstance(element, etree._Entity):  # noqa: SLF001 - lxml has no other name for the class
            _write_out(element)
            continue
        space, _, name = str(element.tag).rpartition("}")
        space = space.lstrip("{")
        if space in {MATHML, _MATHML_3}:
            element.tag = f"m.{name}"
        elif not space or space.startswith(_OURS):
            element.tag = to_qti2(name) if name.startswith("qti-") else name
        else:
            element.tag = f"x.{name}"
        if name.startswith("qti-"):
            _rename_attributes(element)
    return root


def _rename_attributes(element: Element) -> None:
    for name in list(element.attrib):
        if "-" in str(name) and not str(name).startswith(("data-", "aria-")):
            element.attrib[to_qti2(str(name))] = element.attrib.pop(name)


def _write_out(entity: Element) -> None:
    """Put an entity's character in its place: documents refer to those of HTML without declaring them."""
    parent = entity.getparent()
    if parent is None:
        return
    text = unescape(entity.text or "")
    before = entity.getprevious()
    whole = (text if not text.startswith("&") else "") + (entity.tail or "")
    if before is None:
        parent.text = (parent.text or "") + whole
    else:
        before.tail = (before.tail or "") + whole
    entity.tail = None
    parent.remove(entity)


def children(element: Element, *names: str) -> list[Element]:
    """Return the children with one of these names."""
    return [child for child in element if child.tag in names]


def words(element: Element | None) -> str:
    """Return all text in an element, blanks folded."""
    return "" if element is None else " ".join("".join(str(text) for text in element.itertext()).split())


def bring_in(root: Element, fetch: Callable[[str], bytes | None], parse: Callable[[bytes], Element]) -> None:
    """Put what `xi:include` names in its place, one level deep; what cannot be had stays named."""
    for place in list(root.iter("x.include", "include"))[:_INCLUDES]:
        data = fetch(place.get("href", ""))
        parent = place.getparent()
        if data is None or parent is None or place.get("parse", "xml") != "xml":
            continue
        part = normalise(parse(data))
        part.tail = place.tail
        parent.replace(place, part)


def length_of(element: Element) -> int:
    """Return the characters of all text in an element."""
    return sum(len(text) for text in element.itertext())
