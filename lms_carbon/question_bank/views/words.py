"""Words that the package's templates ask for."""

import re
from collections.abc import Mapping, Sequence

from flask_babel import gettext
from markupsafe import Markup, escape

from lms_carbon.core.i18n import LANGUAGES, current_language, mark, text_in
from lms_carbon.question_bank.rules.difference import FIELD_NAMES, IN_LANGUAGE
from lms_carbon.question_bank.rules.parts_in_words import PART, PARTS, short_name

_MORE = {
    "choices": mark("Choices"),
    "requirements": mark("Requirements it shows"),
    "tolerance-kind": mark("Tolerance"),
    "minutes": mark("Expected minutes"),
    "rows": mark("Rows"),
    "options": mark("Options"),
    "categories": mark("Categories"),
    "gaps": mark("Gaps"),
    "areas": mark("Areas"),
    "shape": mark("Shape"),
    "coords": mark("Numbers"),
    "feedback": mark("Feedback"),
    "option": mark("Option"),
    "category": mark("Category"),
    "kind": mark("Kind of gap"),
    "weight": mark("Weight"),
    "credit": mark("Earns, in percent"),
    "name": mark("Name"),
    "min": mark("From"),
    "max": mark("To"),
    "step": mark("In steps of"),
    "values": mark("Or one of these values"),
}
_ROWS = {
    "choice": PARTS["choices"],
    "row": PARTS["rows"],
    "option": PARTS["options"],
    "category": PARTS["categories"],
    "gap": PARTS["gaps"],
    "area": PARTS["areas"],
    "answer": mark("Answer {letter}"),
    "variable": mark("Variable {letter}"),
    "part": PART,
}
_ROW = re.compile(rf"({'|'.join(_ROWS)})-([a-z0-9]+)(?:-(.+))?")


def field_label(name: str) -> str:
    """Return what the author's form calls a field: `choice-b-zh` is “Choice B (Chinese)”."""
    head, _, tail = name.rpartition("-")
    if tail in LANGUAGES and head:
        return gettext(IN_LANGUAGE[tail]).format(what=field_label(head))
    if row := _ROW.fullmatch(name):
        label = gettext(_ROWS[row[1]]).format(letter=short_name(row[2]))
        return f"{label}{gettext(': ')}{field_label(row[3])}" if row[3] else label
    sentence = _MORE.get(name) or FIELD_NAMES.get(name) or FIELD_NAMES.get(name.split("-", maxsplit=1)[0])
    return gettext(sentence) if sentence else name


def marked(texts: Mapping[str, str], words: Sequence[str]) -> Markup:
    """Return bilingual text for the reader with the words sought marked."""
    text = text_in(texts, current_language())
    if not words:
        return escape(text)
    parts = re.split("(" + "|".join(re.escape(word) for word in words) + ")", text, flags=re.IGNORECASE)
    # re.split puts what was found at the odd places.
    found = (Markup("<mark>{}</mark>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts))
    return Markup().join(found)
