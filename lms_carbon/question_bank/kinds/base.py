"""The shape that all kinds of question have."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Protocol

from marshmallow import ValidationError

from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.formulas import unread_formulas
from lms_carbon.question_bank.html import from_author, images_without_words, to_author
from lms_carbon.question_bank.kinds.bilingual import Text, missing_languages, text_of
from lms_carbon.question_bank.kinds.errors import ContentShapeError
from lms_carbon.question_bank.kinds.plain import plain_paragraphs
from lms_carbon.question_bank.kinds.reasons import Problem, Reason, Score
from lms_carbon.question_bank.kinds.schemas import ContentSchema

Content = Mapping[str, Any]
"""A question's content as JSON, cleaned: what `Kind.load_content` returns and a version row keeps."""

Response = Any
"""A normalised answer as JSON; None where there is none."""

NOT_ANSWERED = mark("Not answered.")
UNREAD_FORMULA = mark("The formula {formula} cannot be read.")
NO_WORDS = mark("An image has no words for what it shows (alt).")


class Form(Protocol):
    """A submitted form: werkzeug's MultiDict has this shape."""

    def get(self, key: str, default: str, /) -> str:
        """Return the first value of a field."""

    def getlist(self, key: str, /) -> list[str]:
        """Return all values of a field."""

    def __iter__(self) -> Iterator[str]:
        """Return the names of the fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateView:
    """What a candidate may see of a question. There is no key in it, nor anything that it can be told from."""

    kind: str
    language: str
    stem: Text
    rule: Reason | None = None
    """What wrong picks cost, where they cost something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """What may be shown with an answer once it may be shown: what it earned and why, the key, the feedback."""

    score: Score
    possible: int
    key: Response
    explanation: Text
    feedback: Mapping[str, Text] = field(default_factory=dict)

    @property
    def earned_text(self) -> str:
        """The points earned, as they are printed: `3.33`."""
        return points_text(self.score.earned)

    @property
    def possible_text(self) -> str:
        """The points there are, as they are printed."""
        return points_text(self.possible)


class Kind(ABC):
    """One kind of question. Instances hold no state."""

    name: ClassVar[str]
    title: ClassVar[str]
    """Message id of the kind's name."""
    content_schema: ClassVar[type[ContentSchema]]
    """Cleans and checks the shape of content; a draft with gaps passes."""

    @property
    def view_template(self) -> str:
        """The candidate's fragment; takes `view`, `slot`, `response`, `readonly`, `reveal`."""
        return f"question_bank/kinds/{self.name}.html"

    @property
    def form_template(self) -> str:
        """The author's fragment; takes `values` (`form_values`) and `problems` (field → sentences)."""
        return f"question_bank/kinds/edit_{self.name}.html"

    def load_content(self, raw: object) -> dict[str, Any]:
        """Return content from outside, cleaned. Raises ContentShapeError; gaps of a draft are no error."""
        if not isinstance(raw, Mapping):
            raise ContentShapeError([Problem("stem-zh", Reason(mark("This is not the content of a question.")))])
        try:
            loaded: dict[str, Any] = _schema(self.content_schema).load(raw)
        except ValidationError as error:
            raise ContentShapeError(_shape_problems(error.messages_dict, raw)) from error
        return loaded

    def deal(self, content: Content, seed: str) -> Content:
        """Return the content as one candidate gets it: kinds that draw numbers put those of `seed` in.

        The same `seed` (of an attempt and slot) gives the same. Whoever shows, reads and scores an attempt's answer
        passes what this returns to all the rest; content that was not dealt stands for its own example.
        """
        return content

    def check_content(self, content: Content) -> list[Problem]:
        """Return what keeps this content from review (blocking), and what its author should know."""
        return [*missing_text("stem", content["stem"]), *unclear_texts(content), *self.check_answer(content)]

    @abstractmethod
    def check_answer(self, content: Content) -> list[Problem]:
        """Return the problems of everything but the stem."""

    @abstractmethod
    def normalise_response(self, content: Content, raw: object) -> Response:
        """Return an answer from outside in its one form, None for no answer. Raises ResponseShapeError."""

    def as_sent(self, content: Content, response: Response) -> Any:
        """Return a normalised answer as a page sends it and answers are kept: what `normalise_response` takes."""
        return response

    @abstractmethod
    def response_from_form(self, form: Form, slot: str) -> object:
        """Return what a page without script sent for `slot` ("slot-3"), for `normalise_response`."""

    def is_answered(self, content: Content, response: Response) -> bool:
        """Tell whether there is an answer at all."""
        return response is not None

    def remark(self, content: Content, response: Response) -> Reason | None:
        """Return what a candidate should hear about an answer that was kept but cannot be read; gives nothing away."""
        return None

    def score(self, content: Content, response: Response, points: int) -> Score:
        """Return what a normalised answer earns of `points` thousandths, 0 ≤ earned ≤ points, and why."""
        if not self.is_answered(content, response):
            return Score(0, Reason(NOT_ANSWERED))
        return self.score_answer(content, response, points)

    @abstractmethod
    def score_answer(self, content: Content, response: Response, points: int) -> Score:
        """Score an answer that is there."""

    @abstractmethod
    def key_response(self, content: Content) -> Response:
        """Return an answer that earns full marks; the content must be without blocking problems."""

    @abstractmethod
    def candidate_view(self, content: Content, language: str, *, seed: str = "") -> CandidateView:
        """Return what the candidate sees: the same `seed` gives the same order, without one it is the author's."""

    @abstractmethod
    def reveal(self, content: Content, response: Response, points: int, language: str) -> Reveal:
        """Return what to show with an answer in a preview or after release. Never during an exam."""

    def plain(self, content: Content, language: str) -> str:
        """Return the question as plain text, for print and for lists: the stem, then a line for each part. No key."""
        stem, _ = text_of(content["stem"], language)
        return "\n".join(line for line in (plain_paragraphs(stem), *self.plain_lines(content, language)) if line)

    def plain_lines(self, content: Content, language: str) -> Sequence[str]:
        """Return what stands below the stem when the question is printed."""
        return ()

    @abstractmethod
    def parse_form(self, form: Form) -> dict[str, Any]:
        """Return raw content from the author's form, for `load_content` (or for `form_values`, to show it again)."""

    @abstractmethod
    def form_values(self, content: Content) -> dict[str, Any]:
        """Return what fills the author's form."""


