"""What writers of kinds share: the stem, declarations with their right answers, the rules that give the points."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from lms_carbon.question_bank.interchange.qti.bodies import make
from lms_carbon.question_bank.interchange.qti.names import Element
from lms_carbon.question_bank.interchange.qti.numbers import decimal_of
from lms_carbon.question_bank.interchange.qti.xhtml import blocks
from lms_carbon.question_bank.kinds.bilingual import text_of
from lms_carbon.question_bank.kinds.numbers import write_number

Content = Mapping[str, Any]
RESPONSE: Final = "RESPONSE"
"""The name of the response of a question that has one; others' begin with it."""


@dataclass(slots=True)
class Asked:
    """A question, or a part of one, in QTI."""

    declarations: list[Element] = field(default_factory=list)
    body: list[Element] = field(default_factory=list)
    rules: list[Element] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asking:
    """What writers of kinds are given: the language that is written, the response's name, the points to give."""

    language: str
    name: str
    points: Fraction

    @property
    def whole(self) -> bool:
        """Tell whether this is the whole question, so that its points are the item's score."""
        return self.name == RESPONSE

    def text(self, texts: Mapping[str, str] | None) -> str:
        """Return text in the language that is written, else in the other."""
        return text_of(texts or {}, self.language)[0]

    def stem(self, content: Content) -> list[Element]:
        """Return the stem as blocks."""
        return blocks(self.text(content["stem"]))

    def amount(self, share: Fraction) -> str:
        """Return a share of the points in digits."""
        value = decimal_of(share * self.points)
        return write_number(value) if value else "0"


def declare(name: str, correct: Iterable[str], base: str, *, cardinality: str = "single") -> Element:
    """Return a response's declaration with its right answer."""
    values = [make("value", value) for value in correct]
    right = [make("correctResponse", children=values)] if values else []
    return make("responseDeclaration", children=right, identifier=name, cardinality=cardinality, baseType=base)


def add(amount: Element) -> Element:
    """Return the rule that adds to the score."""
    total = make("sum", children=[make("variable", identifier="SCORE"), amount])
    return make("setOutcomeValue", children=[total], identifier="SCORE")


def when(condition: Element, *rules: Element) -> Element:
    """Return rules under a condition."""
    return make("responseCondition", children=[make("responseIf", children=[condition, *rules])])


def constant(amount: str) -> Element:
    """Return an amount of points as an expression."""
    return make("baseValue", amount, baseType="float")


def is_right(name: str) -> Element:
    """Return the condition that a response is its right answer."""
    return make("match", children=[make("variable", identifier=name), make("correct", identifier=name)])


def is_given(name: str) -> Element:
    """Return the condition that there is an answer."""
    return make("not", children=[make("isNull", children=[make("variable", identifier=name)])])


def by_mapping(asking: Asking, declaration: Element, worths: Mapping[str, Fraction], content: Content) -> Element:
    """Add a mapping to a declaration and return the rule that uses it: partial credit, penalty and minimum."""
    penalty = content.get("penalty")
    # A kind that names no penalty takes off for a wrong pick what a right one earns.
    wrong = Fraction(penalty) if penalty is not None else max(worths.values(), default=Fraction(0))
    entries = [make("mapEntry", mapKey=key, mappedValue=asking.amount(worth)) for key, worth in worths.items()]
    bounds = {
        "lowerBound": asking.amount(Fraction(content.get("minimum") or 0)),
        "upperBound": asking.amount(Fraction(1)),
        "defaultValue": asking.amount(-wrong) if wrong else "0",
    }
    declaration.append(make("mapping", children=entries, **bounds))
    return when(is_given(asking.name), add(make("mapResponse", identifier=asking.name)))


def all_or_nothing(asking: Asking) -> Element:
    """Return the rule that gives all points for the right answer."""
    return when(is_right(asking.name), add(constant(asking.amount(Fraction(1)))))


def is_equal(name: str, tolerance: Mapping[str, str]) -> Element:
    """Return the condition that a number is near enough to the right one."""
    both = [make("correct", identifier=name), make("variable", identifier=name)]
    if tolerance["kind"] == "significant":
        return make("equalRounded", children=both, roundingMode="significantFigures", figures=tolerance["value"])
    mode = {"absolute": "absolute", "relative": "relative"}[tolerance["kind"]]
    return make("equal", children=both, toleranceMode=mode, tolerance=f"{tolerance['value']} {tolerance['value']}")
