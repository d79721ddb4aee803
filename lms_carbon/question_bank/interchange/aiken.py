"""Aiken: single choice as plain text, a line each for the stem, the choices and the answer."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from html import escape
from typing import Any, BinaryIO, Final

from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.interchange.base import SKIPPED, Finding, Head, Item, Limits, finding_of
from lms_carbon.question_bank.interchange.errors import TooManyQuestionsError
from lms_carbon.question_bank.interchange.guarding import TEXT_TOO_LONG, read_guarded, skipped
from lms_carbon.question_bank.interchange.safe_text import read_text
from lms_carbon.question_bank.interchange.shapes import Row, choices_content
from lms_carbon.question_bank.interchange.texts import Losses, Texts, has_han, paragraphs, title_of
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.kinds.registry import KINDS

NAME: Final = "aiken"
PLACE: Final = "Aiken"
NO_STEM: Final = mark("There are choices, but no question before them.")
NO_SUCH_CHOICE: Final = mark("The answer {letter} is none of the choices.")
NO_ANSWER_LINE: Final = mark("There is no line ANSWER: below the choices.")
_CHOICE: Final = re.compile(r"([A-Z])[.)]\s+(.*)")
_ANSWER: Final = re.compile(r"ANSWER:\s*([A-Z])", re.IGNORECASE)


def recognise(head: Head) -> bool:
    """Tell whether a file is Aiken: it has its line of answers."""
    start = head.start.decode("utf-8", "replace")
    return not head.members and re.search(r"^ANSWER:\s*[A-Z]\s*$", start, re.MULTILINE) is not None


def read(source: BinaryIO, limits: Limits) -> Iterator[Finding]:
    """Yield what became of each question; its identifier is a digest of its words, as it has no other."""
    seen: Counter[str] = Counter()
    for count, (line, stem, choices, answer) in enumerate(_questions(read_text(source, place=PLACE, limits=limits)), 1):
        if count > limits.questions:
            raise TooManyQuestionsError(limit=limits.questions)
        identifier = "aiken-" + hashlib.sha256("\n".join(stem).encode()).hexdigest()[:24]
        seen[identifier] += 1
        if seen[identifier] > 1:
            identifier += f"#{seen[identifier]}"
        about: Any = {"place": PLACE, "identifier": identifier, "line": line}
        if sum(map(len, (*stem, *choices.values()))) > limits.text_chars:
            yield skipped(TEXT_TOO_LONG, **about, limit=limits.text_chars)
        else:
            yield read_guarded(_finding, identifier, line, "\n".join(stem), choices, answer, **about)


def _questions(text: str) -> Iterator[tuple[int, list[str], dict[str, str], str]]:
    """Yield first line, stem, choices by letter, and the answer's letter, "" where there is none."""
    start, stem, choices = 0, [""], {"": ""}
    stem.clear()
    choices.clear()
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        answer = _ANSWER.fullmatch(bare)
        choice = _CHOICE.fullmatch(bare)
        if answer:
            yield start or number, stem, choices, answer[1].upper()
            start, stem, choices = 0, [], {}
        elif choice:
            start = start or number
            choices[choice[1]] = choice[2]
        elif bare:
            if choices:  # a new question begins where the answer of the one before is missing
                yield start, stem, choices, ""
                stem, choices, start = [], {}, 0
            start = start or number
            stem.append(bare)
    if stem or choices:
        yield start, stem, choices, ""


def _finding(identifier: str, line: int, stem: str, choices: dict[str, str], answer: str) -> Finding:
    reason = None
    if not stem:
        reason = Reason(NO_STEM)
    elif not answer:
        reason = Reason(NO_ANSWER_LINE)
    elif answer not in choices:
        reason = Reason(NO_SUCH_CHOICE, {"letter": answer})
    if reason:
        return Finding(place=PLACE, line=line, identifier=identifier, status=SKIPPED, reasons=(reason,))
    language = "zh" if has_han(stem) else "en"
    losses = Losses()

    def only(text: str) -> Texts:
        return {each: text if each == language else "" for each in LANGUAGES}

    rows = [
        Row(only(escape(text, quote=False)), Decimal(100 if letter == answer else 0))
        for letter, text in choices.items()
    ]
    kind, content = choices_content(only(paragraphs(stem)), rows, single=True, shuffle=True, losses=losses)
    title = only(escape(stem[:60], quote=False))
    item = Item(identifier=identifier, kind=kind, title=title_of(title, losses), content=content)
    return finding_of(KINDS[kind], item, place=PLACE, line=line, lost=losses.reasons)