@cache
def _schema(chosen: type[ContentSchema]) -> ContentSchema:
    """Return a schema, made once: making one costs more than loading with it."""
    return chosen()


def missing_text(name: str, texts: Mapping[str, str] | None) -> list[Problem]:
    """Return problems for bilingual text: none at all blocks, one language missing is told."""
    missing = missing_languages(texts)
    if len(missing) == len(LANGUAGES):
        return [Problem(f"{name}-{LANGUAGES[0]}", Reason(mark("There is no text yet.")))]
    told = {"zh": mark("The Chinese is missing."), "en": mark("The English is missing.")}
    return [Problem(f"{name}-{language}", Reason(told[language]), blocking=False) for language in missing]


def unclear_texts(content: Content) -> list[Problem]:
    """Return problems of texts anywhere in content: formulas that could not be read, images without words."""
    found: list[Problem] = []

    def walk(path: tuple[object, ...], node: object) -> None:
        if isinstance(node, str):
            # Most texts have neither, and an import asks thousands of them.
            if ("\\" in node or "<img" in node) and len(path) > 1 and path[-1] in LANGUAGES:
                reasons = [Reason(UNREAD_FORMULA, {"formula": formula}) for formula in unread_formulas(node)]
                reasons += [Reason(NO_WORDS)] if images_without_words(node) else []
                found.extend(Problem(_field_name(path, content), reason) for reason in reasons)
        elif isinstance(node, Mapping):
            for key, below in node.items():
                walk((*path, key), below)
        elif isinstance(node, Sequence):
            for index, below in enumerate(node):
                walk((*path, index), below)

    walk((), content)
    return found


def half_translated(name: str, texts: Mapping[str, str] | None) -> list[Problem]:
    """Return problems for text that may be absent: in both languages or in none."""
    missing = missing_languages(texts)
    return missing_text(name, texts) if len(missing) < len(LANGUAGES) else []


def texts_from_form(form: Form, name: str, *, phrase: bool = False) -> dict[str, str]:
    """Return `{"zh", "en"}` of the fields `name-zh` and `name-en`."""
    return {language: from_author(form.get(f"{name}-{language}", ""), phrase=phrase) for language in LANGUAGES}


def texts_for_form(texts: Mapping[str, str] | None, *, phrase: bool = False) -> dict[str, str]:
    """Return bilingual text as an author edits it."""
    return {language: to_author((texts or {}).get(language, ""), phrase=phrase) for language in LANGUAGES}


def by_field(problems: Iterable[Problem]) -> dict[str, list[Reason]]:
    """Return the sentences by form field: what the author's fragments take as `problems`."""
    found: dict[str, list[Reason]] = {}
    for problem in problems:
        found.setdefault(problem.field, []).append(problem.reason)
    return found


def points_text(thousandths: int) -> str:
    """Return thousandths of a point as printed: 5000 → `5`, 3333 → `3.33`, half up."""
    hundredths = (thousandths + 5) // 10
    return f"{hundredths // 100}.{hundredths % 100:02d}".rstrip("0").rstrip(".")


def _shape_problems(messages: Mapping[Any, Any], raw: Mapping[Any, Any]) -> list[Problem]:
    found: list[Problem] = []

    def walk(path: tuple[object, ...], node: object) -> None:
        if isinstance(node, Mapping):
            for key, below in node.items():
                walk((*path, key), below)
        elif isinstance(node, Sequence) and not isinstance(node, str):
            found.extend(Problem(_field_name(path, raw), Reason(str(message))) for message in node)

    walk((), messages)
    return found


_LISTS = {
    "choices": "choice",
    "rows": "row",
    "options": "option",
    "categories": "category",
    "gaps": "gap",
    "answers": "answer",
    "parts": "part",
    "areas": "area",
}


def _field_name(path: tuple[object, ...], raw: Any) -> str:
    """Return the form's name of a path in the content: ("choices", 1, "text", "zh") → `choice-b-zh`."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int) and parts:
            parts[-1] = _LISTS.get(parts[-1], parts[-1])
            name = _get(_get(raw, step), "id")
            parts += [str(name)] if isinstance(name, str) else [str(step + 1)] if parts[-1] == "answer" else []
        elif step not in {"text", "label", "content", "_schema"}:
            parts.append(str(step))
        raw = _get(raw, step)
    return "-".join(parts)


def _get(raw: Any, step: object) -> Any:
    try:
        return raw[step]
    except (KeyError, IndexError, TypeError):
        return None


def letter(index: int) -> str:
    """Return the letter of the index-th choice: A, B, C."""
    return chr(ord("A") + index)
