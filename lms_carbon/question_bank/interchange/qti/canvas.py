"""Quizzes of Canvas: QTI 1.2 with Canvas's own types of question, one document for all questions."""

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape, unescape
from typing import Any, Final, cast

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.html import is_blank, plain_text
from lms_carbon.question_bank.interchange.base import SKIPPED, Finding, Item, Limits, finding_of
from lms_carbon.question_bank.interchange.guarding import TEXT_TOO_LONG, TOO_MUCH, read_guarded, skipped
from lms_carbon.question_bank.interchange.qti.canvas_answers import Answers, number_of
from lms_carbon.question_bank.interchange.qti.canvas_formulas import put_variables, read_calculated
from lms_carbon.question_bank.interchange.qti.declarations import read_fraction
from lms_carbon.question_bank.interchange.qti.items import FEEDBACK_MOVED, NOTHING_ASKED
from lms_carbon.question_bank.interchange.qti.markup import Files, Markup
from lms_carbon.question_bank.interchange.qti.names import Element, length_of, words
from lms_carbon.question_bank.interchange.qti.parts import NEEDS, NO_KEY, NotReadableError
from lms_carbon.question_bank.interchange.safe_xml import Readable, read_elements
from lms_carbon.question_bank.interchange.shapes import letters
from lms_carbon.question_bank.interchange.texts import Losses, has_han, note_losses, phrase, title_of
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.rules.about import MAX_POINTS

