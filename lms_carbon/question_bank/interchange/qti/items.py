"""One item: its body taken apart, each interaction read by the reader for its kind, put together as a question."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from lms_carbon.core.i18n import language_of, mark
from lms_carbon.question_bank.html import is_blank
from lms_carbon.question_bank.interchange.base import SKIPPED, Finding, Item, ItemTag, Limits, finding_of
from lms_carbon.question_bank.interchange.guarding import TEXT_TOO_LONG, TOO_MUCH, read_guarded, skipped
from lms_carbon.question_bank.interchange.qti.cases import make_case
from lms_carbon.question_bank.interchange.qti.choosing import read_choice, read_hotspot, read_hottext
from lms_carbon.question_bank.interchange.qti.declarations import Values, read_declarations
from lms_carbon.question_bank.interchange.qti.feedback import EXPLANATION
from lms_carbon.question_bank.interchange.qti.filling import (
    Gap,
    alone,
    read_gap_match,
    read_inline_choice,
    read_slider,
    read_text_entry,
    stands_last,
    together,
)
from lms_carbon.question_bank.interchange.qti.markup import Files, Markup
from lms_carbon.question_bank.interchange.qti.names import XML_LANG, Element, bring_in, children, length_of, words
from lms_carbon.question_bank.interchange.qti.pairing import read_match, read_order
from lms_carbon.question_bank.interchange.qti.parts import NEEDS, NotReadableError, Part, Reading, Scorer, settle
from lms_carbon.question_bank.interchange.safe_xml import parse_xml
from lms_carbon.question_bank.interchange.texts import Losses, has_han, title_of
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.rules.about import MAX_POINTS

NOTHING_ASKED: Final = mark("There is nothing to answer in it.")
NO_ITEM: Final = mark("This is no question of QTI 2 or 3.")
HIDDEN: Final = mark("Part of what is asked stands where it cannot be shown.")
FEEDBACK_MOVED: Final = mark("Feedback to answers was put into the explanation.")
KEY_SHORT: Final = mark("Its own right answer would not earn all its points.")

_MOST: Final[Mapping[tuple[str, ...], int]] = {
    ("simpleChoice", "simpleAssociableChoice", "inlineChoice", "hottext", "hotspotChoice", "gapText", "gapImg"): 400,
    ("responseDeclaration", "gap"): 100,
    ("value", "mapEntry", "equal", "equalRounded"): 2_000,
}
"""What is read of an item at most. The time for some of it grows with the square of its length."""
_CUT: Final = re.compile("\0([0-9]+)\0")
_GAP: Final = re.compile(r"\[\[(g[0-9]+)\]\]")
_BLOCKS: Final[Mapping[str, Callable[[Reading, Element], Part]]] = {
    "choiceInteraction": read_choice,
    "hottextInteraction": read_hottext,
    "hotspotInteraction": read_hotspot,
    "sliderInteraction": read_slider,
    "gapMatchInteraction": read_gap_match,
    "matchInteraction": read_match,
    "orderInteraction": read_order,
}
_INLINE: Final[Mapping[str, Callable[[Reading, Element, str], Gap]]] = {
    "textEntryInteraction": read_text_entry,
    "inlineChoiceInteraction": read_inline_choice,
}


def read_item(
    root: Element, *, place: str, files: Files, limits: Limits, tags: tuple[ItemTag, ...] = (), identifier: str = ""
) -> Finding:
    """Return what became of an item with the names of QTI 2.2; `identifier` stands in for its own."""
    identifier = (identifier or root.get("identifier") or root.get("title") or place)[:255]
    return read_guarded(_read_item, root, place, files, limits, identifier, tags, place=place, identifier=identifier)


def _read_item(
    root: Element, place: str, files: Files, limits: Limits, identifier: str, tags: tuple[ItemTag, ...]
) -> Finding:
    losses = Losses()
    try:
        bring_in(root, files, lambda data: parse_xml(data, place=place, limits=limits))
        if length_of(root) > limits.text_chars:
            return skipped(TEXT_TOO_LONG, place=place, identifier=identifier, limit=limits.text_chars)
        _refuse(root)
        return _read(root, place, files, limits, losses, identifier, tags)
    except NotReadableError as reason:
        losses.add(reason.msgid, **reason.params)
    return Finding(place=place, identifier=identifier, status=SKIPPED, reasons=losses.reasons)


def _refuse(root: Element) -> None:
    """Raise for what no kind can hold, before anything is read."""
    if root.tag != "assessmentItem":
        raise NotReadableError(NO_ITEM)
    if root.get("adaptive") == "true":
        raise NotReadableError(NEEDS, what="adaptive")
    for name in ("templateDeclaration", "templateProcessing"):
        if children(root, name):
            raise NotReadableError(NEEDS, what=name)
    for names, most in _MOST.items():
        if sum(1 for _ in root.iter(*names)) > most:
            raise NotReadableError(TOO_MUCH)
    asked = [str(each.tag) for each in root.iter() if str(each.tag).endswith(("Interaction", "InteractionStage"))]
    if not asked:
        raise NotReadableError(NOTHING_ASKED)
    for name in asked:
        if name not in _BLOCKS and name not in _INLINE:
            raise NotReadableError(NEEDS, what=name)


def _read(
    root: Element, place: str, files: Files, limits: Limits, losses: Losses, identifier: str, tags: tuple[ItemTag, ...]
) -> Finding:
    declared = read_declarations(root)
    body = next(iter(children(root, "itemBody")), root)
    language = language_of(root.get(XML_LANG) or body.get(XML_LANG) or "") or ("zh" if has_han(words(body)) else "en")
    markup = Markup(files, limits, losses)
    reading = Reading(
        item=root, language=language, declared=declared, markup=markup, losses=losses,
        scorer=Scorer(root, declared, losses),
    )  # fmt: skip
    explanation, moved = _set_feedback(reading, root)
    parts = _parts(reading, body)
    right: dict[str, Values] = {name: values for part in parts for name, values in part.right.items()}
    kind, content, ours = _content(reading, parts, right, root.get("title") or "")
    if kind not in KINDS:
        raise NotReadableError(NEEDS, what=kind)
    if moved:
        losses.add(FEEDBACK_MOVED)
    if explanation or moved:
        content["explanation"] = reading.texts(explanation + "".join(f"<p>{each}</p>" for each in moved))
    item = Item(
        identifier=identifier,
        kind=kind,
        title=title_of({"zh": "", "en": "", _title_language(root, language): root.get("title") or identifier}, losses),
        content=content,
        tags=tags,
        points=_points(reading, right),
        media=markup.media,
    )
    found = finding_of(KINDS[kind], item, place=place, lost=losses.reasons)
    if found.item is not None and ours is not None and not found.reasons and not _earns_all(found.item, ours):
        return finding_of(KINDS[kind], item, place=place, lost=(Reason(KEY_SHORT),))
    return replace(found, reasons=(*found.reasons, *reading.remarks.reasons))


def _title_language(root: Element, language: str) -> str:
    return "zh" if has_han(root.get("title") or "") else language


def _earns_all(item: Item, ours: object) -> bool:
    kind = KINDS[item.kind]
    response = kind.normalise_response(item.content, kind.as_sent(item.content, ours))
    return kind.score(item.content, response, item.points).earned == item.points


def _points(reading: Reading, right: Mapping[str, Values]) -> int:
    full = reading.scorer.score(right) or Fraction(1)
    points = round(full * 1_000)
    return points if 0 < points <= MAX_POINTS else 1_000


def _set_feedback(reading: Reading, root: Element) -> tuple[str, list[str]]:
    """Set what stands in for feedback; return the explanation, and the list that other feedback will be added to."""
    explanation = ""
    general: list[str] = []
    markup = reading.markup
    choices = {row.get("identifier", "") for row in root.iter("simpleChoice", "hottext")}

    def aside(element: Element) -> str:
        parent = element.getparent()
        own = parent is not None and parent.tag == "simpleChoice"
        if not own or parent is None or parent.get("identifier") != element.get("identifier"):
            general.append(markup.inside(element).strip())
        return ""

    markup.special |= {"feedbackInline": aside, "feedbackBlock": aside, "templateInline": aside}
    for feedback in children(root, "modalFeedback"):
        inner = markup.inside(feedback).strip()
        if feedback.get("identifier") == EXPLANATION:
            explanation += inner
        elif feedback.get("identifier", "") in choices:
            reading.row_feedback[feedback.get("identifier", "")] = inner
        elif inner:
            general.append(inner)
    return explanation, general


def _parts(reading: Reading, body: Element) -> list[Part]:
    """Return the body's interactions as parts, the text before each with it; a run of gaps is one part."""
    blocks: list[Part] = []
    gaps: dict[str, Gap] = {}

    def block(element: Element) -> str:
        blocks.append(_BLOCKS[str(element.tag)](reading, element))
        return f"\0{len(blocks) - 1}\0"

    def inline(element: Element) -> str:
        name = f"g{len(gaps) + 1}"
        gaps[name] = _INLINE[str(element.tag)](reading, element, name)
        return f"[[{name}]]"

    reading.markup.special |= dict.fromkeys(_BLOCKS, block) | dict.fromkeys(_INLINE, inline)
    pieces = _CUT.split(reading.markup.inside(body))
    asked = sum(1 for element in body.iter() if element.tag in _BLOCKS or element.tag in _INLINE)
    if asked != len(blocks) + len(gaps) or len(pieces) // 2 != len(blocks) or not asked:
        raise NotReadableError(HIDDEN)
    parts: list[Part] = []
    waiting = ""
    for index, piece in enumerate(pieces):
        if index % 2:
            part = blocks[int(piece)]
            part.before, waiting = waiting, ""
            parts.append(part)
            continue
        named = [name for name in _GAP.findall(piece) if name in gaps]
        if not named:
            waiting += piece
            continue
        parts.append(_gap_part(reading, waiting + piece, [gaps[name] for name in named]))
        waiting = ""
    if waiting.strip() and parts:
        parts[-1].own += waiting
    return parts


def _gap_part(reading: Reading, text: str, gaps: list[Gap]) -> Part:
    before, _, after = text.partition(f"[[{gaps[0].content['id']}]]")
    if len(gaps) == 1 and gaps[0].content["kind"] != "choice" and stands_last(before, after):
        part = alone(gaps[0])
        part.own = before + after
        return part
    part = together(reading, gaps)
    part.own = text
    return part


def _content(
    reading: Reading, parts: list[Part], right: Mapping[str, Values], title: str
) -> tuple[str, dict[str, Any], object]:
    """Return kind, raw content and our own right answer."""
    for part in parts:
        if part.kind not in KINDS:
            raise NotReadableError(NEEDS, what=part.kind)
        part.content["stem"] = reading.texts((part.before + part.own).strip())
        rest = {name: values for name, values in right.items() if name not in part.responses}
        part.content = settle(KINDS[part.kind], part, reading.scorer, reading.losses, rest)
    if len(parts) == 1:
        if is_blank(parts[0].content["stem"][reading.language]):
            parts[0].content["stem"] = reading.texts(f"<p>{title}</p>")
        return parts[0].kind, parts[0].content, parts[0].probes[0].ours if parts[0].probes else None
    return make_case(reading, parts, right, title)
