"""Our markup as the XHTML that QTI's schemas allow: blocks in their places, lists of rows, tables of cells.

An author's markup may be any that a browser shows. What the schemas have no place for is put where they have one, or
becomes its words; `lms_carbon.json` has it as it was.
"""

from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml import html as lxml_html

from lms_carbon.question_bank.interchange.qti.names import XML_LANG, Element

Piece = str | Element
MEDIA_FOLDER: Final = "media"

_INLINE: Final = {"strong", "b", "em", "i", "sub", "sup", "code", "a"}
_LISTS: Final = {"ul", "ol"}
_SECTIONS: Final = ("thead", "tfoot", "tbody")
_CELLS: Final = {"td", "th"}
_BLOCKS: Final = {"p", "pre", "blockquote", "table", "li", "tr", "caption", *_LISTS, *_SECTIONS, *_CELLS}
_KEPT: Final = {
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "img": {"src", "alt"},
    "a": {"href"},
    "math": {"display"},
    "mi": {"mathvariant"},
    "mo": {"stretchy", "fence", "separator", "form"},
    "mspace": {"width"},
    "mover": {"accent"},
    "mstyle": {"displaystyle", "scriptlevel"},
}
_TOKENS: Final = {"mi", "mn", "mo", "mtext", "mspace"}
_ROWS: Final = {"math", "mrow", "mstyle", "msqrt", "mtd"}
_ARITY: Final = {
    "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3,
}  # fmt: skip
_BOOLEANS: Final = {"stretchy", "fence", "separator", "accent", "displaystyle"}


def address_of(media: str) -> str:
    """Return where an item finds what content calls `media:NAME`."""
    return f"../../{MEDIA_FOLDER}/{media.removeprefix('media:')}"


def blocks(markup: str) -> list[Element]:
    """Return markup as block elements; text that stands in none is put into paragraphs."""
    return _in_blocks(_flow(_pieces(_parsed(markup))))


def fill(element: Element, markup: str) -> Element:
    """Put a phrase into an element and return it."""
    return _put(element, _phrases(_pieces(_parsed(markup))))


def _parsed(markup: str) -> Element:
    if not markup.strip():
        return etree.Element("div")
    parsed: Element = lxml_html.fragment_fromstring(markup, create_parent="div")
    return parsed


def _pieces(element: Element) -> list[Piece]:
    found: list[Piece] = [element.text] if element.text else []
    for child in element:
        found.append(child)
        if child.tail:
            found.append(child.tail)
    return found


def _put(element: Element, pieces: list[Piece]) -> Element:
    last: Element | None = None
    for piece in pieces:
        if not isinstance(piece, str):
            element.append(piece)
            last = piece
        elif last is None:
            element.text = (element.text or "") + piece
        else:
            last.tail = (last.tail or "") + piece
    return element


def _made(source: Element, pieces: list[Piece], *, name: str = "") -> Element:
    tag = name or str(source.tag)
    element = etree.Element(tag)
    for key in sorted(str(key) for key in source.attrib):
        value = source.get(key, "")
        if key == "lang":
            element.set(XML_LANG, value)
        elif key in _KEPT.get(tag, ()):
            element.set(key, address_of(value) if value.startswith("media:") else value)
    if tag == "img" and element.get("alt") is None:
        element.set("alt", "")
    return _put(element, pieces)


def _phrases(pieces: list[Piece]) -> list[Piece]:
    """Return pieces for where only phrases may stand: blocks in it become their words."""
    found: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str):
            found.append(piece)
            continue
        name = str(piece.tag)
        if name == "math":
            found.append(_formula(piece))
        elif name in {"br", "img"}:
            found.append(_made(piece, []))
        elif name in _INLINE:
            found.append(_made(piece, _phrases(_pieces(piece))))
        else:
            found += [" ", *_phrases(_pieces(piece)), " "]
    return found


def _flow(pieces: list[Piece]) -> list[Piece]:
    """Return pieces for where blocks and phrases may stand."""
    found: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) or str(piece.tag) not in _BLOCKS:
            found += _phrases([piece])
        else:
            found += _block(piece)
    return found


def _block(element: Element) -> list[Piece]:
    name = str(element.tag)
    inner = _pieces(element)
    if name in {"p", "pre"}:
        return [_made(element, _phrases(inner))]
    if name == "blockquote":
        return [_made(element, list(_in_blocks(_flow(inner))))]
    if name in _LISTS:
        rows: list[Piece] = list(_list_rows(inner))
        return [_made(element, rows)] if rows else []
    if name == "table":
        return _table(element)
    return list(_in_blocks(_flow(inner)))


def _list_rows(pieces: list[Piece]) -> Iterator[Element]:
    for piece in pieces:
        if not isinstance(piece, str) and piece.tag == "li":
            yield _made(piece, _flow(_pieces(piece)))
        elif not isinstance(piece, str) or piece.strip():
            yield _put(etree.Element("li"), _flow([piece]))


def _captions(element: Element) -> Iterator[Piece]:
    for caption in element.iterfind("caption"):
        yield _made(caption, _phrases(_pieces(caption)))


def _table(element: Element) -> list[Piece]:
    parts: list[Piece] = list(_captions(element))[:1]
    rows = 0
    for name in _SECTIONS:
        for section in element.iterfind(name):
            lines: list[Piece] = [
                _made(row, [_made(cell, _flow(_pieces(cell))) for cell in row if cell.tag in _CELLS])
                for row in section.iterfind("tr")
            ]
            lines = [line for line in lines if len(line)]  # a row needs a cell
            if lines and (name == "tbody" or section is element.find(name)):
                parts.append(_made(section, lines))
                rows += name == "tbody"
    # A table needs a body; one without it is its words.
    return [_made(element, parts)] if rows else list(_in_blocks(_phrases(_pieces(element))))


def _in_blocks(pieces: list[Piece]) -> list[Element]:
    found: list[Element] = []
    loose: list[Piece] = []

    def close() -> None:
        if any(not isinstance(each, str) or each.strip() for each in loose):
            found.append(_put(etree.Element("p"), list(loose)))
        loose.clear()

    for piece in pieces:
        if not isinstance(piece, str) and str(piece.tag) in _BLOCKS:
            close()
            found.append(piece)
        else:
            loose.append(piece)
    close()
    return found


def _formula(element: Element) -> Piece:
    """Return a formula, or its words where the schema of MathML would refuse it."""
    return _math(element) if _is_sound(element) else "".join(str(text) for text in element.itertext())


def _is_sound(element: Element) -> bool:
    name = str(element.tag)
    if name in _TOKENS:
        return len(element) == 0
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        return False
    names = [str(child.tag) for child in element]
    if name == "mtable":
        known = bool(names) and set(names) == {"mtr"}
    elif name == "mtr":
        known = bool(names) and set(names) == {"mtd"}
    else:
        known = name in _ROWS or _ARITY.get(name) == len(names)
        known = known and not set(names) & {"mtr", "mtd", "math"} and (name != "mstyle" or bool(names))
    return known and all(_is_sound(child) for child in element)


def _math(element: Element) -> Element:
    made = _made(element, [], name=str(element.tag))
    for key, value in list(made.attrib.items()):
        if key == XML_LANG or (key in _BOOLEANS and value not in {"true", "false"}):
            del made.attrib[key]
    made.tag = f"m.{element.tag}"
    made.text = element.text
    for child in element:
        made.append(_math(child))
    return made
