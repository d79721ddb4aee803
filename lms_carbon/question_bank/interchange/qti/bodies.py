"""Elements of QTI's own, and what is asked put in its place in a text."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from lxml import etree

from lms_carbon.question_bank.interchange.qti.names import Element

_GAP: Final = re.compile(r"\[\[([a-z][a-z0-9]{0,7})\]\]")


def make(name: str, text: str | None = None, children: Iterable[Element] = (), **attributes: str) -> Element:
    """Return an element of QTI's own, `q.…` until it is written; attributes by their QTI 2.2 names."""
    element = etree.Element(f"q.{name}", attributes)
    element.text = text
    element.extend(list(children))
    return element


def paragraph(element: Element) -> Element:
    """Return a paragraph that holds an element and what follows it."""
    holder = etree.Element("p")
    holder.append(element)
    return holder


def put_gaps(elements: Iterable[Element], gaps: Mapping[str, Callable[[], Element]]) -> None:
    """Put what is asked in the place of each `[[gap]]`."""
    for root in elements:
        for element in list(root.iter()):
            _put_into(element, element.text, gaps, None)
            if element is not root:
                _put_into(element.getparent(), element.tail, gaps, element)


def _put_into(
    parent: Element | None, text: str | None, gaps: Mapping[str, Callable[[], Element]], after: Element | None
) -> None:
    """Cut the text of an element, or the one behind `after`, at its gaps."""
    if parent is None or not text or "[[" not in text:
        return
    pieces = _GAP.split(text)
    whole = pieces[0]
    made: list[Element] = []
    for name, tail in zip(pieces[1::2], pieces[2::2], strict=True):
        if name in gaps:
            made.append(gaps[name]())
            made[-1].tail = tail
        elif made:
            made[-1].tail = f"{made[-1].tail}[[{name}]]{tail}"
        else:
            whole += f"[[{name}]]{tail}"
    at = 0 if after is None else parent.index(after) + 1
    if after is None:
        parent.text = whole
    else:
        after.tail = whole
    parent[at:at] = made
