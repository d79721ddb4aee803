"""Writing Moodle XML, one question after the other.

Each question is read back as soon as it is written: what would not come back as it is gets told, whatever the reason.
"""

from collections.abc import Iterable, Mapping
from typing import BinaryIO, Final

from lxml import etree

from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.html import is_blank
from lms_carbon.question_bank.interchange.base import DEFAULT_LIMITS, DEGRADED, SKIPPED, Finding, Item, Status
from lms_carbon.question_bank.interchange.comparing import note_differences
from lms_carbon.question_bank.interchange.guarding import writing_guarded
from lms_carbon.question_bank.interchange.moodle.element import Writing
from lms_carbon.question_bank.interchange.moodle.forms import FORMS, NO_FORM
from lms_carbon.question_bank.interchange.moodle.reading import PLACE, read_question
from lms_carbon.question_bank.interchange.tagging import SOURCE_LOST, write_labels
from lms_carbon.question_bank.interchange.texts import Losses
from lms_carbon.question_bank.kinds.base import points_text

ID_LOST: Final = mark("The identifier is too long for Moodle and is not carried.")
_LONGEST_ID: Final = 100


def write(items: Iterable[Item], out: BinaryIO) -> tuple[Finding, ...]:
    """Write the items as one quiz; return those that come out with losses or not at all."""
    findings: list[Finding] = []
    out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n')
    for item in items:
        with writing_guarded(item, findings, place=PLACE):
            losses = Losses()
            data = _written(item, losses)
            if losses.reasons:
                status: Status = DEGRADED if data else SKIPPED
                findings.append(Finding(place=PLACE, identifier=item.identifier, status=status, reasons=losses.reasons))
            out.write(data)
    out.write(b"</quiz>\n")
    return tuple(findings)


def _written(item: Item, losses: Losses) -> bytes:
    """Return an item's XML and note what it loses; nothing where Moodle has no such question."""
    element = question_of(item, losses)
    if element is None:
        return b""
    data = etree.tostring(element, encoding="unicode").encode()
    if all(reason.msgid == SOURCE_LOST for reason in losses.reasons):
        note_differences(item, read_question(etree.fromstring(data), item.identifier, DEFAULT_LIMITS), losses)
    return data + b"\n"


def question_of(item: Item, losses: Losses) -> "etree._Element | None":
    """Return an item as a `<question>`; None where no type of question in Moodle is like it."""
    form = FORMS.get(item.kind)
    if form is None:
        losses.add(NO_FORM)
        return None
    kind, fill = form
    writing = Writing(item, losses)
    writing.open(kind)
    if not fill(writing):
        return None
    explanation: Mapping[str, str] = item.content.get("explanation") or {}
    if any(not is_blank(text) for text in explanation.values()):
        writing.html("generalfeedback", explanation)
    writing.add("defaultgrade", _grade(item.points))
    if len(item.identifier) <= _LONGEST_ID:
        writing.add("idnumber", item.identifier)
    else:
        losses.add(ID_LOST)
    if any(item.source.get(language) for language in LANGUAGES):
        losses.add(SOURCE_LOST)
    tags = etree.SubElement(writing.element, "tags")
    for label in write_labels(item):
        etree.SubElement(etree.SubElement(tags, "tag"), "text").text = label
    return writing.element


def _grade(points: int) -> str:
    return points_text(points) if points % 10 == 0 else f"{points / 1000:.3f}"
