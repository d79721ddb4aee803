"""Words that the package's templates ask for."""

import re
from collections.abc import Mapping, Sequence

from flask_babel import gettext
from markupsafe import Markup, escape

from lms_carbon.core.i18n import LANGUAGES, current_language, mark, text_in
from lms_carbon.question_bank.rules.difference import CHOICE, FEEDBACK, FIELD_NAMES, IN_LANGUAGE

_MORE = {
    "choices": mark("Choices"),
    "requirements": mark("Requirements it shows"),
    "tolerance-kind": mark("Tolerance"),
    "minutes": mark("Expected minutes"),
}


def field_label(name: str) -> str:
    """Return what the author's form calls a field: `choice-b-zh` is “Choice B, Chinese”."""
    head, _, tail = name.rpartition("-")
    if tail in LANGUAGES and head:
        return gettext(IN_LANGUAGE[tail]).format(what=field_label(head))
    if name.startswith("choice-"):
        letter = name.split("-")[1].upper()
        return gettext(FEEDBACK if name.endswith("-feedback") else CHOICE).format(letter=letter)
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
