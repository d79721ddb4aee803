"""Reading Moodle XML, one `<question>` at a time, so that a file of any length needs little memory."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, cast

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.interchange.base import SKIPPED, Finding, Head, Item, Limits, finding_of, with_media
from lms_carbon.question_bank.interchange.errors import TooManyQuestionsError
from lms_carbon.question_bank.interchange.guarding import TEXT_TOO_LONG, read_guarded, skipped
from lms_carbon.question_bank.interchange.moodle.fields import Element, Fields
from lms_carbon.question_bank.interchange.moodle.kinds import NOT_YET, READERS, REFUSED
from lms_carbon.question_bank.interchange.safe_xml import read_elements
from lms_carbon.question_bank.interchange.tagging import read_labels
from lms_carbon.question_bank.interchange.texts import Losses, split_languages, title_of
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.rules.about import MAX_POINTS

NAME: Final = "moodle-xml"
PLACE: Final = "Moodle XML"

OVERALL_LOST: Final = mark("Feedback to the answer as a whole is not kept.")
HINTS_LOST: Final = mark("Hints for further tries are not kept.")
POINTS_CHANGED: Final = mark("{points} points are outside what a question can have; it has 1.")
KIND_MISSING: Final = mark("This bank has no questions of this kind.")
_OVERALL: Final = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
_USUAL: Final = {
    "your answer is correct.",
    "your answer is partially correct.",
    "your answer is incorrect.",
    "that's not right.",
    "parts, but only parts, of your response are correct.",
    "well done!",
    "回答正确。",
    "部分正确。",
    "回答错误。",
    "您的回答正确。",
    "您的回答部分正确。",
    "您的回答不正确。",
}
"""What Moodle puts there of itself."""
_LONGEST: Final = 255


def recognise(head: Head) -> bool:
    """Tell whether a file is Moodle XML."""
    return not head.members and b"<quiz" in head.start


def read(source: BinaryIO, limits: Limits) -> Iterator[Finding]:
    """Yield what became of each question; `type="category"` only names where the following ones lie."""
    category = ""
    seen: Counter[str] = Counter()
    count = 0
    for element in read_elements(source, wanted="question", place=PLACE, limits=limits):
        if element.get("type") == "category":
            category = (element.findtext("category/text") or "").strip()
            continue
        count += 1
        if count > limits.questions:
            raise TooManyQuestionsError(limit=limits.questions)
        identifier = identifier_of(element, category, seen)
        yield _read_guarded(element, identifier, limits)


def _read_guarded(element: Element, identifier: str, limits: Limits) -> Finding:
    about: Any = {"place": PLACE, "identifier": identifier, "line": element.sourceline}
    # Files are long and stand as they are; what is said of a question is looked through again and again.
    if any(len(each.text or "") > limits.text_chars for each in element.iter() if each.tag != "file"):
        return skipped(TEXT_TOO_LONG, **about, limit=limits.text_chars)
    return read_guarded(read_question, element, identifier, limits, **about)


def identifier_of(element: Element, category: str, seen: Counter[str]) -> str:
    """Return the ID number, else where the question lies and what it is called; a number tells namesakes apart."""
    own = (element.findtext("idnumber") or "").strip()
    name = (element.findtext("name/text") or "").strip()
    found = own or f"{category.removeprefix('$course$/')}/{name or 'question'}"
    if len(found) > _LONGEST - 8:
        found = f"{found[: _LONGEST - 50]}…{hashlib.sha256(found.encode()).hexdigest()[:32]}"
    found = "".join(each if each.isprintable() else " " for each in found)
    seen[found] += 1
    return found if seen[found] == 1 else f"{found}#{seen[found]}"


def read_question(element: Element, identifier: str, limits: Limits) -> Finding:
    """Return what becomes of one `<question>`."""
    kind = (element.get("type") or "").strip()
    line = cast(int | None, element.sourceline)
    reader = READERS.get(kind)
    if reader is None:
        reason = Reason(REFUSED[kind]) if kind in REFUSED else Reason(NOT_YET, {"type": kind[:40]})
        return Finding(place=PLACE, line=line, identifier=identifier, status=SKIPPED, reasons=(reason,))
    fields = Fields(element, limits)
    made = reader(fields)
    if not isinstance(made, tuple) or made[0] not in KINDS:
        reason = made if isinstance(made, Reason) else Reason(made if isinstance(made, str) else KIND_MISSING)
        reasons = (*fields.losses.reasons, reason)
        return Finding(place=PLACE, line=line, identifier=identifier, status=SKIPPED, reasons=reasons)
    name, content = made
    explanation = fields.html(element.find("generalfeedback"))
    if any(explanation.values()):
        content["explanation"] = explanation
    _note_unkept(element, fields.losses)
    labels = read_labels(fields.labels(), fields.losses)
    titles = split_languages(element.findtext("name/text") or "", fields.language, both=fields.both)
    item = Item(
        identifier=identifier,
        kind=name,
        title=title_of(titles, fields.losses),
        content=content,
        points=_points(fields.word("defaultgrade", "1"), fields.losses),
        media=fields.media,
        **labels.for_item,
    )
    return with_media(finding_of(KINDS[name], item, place=PLACE, line=line, lost=fields.losses.reasons))


def _note_unkept(element: Element, losses: Losses) -> None:
    for name in _OVERALL:
        said = (element.findtext(f"{name}/text") or "").strip().lower()
        said = said.removeprefix("<p>").removesuffix("</p>").strip()
        if said and said not in _USUAL:
            losses.add(OVERALL_LOST)
    if any((hint.findtext("text") or "").strip() for hint in element.iterfind("hint")):
        losses.add(HINTS_LOST)


def _points(text: str, losses: Losses) -> int:
    try:
        thousandths = round(float(text) * 1000)
    except (ValueError, OverflowError):
        thousandths = 0
    if 0 < thousandths <= MAX_POINTS:
        return thousandths
    losses.add(POINTS_CHANGED, points=text[:20])
    return 1_000