_IMAGE: Final = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"""\b(src|alt|data-equation-content)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_PARAGRAPH: Final = re.compile(r"\s*<p>((?:(?!</?p>).)*)</p>\s*", re.DOTALL)
_MOST: Final = 600
"""Rows and right answers of a question."""
_Content = tuple[str, dict[str, Any]]


def read_quiz(source: Readable, *, place: str, files: Files, limits: Limits) -> Iterator[Finding]:
    """Yield what became of each question of a `questestinterop` document."""
    for element in read_elements(source, wanted="item", place=place, limits=limits):
        line = cast("int | None", element.sourceline)
        for each in element.iter():
            each.tag = str(each.tag).rpartition("}")[2]
        identifier = (element.get("ident") or element.get("title") or place)[:255]
        about: Any = {"place": place, "identifier": identifier, "line": line}
        if length_of(element) > limits.text_chars:
            yield skipped(TEXT_TOO_LONG, **about, limit=limits.text_chars)
        else:
            yield read_guarded(_read_question, element, files, limits, place, line, **about)


def _read_question(element: Element, files: Files, limits: Limits, place: str, line: int | None) -> Finding:
    return _Question(element, files, limits).finding(place, line)


class _Question:
    def __init__(self, item: Element, files: Files, limits: Limits) -> None:
        self.item = item
        self.losses = Losses()
        self.markup = Markup(files, limits, self.losses)
        self.meta = {
            words(field.find("fieldlabel")): words(field.find("fieldentry")) for field in item.iter("qtimetadatafield")
        }
        self.answers = Answers(item)
        self.stem = self.material(item.find("presentation"))
        self.language = "zh" if has_han(self.stem) else "en"

    def finding(self, place: str, line: int | None) -> Finding:
        identifier = (self.item.get("ident") or self.item.get("title") or place)[:255]
        try:
            kind, content = self.content()
        except NotReadableError as reason:
            self.losses.add(reason.msgid, **reason.params)
            return Finding(place=place, line=line, identifier=identifier, status=SKIPPED, reasons=self.losses.reasons)
        content = {"stem": self.texts(self.stem), **content}
        explanation = self.explanation()
        if explanation:
            content["explanation"] = self.texts(explanation)
        item = Item(
            identifier=identifier,
            kind=kind,
            title=self.title(),
            content=content,
            points=self.points(),
            media=self.markup.media,
        )
        return finding_of(KINDS[kind], item, place=place, line=line, lost=self.losses.reasons)

    def content(self) -> _Content:
        if sum(1 for _ in self.item.iter("response_label", "varequal", "response_lid")) > _MOST:
            raise NotReadableError(TOO_MUCH)
        name = self.meta.get("question_type", "")
        reader = _READERS.get(name)
        if reader is None and name:
            if name == "text_only_question":
                raise NotReadableError(NOTHING_ASKED)
            raise NotReadableError(NEEDS, what=name[:40])
        if reader is None:
            reader = _Question.choices if self.item.find(".//response_lid") is not None else _Question.short_text
        return reader(self)

    def choices(self) -> _Content:
        response = self.item.find(".//response_lid")
        if response is None:
            raise NotReadableError(NO_KEY)
        single = response.get("rcardinality", "Single") == "Single"
        labels = list(response.iter("response_label"))
        right = self.answers.right.get(response.get("ident", ""), [])
        ids = dict(zip((label.get("ident", "") for label in labels), letters(len(labels)), strict=True))
        choices = []
        for label in labels:
            choice: dict[str, Any] = {"id": ids[label.get("ident", "")], "text": self.short(label)}
            feedback = self.feedback(f"{label.get('ident', '')}_fb")
            if feedback:
                choice["feedback"] = self.texts(phrase(feedback, self.losses))
            choices.append(choice)
        content = {"choices": choices, "correct": [ids[name] for name in right if name in ids]}
        render = response.find("render_choice")
        content["shuffle"] = render is not None and render.get("shuffle", "").lower() == "yes"
        # The document gives points for all right choices together; Canvas itself may be more generous.
        return ("single_choice", content) if single else ("multiple_choice", {**content, "scoring": "all_or_nothing"})

    def true_false(self) -> _Content:
        kind, content = self.choices()
        names = {plain_text("".join(row["text"].values())).lower(): row["id"] for row in content["choices"]}
        plain = not any("feedback" in row for row in content["choices"])
        if plain and set(names) == {"true", "false"} and len(content["correct"]) == 1:
            return "true_false", {"correct": content["correct"] == [names["true"]]}
        return kind, content

    def short_text(self) -> _Content:
        texts = [text for values in self.answers.right.values() for text in values]
        if not texts:
            raise NotReadableError(NO_KEY)
        return "short_text", {"answers": [{"text": text} for text in dict.fromkeys(texts)]}

    def number(self) -> _Content:
        found = number_of(self.item)
        if found is None:
            raise NotReadableError(NO_KEY)
        value, tolerance, exact = found
        if not exact:
            self.losses.add(mark("Of several right numbers only the first is kept."))
        return "numeric", {"value": value, "tolerance": {"kind": "absolute", "value": tolerance}}

    def blanks(self) -> _Content:
        return self.gaps("text")

    def dropdowns(self) -> _Content:
        return self.gaps("choice")

    def gaps(self, kind: str) -> _Content:
        gaps = []
        for number, response in enumerate(self.item.iter("response_lid"), 1):
            name = words(response.find("material"))
            labels = list(response.iter("response_label"))
            right = self.answers.right.get(response.get("ident", ""), [])
            gap: dict[str, Any] = {"id": f"g{number}", "kind": kind}
            if kind == "text":
                gap["answers"] = [{"text": plain_text(self.material(label))} for label in labels]
            else:
                ids = dict(zip((label.get("ident", "") for label in labels), letters(len(labels)), strict=True))
                gap["choices"] = [{"id": ids[label.get("ident", "")], "text": self.short(label)} for label in labels]
                gap["correct"] = next((ids[each] for each in right if each in ids), None)
            gaps.append(gap)
            self.stem = self.stem.replace(f"[{escape(name, quote=False)}]", f"[[g{number}]]", 1)
        return "cloze", {"gaps": gaps, "scoring": "partial"}

    def calculated(self) -> _Content:
        content = read_calculated(self.item)
        self.stem = put_variables(self.stem, content)
        return "calculated", content

    def pairs(self) -> _Content:
        rows: list[dict[str, Any]] = []
        options: dict[str, dict[str, Any]] = {}
        for response in self.item.iter("response_lid"):
            for label in response.iter("response_label"):
                name = label.get("ident", "")
                if name not in options:
                    options[name] = {"id": (letters(len(options) + 1))[-1], "text": self.short(label)}
            right = self.answers.right.get(response.get("ident", ""), [])
            option = next((options[each]["id"] for each in right if each in options), None)
            rows.append({"id": f"r{len(rows) + 1}", "text": self.short(response), "option": option})
        return "matching", {"rows": rows, "options": list(options.values()), "scoring": "partial"}

    def material(self, holder: Element | None) -> str:
        """Return the markup of the text that belongs to an element itself."""
        texts = holder.iterfind("material/mattext") if holder is not None else ()
        return "".join(self.html(each) for each in texts)

    def html(self, mattext: Element) -> str:
        text = "".join(str(each) for each in mattext.itertext())
        if mattext.get("texttype") != "text/html":
            return escape(text.strip(), quote=False)
        end = text.rfind(">") + 1
        # An image that is never closed would be looked for to the end of the text, each of them.
        text = _IMAGE.sub(self.picture, text[:end]) + text[end:]
        note_losses(text, self.losses)
        return text.strip()

    def picture(self, found: re.Match[str]) -> str:
        given = {name.lower(): unescape(one or two) for name, one, two in _ATTRIBUTE.findall(found[0])}
        if given.get("data-equation-content"):
            return f"\\({escape(given['data-equation-content'], quote=False)}\\)"
        return self.markup.picture(given.get("src", ""), given.get("alt", ""))

    def texts(self, html: str) -> dict[str, str]:
        return {"zh": "", "en": "", self.language: html}

    def short(self, holder: Element) -> dict[str, str]:
        html = self.material(holder)
        alone = _PARAGRAPH.fullmatch(html)
        return self.texts(phrase(alone[1] if alone else html, self.losses))

    def feedback(self, ident: str) -> str:
        for each in self.item.iterfind("itemfeedback"):
            if each.get("ident") == ident:
                return "".join(self.html(text) for text in each.iter("mattext"))
        return ""

    def explanation(self) -> str:
        told = [self.feedback(f"{name}_fb") for name in ("correct", "general_incorrect", "incorrect")]
        if any(told):
            self.losses.add(FEEDBACK_MOVED)
        return "".join(each for each in (self.feedback("general_fb"), *told) if not is_blank(each))

    def title(self) -> Mapping[str, str]:
        title = self.item.get("title") or ""
        if title.strip() in {"", "Question"}:
            title = plain_text(self.stem)[:60]
        return title_of({"zh": "", "en": "", "zh" if has_han(title) else self.language: escape(title)}, self.losses)

    def points(self) -> int:
        points = round((read_fraction(self.meta.get("points_possible")) or 1) * 1_000)
        return points if 0 < points <= MAX_POINTS else 1_000


_READERS: Final[Mapping[str, Callable[[_Question], _Content]]] = {
    "multiple_choice_question": _Question.choices,
    "multiple_answers_question": _Question.choices,
    "true_false_question": _Question.true_false,
    "short_answer_question": _Question.short_text,
    "numerical_question": _Question.number,
    "fill_in_multiple_blanks_question": _Question.blanks,
    "multiple_dropdowns_question": _Question.dropdowns,
    "matching_question": _Question.pairs,
    "calculated_question": _Question.calculated,
}
