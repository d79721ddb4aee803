"""What an interaction becomes: a kind's content, and answers by which its scoring can be compared with the file's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.html import is_blank
from lms_carbon.question_bank.interchange.qti.declarations import Declaration, Declared, Values
from lms_carbon.question_bank.interchange.qti.markup import Markup
from lms_carbon.question_bank.interchange.qti.names import Element, children
from lms_carbon.question_bank.interchange.qti.processing import Answers, Budget, UnknownRuleError, is_scored, score_of
from lms_carbon.question_bank.interchange.texts import Losses, phrase
from lms_carbon.question_bank.kinds.base import Kind
from lms_carbon.question_bank.kinds.errors import ContentShapeError, ResponseShapeError

UNSCORED: Final = mark("The file does not say how this is scored.")
RULE_UNKNOWN: Final = mark("The scoring uses “{rule}”, which is not read; the right answer earns all points.")
SCORED_APART: Final = mark("Answers that are partly right are scored in another way than in the file.")
NEGATIVE_LOST: Final = mark("Points below zero are not kept.")
NO_POINTS: Final = mark("The file gives no points for part of the right answer.")
NO_KEY: Final = mark("There is no right answer in the file.")
NEEDS: Final = mark("This needs “{what}”, which the bank does not have.")
_TRIED: Final = 60_000
_NEAR: Final = Fraction(1, 1_000)


class NotReadableError(Exception):
    """An interaction that no kind can hold: a message id and what fills it."""

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid)
        self.msgid = msgid
        self.params = params


@dataclass(frozen=True, slots=True)
class Probe:
    """An answer to try: as the file has it, by response, and as our kind has it."""

    values: Mapping[str, Values]
    ours: Any


@dataclass(slots=True, kw_only=True)
class Part:
    """An interaction, or a run of gaps, as content of a kind. Its stem is `before`, then `own`."""

    kind: str
    content: dict[str, Any]
    own: str = ""
    before: str = ""
    responses: tuple[str, ...] = ()
    right: dict[str, Values] = field(default_factory=dict)
    probes: list[Probe] = field(default_factory=list)
    """The first is the right answer."""
    variants: Sequence[dict[str, Any]] = ()
    """Settings of the scoring, the likelier first."""


class Scorer:
    """Scores answers as the file does."""

    def __init__(self, item: Element, declared: Declared, losses: Losses) -> None:
        self._item = item
        self._declared = declared
        self._losses = losses
        self._budget = Budget()
        self.known = is_scored(item)
        if not self.known:
            losses.add(UNSCORED)

    def score(self, answers: Answers) -> Fraction | None:
        """Return the points for answers, by response; None where the file does not say, or not in words we read."""
        if not self.known:
            return None
        try:
            return score_of(self._item, self._declared, answers, self._budget)
        except UnknownRuleError as error:
            self.known = False
            self._losses.add(RULE_UNKNOWN, rule=str(error)[:40])
            return None


@dataclass(slots=True, kw_only=True)
class Reading:
    """What readers of interactions look at."""

    item: Element
    language: str
    declared: Declared
    markup: Markup
    scorer: Scorer
    losses: Losses
    remarks: Losses = field(default_factory=Losses)
    """What is said of a question that loses nothing."""
    row_feedback: dict[str, str] = field(default_factory=dict)
    """Feedback of the whole item that names a choice."""

    def declaration(self, interaction: Element) -> Declaration:
        """Return the response that an interaction fills."""
        name = interaction.get("responseIdentifier", "")
        found = self.declared.responses.get(name)
        if found is None:
            raise NotReadableError(mark("The response “{name}” is not declared."), name=name[:40])
        return found

    def texts(self, html: str) -> dict[str, str]:
        """Return markup as text in the item's language."""
        return {"zh": "", "en": "", self.language: html}

    def short(self, element: Element) -> dict[str, str]:
        """Return what an element holds as a phrase in the item's language."""
        return self.texts(phrase(self.markup.inside(element).strip(), self.losses))

    def prompt(self, interaction: Element) -> str:
        """Return the markup of an interaction's prompt, as a block."""
        inner = "".join(self.markup.inside(each) for each in children(interaction, "prompt")).strip()
        return inner if inner.startswith("<p") or is_blank(inner) else f"<p>{inner}</p>"


def settle(kind: Kind, part: Part, scorer: Scorer, losses: Losses, rest: Answers) -> dict[str, Any]:
    """Return a part's content with the first scoring that gives what the file gives, for all answers that are tried.

    `rest` are the answers to other parts: they stay wrong or right, so what this part adds can be seen.
    """
    first: dict[str, Any] = next(iter(part.variants), {})
    expected = _expected(part, scorer, losses, rest)
    if not expected:
        return part.content | first
    for variant in part.variants or ({},):
        content = part.content | variant
        if _agrees(kind, content, part.probes, expected):
            return content
    losses.add(SCORED_APART)
    return part.content | first


def _expected(part: Part, scorer: Scorer, losses: Losses, rest: Answers) -> list[Fraction]:
    """Return the share of its points that the file gives for each probe, none where that cannot be told."""
    base = scorer.score(rest)
    scores = [scorer.score({**rest, **probe.values}) for probe in part.probes]
    if base is None or not scores or any(score is None for score in scores):
        return []
    added = [(score or Fraction(0)) - base for score in scores]
    full = added[0]
    if full <= 0:
        losses.add(NO_POINTS)
        return []
    if min(added) < 0:
        losses.add(NEGATIVE_LOST)
    return [min(max(score / full, Fraction(0)), Fraction(1)) for score in added]


def _agrees(kind: Kind, raw: Mapping[str, Any], probes: Sequence[Probe], expected: Sequence[Fraction]) -> bool:
    try:
        content = kind.load_content(raw)
    except ContentShapeError:
        # Said when the question is put together; its scoring is no longer of interest.
        return True
    try:
        for probe, share in zip(probes, expected, strict=True):
            response = kind.normalise_response(content, kind.as_sent(content, probe.ours))
            if abs(Fraction(kind.score(content, response, _TRIED).earned, _TRIED) - share) > _NEAR:
                return False
    except ResponseShapeError:
        return False
    return True
