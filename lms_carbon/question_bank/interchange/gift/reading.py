"""Reading GIFT."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO, Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.html import from_author
from lms_carbon.question_bank.interchange.base import SKIPPED, Finding, Head, Item, Limits, finding_of
from lms_carbon.question_bank.interchange.errors import TooManyQuestionsError
from lms_carbon.question_bank.interchange.gift.lines import Block, read_blocks, show
from lms_carbon.question_bank.interchange.guarding import TEXT_TOO_LONG, TOO_MUCH, read_guarded, skipped
from lms_carbon.question_bank.interchange.safe_text import read_text
from lms_carbon.question_bank.interchange.shapes import (
    NO_ANSWER,
    Row,
    choices_content,
    matching_content,
    note_feedback,
    numeric_content,
    short_text_content,
    worth_of,
)
from lms_carbon.question_bank.interchange.tagging import read_labels
from lms_carbon.question_bank.interchange.texts import (
    MARKDOWN_LOST,
    Losses,
    Texts,
    has_han,
    is_marked,
    note_losses,
    paragraphs,
    phrase,
    split_languages,
    title_of,
)
from lms_carbon.question_bank.kinds.errors import UnreadableNumberError
from lms_carbon.question_bank.kinds.numbers import read_number, write_number
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.kinds.registry import KINDS

NAME: Final = "gift"
PLACE: Final = "GIFT"
ESSAY: Final = mark("Essays are not read: they are marked by people.")
DESCRIPTION: Final = mark("This is a text between questions and no question.")
UNCLOSED: Final = mark("The answers have no closing brace.")
GAP: Final = "_____"
_FORMAT: Final = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_ANSWER: Final = re.compile(
    r"(?P<sign>[~=])\s*(?:%(?P<worth>-?[\d.]{1,10})%)?(?P<text>[^~=#]*)(?:#(?P<feedback>[^~=]*))?"
)
_TRUTH: Final = re.compile(r"(T|TRUE|F|FALSE)\s*(?:#.*)?\Z", re.IGNORECASE | re.DOTALL)
_LIKELY: Final = re.compile(r"^\s*(?:::.*?::|//|\$CATEGORY:)|\{[^{}]*\}", re.MULTILINE)
_LONGEST: Final = 240
_MOST: Final = 600
"""Answers of a question."""


def recognise(head: Head) -> bool:
    """Tell whether a file is GIFT: text with answers in braces, titles in colons, or its comments."""
    if head.members or b"<quiz" in head.start or b"\x00" in head.start.replace(b"\xff\xfe", b""):
        return False
    text = head.start.decode("utf-8", "replace")
    return not text.lstrip("\ufeff \n").startswith("<") and _LIKELY.search(text) is not None


def read(source: BinaryIO, limits: Limits) -> Iterator[Finding]:
    """Yield what became of each question."""
    seen: Counter[str] = Counter()
    for count, block in enumerate(read_blocks(read_text(source, place=PLACE, limits=limits)), 1):
        if count > limits.questions:
            raise TooManyQuestionsError(limit=limits.questions)
        yield _read_block(block, _identifier(block, seen), limits)


def _read_block(block: Block, identifier: str, limits: Limits) -> Finding:
    about: Any = {"place": PLACE, "identifier": identifier, "line": block.line}
    if len(block.stem) + len(block.answers or "") + len(block.tail or "") > limits.text_chars:
        return skipped(TEXT_TOO_LONG, **about, limit=limits.text_chars)
    return read_guarded(lambda: _Question(block, identifier).finding(), **about)


def _identifier(block: Block, seen: Counter[str]) -> str:
    name = block.title or " ".join(show(block.stem).split())[:60]
    found = block.identifier or f"{block.category.removeprefix('$course$/')}/{name}"
    if len(found) > _LONGEST:
        found = f"{found[: _LONGEST - 40]}…{hashlib.sha256(found.encode()).hexdigest()[:32]}"
    found = "".join(each if each.isprintable() else " " for each in found)
    seen[found] += 1
    return found if seen[found] == 1 else f"{found}#{seen[found]}"


class _Question:
    """One block on its way to an item."""

    def __init__(self, block: Block, identifier: str) -> None:
        self.block = block
        self.identifier = identifier
        self.losses = Losses()
        text = show(block.stem)
        self.language = "zh" if has_han(text or block.title) else "en"
        self.both = is_marked(text) or is_marked(block.title)
        found = _FORMAT.match(block.stem)
        self.format = found[1].lower() if found else "moodle"

    def finding(self) -> Finding:
        """Return what becomes of it."""
        answers, _, general = (self.block.answers or "").partition("####")
        made = self._made(answers.strip())
        if isinstance(made, str):
            reasons = (*self.losses.reasons, Reason(made))
            return Finding(
                place=PLACE, line=self.block.line, identifier=self.identifier, status=SKIPPED, reasons=reasons
            )
        kind, content = made
        if general.strip():
            content["explanation"] = self.texts(general)
        labels = read_labels(self.block.tags, self.losses)
        titles = split_languages(self.block.title or self._first_words(), self.language, both=self.both)
        item = Item(
            identifier=self.identifier,
            kind=kind,
            title=title_of(titles, self.losses),
            content=content,
            **labels.for_item,
        )
        return finding_of(KINDS[kind], item, place=PLACE, line=self.block.line, lost=self.losses.reasons)

    def _first_words(self) -> str:
        return " ".join(show(_without_format(self.block.stem)).split())[:60]

    def _made(self, answers: str) -> tuple[str, dict[str, Any]] | str:
        if self.block.answers is None:
            return DESCRIPTION
        if self.block.tail is None:
            return UNCLOSED
        if not answers:
            return ESSAY
        stem = self.texts(f"{self.block.stem} {GAP} {self.block.tail}" if self.block.tail else self.block.stem)
        if answers.startswith("#"):
            return self._number(stem, answers[1:])
        if _TRUTH.match(answers):
            note_feedback([Row({}, Decimal(0), {"en": answers.partition("#")[2].strip("# ")})], self.losses)
            return "true_false", {"stem": stem, "correct": answers[0] in "Tt"}
        rows = list(islice(_ANSWER.finditer(answers), _MOST + 1))
        if not 0 < len(rows) <= _MOST:
            return TOO_MUCH if rows else NO_ANSWER
        if all(row["sign"] == "=" and "->" in row["text"] for row in rows):
            return self._pairs(stem, rows)
        return self._rows(stem, rows)

    def _rows(self, stem: Texts, found: list[re.Match[str]]) -> tuple[str, dict[str, Any]]:
        choices = any(row["sign"] == "~" for row in found)
        rows = [
            Row(
                self.texts(row["text"], short=True) if choices else self._typed(row["text"]),
                worth_of(row["worth"] or ("100" if row["sign"] == "=" else "0")),
                self.texts(row["feedback"] or "", short=True),
            )
            for row in found
        ]
        if not choices:
            return short_text_content(stem, rows, case_sensitive=False, losses=self.losses)
        single = any(row["sign"] == "=" for row in found)
        return choices_content(stem, rows, single=single, shuffle=True, losses=self.losses)

    def _pairs(self, stem: Texts, found: list[re.Match[str]]) -> tuple[str, dict[str, Any]]:
        pairs = []
        for row in found:
            left, _, right = row["text"].partition("->")
            pairs.append((self.texts(left, short=True), self.texts(right, short=True, inherit="moodle")))
        return matching_content(stem, pairs, shuffle=True)

    def _number(self, stem: Texts, answers: str) -> tuple[str, dict[str, Any]] | str:
        rows = []
        for part in re.split(r"[=~]", answers):
            text, _, feedback = part.partition("#")
            worth = re.match(r"\s*%(-?[\d.]{1,10})%", text)
            value, tolerance = _interval(text[worth.end() :] if worth else text)
            said = {"en": show(feedback).strip()}
            rows.append((value, tolerance, Row({}, worth_of(worth[1] if worth else "100"), said)))
        return (
            numeric_content(stem, [row for row in rows if row[0] or row[2].feedback["en"]], [], self.losses)
            or NO_ANSWER
        )

    def _typed(self, text: str) -> Texts:
        bare = show(_without_format(text)).strip()
        return split_languages(bare, self.language, both=self.both)

    def texts(self, raw: str, *, short: bool = False, inherit: str = "") -> Texts:
        """Return `{"zh", "en"}` markup of a text with its own format, or that of the question."""
        found = _FORMAT.match(raw)
        chosen = found[1].lower() if found else inherit or self.format
        text = show(raw[found.end() :] if found else raw).strip()
        if not text:
            return {"zh": "", "en": ""}
        if chosen == "markdown" and re.search(r"[*_`\[]", text):
            self.losses.add(MARKDOWN_LOST)
        if chosen in {"plain", "markdown"}:
            text = paragraphs(text).removeprefix("<p>").removesuffix("</p>") if short else paragraphs(text)
        elif chosen == "moodle" and not self.both:
            text = from_author(text, phrase=short)
        note_losses(show(raw), self.losses)
        texts = split_languages(text, self.language, both=self.both)
        return {language: phrase(each, self.losses) for language, each in texts.items()} if short else texts


def _without_format(text: str) -> str:
    found = _FORMAT.match(text)
    return text[found.end() :] if found else text


def _interval(text: str) -> tuple[str, str]:
    """Return value and tolerance of `3:2`, `1..5` or `3`."""
    text = text.strip()
    low, dots, high = text.partition("..")
    if dots:
        try:
            least, most = read_number(low.strip()), read_number(high.strip())
        except UnreadableNumberError:
            return "", "0"
        return write_number((least + most) / 2), write_number(abs(most - least) / 2)
    value, _, tolerance = text.partition(":")
    return value.strip(), tolerance.strip() or "0"
