"""Response processing (QTI 2.2 §8, 3.0 §2.11), run on an answer: what would this item give for it?

A small part of the language, the part that items are scored with. What is not in it raises `UnknownRuleError`, and the
question says that its scoring could not be taken over.
"""

import contextlib
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Final

from lms_carbon.question_bank.interchange.qti.declarations import Declared, Mapped, Values, read_fraction
from lms_carbon.question_bank.interchange.qti.names import Element, children, words
from lms_carbon.question_bank.kinds.numeric_reading import equal_at_digits

Answers = Mapping[str, Values]
_TRUE: Final = ("true",)
_FALSE: Final = ("false",)
_STEPS: Final = 100_000
"""What all answers that are tried on one item may take together, in rules and expressions."""
_TEMPLATES: Final = {"match_correct": "match", "map_response": "map", "cc2_match": "match", "cc2_map_response": "map"}


class UnknownRuleError(Exception):
    """A rule or operator that is not read here; its name is the message."""


class _Exit(Exception):  # noqa: N818 - a jump, not a fault
    """`exitResponse`."""


def is_scored(item: Element) -> bool:
    """Tell whether an item says how it is scored."""
    found = children(item, "responseProcessing")
    return bool(found) and (bool(found[0].get("template")) or len(found[0]) > 0)


class Budget:
    """How many steps are left; a file can hold rules that take hours."""

    def __init__(self, steps: int = _STEPS) -> None:
        self.left = steps

    def take(self) -> None:
        """Take a step. Raises UnknownRuleError when there is none left."""
        self.left -= 1
        if self.left < 0:
            raise UnknownRuleError("responseProcessing")


def score_of(item: Element, declared: Declared, answers: Answers, budget: Budget) -> Fraction:
    """Return the SCORE that an item gives for answers, 0 where it sets none. Raises UnknownRuleError."""
    try:
        return _Run(declared, answers, budget).score(children(item, "responseProcessing")[0])
    except (IndexError, TypeError, ValueError, RecursionError) as error:
        # Operators without their operands, and the like.
        raise UnknownRuleError("responseProcessing") from error


class _Run:
    def __init__(self, declared: Declared, answers: Answers, budget: Budget) -> None:
        self.count = budget.take
        self.declared = declared
        self.answers = answers
        self.outcomes: dict[str, Values] = {name: each.default for name, each in declared.outcomes.items()}

    def score(self, processing: Element) -> Fraction:
        if not len(processing):
            return self.by_template(processing.get("template", ""))
        with contextlib.suppress(_Exit):
            self.do_all(processing)
        values = self.outcomes.get("SCORE", ())
        return read_fraction(values[0]) or Fraction(0) if values else Fraction(0)

    def by_template(self, address: str) -> Fraction:
        name = address.rsplit("/", 1)[-1].removesuffix(".xml").removesuffix(".xsd").lower()
        how = _TEMPLATES.get(name)
        if how is None:
            raise UnknownRuleError(name or "template")
        identifier = "RESPONSE" if "RESPONSE" in self.declared.responses else next(iter(self.declared.responses), "")
        response = self.declared.responses.get(identifier)
        if response is None:
            raise UnknownRuleError(name)
        given = self.answers.get(identifier, ())
        if how == "match":
            return Fraction(
                bool(given) and self.same(given, response.correct, response.cardinality, response.base_type)
            )
        return self.mapped(given, response.mapping)

    def do_all(self, rules: Iterable[Element]) -> None:
        for rule in rules:
            self.do(rule)

    def do(self, rule: Element) -> None:
        self.count()
        match rule.tag:
            case "responseCondition":
                self.branch(rule)
            case "setOutcomeValue":
                self.outcomes[rule.get("identifier", "")] = self.value(rule[0])
            case "responseProcessingFragment":
                self.do_all(rule)
            case "exitResponse":
                raise _Exit
            case _:
                raise UnknownRuleError(str(rule.tag))

    def branch(self, rule: Element) -> None:
        for branch in rule:
            parts = list(branch)
            if branch.tag == "responseElse":
                self.do_all(parts)
                return
            if self.value(parts[0]) == _TRUE:
                self.do_all(parts[1:])
                return

    def value(self, expression: Element) -> Values:
        self.count()
        name = str(expression.tag)
        if name in {"variable", "correct", "default", "mapResponse"}:
            return self.look_up(name, expression.get("identifier", ""))
        match name:
            case "baseValue":
                return (words(expression),)
            case "null":
                return ()
            case "isNull":
                return _truth(not self.value(expression[0]))
            case "match":
                return self.match(expression)
        return self.operate(name, expression)

    def look_up(self, name: str, identifier: str) -> Values:
        response = self.declared.responses.get(identifier)
        if response is None:
            return self.outcomes.get(identifier, ()) if name == "variable" else ()
        if name == "mapResponse":
            return _number(self.mapped(self.answers.get(identifier, ()), response.mapping))
        return {"variable": self.answers.get(identifier, ()), "correct": response.correct}.get(name, response.default)

    def operate(self, name: str, expression: Element) -> Values:
        operands = [self.value(each) for each in expression]
        if name in {"multiple", "ordered"}:
            return tuple(value for each in operands for value in each)
        if name in _LOGIC:
            return _truth(_LOGIC[name](operand == _TRUE for operand in operands))
        if name in {"member", "contains"}:
            few, many = operands
            return _truth(bool(few) and set(few) <= set(many)) if name == "member" else _truth(set(many) <= set(few))
        if name in {"stringMatch", "substring"}:
            first, second = (" ".join(operand) for operand in operands)
            if expression.get("caseSensitive") == "false":
                first, second = first.casefold(), second.casefold()
            if name == "substring":
                return _truth(bool(first) and first in second)
            return _truth(second in first if expression.get("substring") == "true" else first == second)
        return self.reckon(name, expression, operands)

    def reckon(self, name: str, expression: Element, operands: list[Values]) -> Values:
        numbers = [number for operand in operands for value in operand if (number := read_fraction(value)) is not None]
        if name not in _ARITHMETIC and name not in _COMPARE and name not in {"equal", "equalRounded"}:
            raise UnknownRuleError(name)
        if name == "sum":
            return _number(sum(numbers, Fraction(0)))
        if len(numbers) < len(operands):
            return ()
        if name == "equal":
            return _truth(_equal(expression, *numbers[:2]))
        if name == "equalRounded":
            figures = expression.get("figures", "")
            if expression.get("roundingMode", "significantFigures") != "significantFigures" or not figures.isdecimal():
                raise UnknownRuleError(name)
            return _truth(equal_at_digits(numbers[0], numbers[1], max(1, min(int(figures), 30))))
        if name in _COMPARE:
            return _truth(_COMPARE[name](numbers[0], numbers[1]))
        return _number(_ARITHMETIC[name](numbers)) if name != "divide" or numbers[1] else ()

    def match(self, expression: Element) -> Values:
        first, second = (self.value(each) for each in expression)
        known = next((each for each in expression if each.get("identifier", "") in self.declared.responses), None)
        if not first or not second:
            return _FALSE
        if known is None:
            return _truth(sorted(map(_plain, first)) == sorted(map(_plain, second)))
        response = self.declared.responses[known.get("identifier", "")]
        return _truth(self.same(first, second, response.cardinality, response.base_type))

    def same(self, first: Values, second: Values, cardinality: str, base_type: str) -> bool:
        plain = _plain if base_type in {"integer", "float"} else str
        one, two = [plain(value) for value in first], [plain(value) for value in second]
        return one == two if cardinality in {"ordered", "single"} else sorted(one) == sorted(two)

    def mapped(self, given: Values, mapping: Mapped | None) -> Fraction:
        if mapping is None:
            raise UnknownRuleError("mapResponse")
        total = sum((_worth(mapping, value) for value in dict.fromkeys(given)), Fraction(0))
        if mapping.lower is not None:
            total = max(total, mapping.lower)
        return total if mapping.upper is None else min(total, mapping.upper)


def _worth(mapping: Mapped, value: str) -> Fraction:
    if value in mapping.entries:
        return mapping.entries[value]
    folded = value.casefold()
    found = (worth for key, worth in mapping.entries.items() if key in mapping.folded and key.casefold() == folded)
    return next(found, mapping.default)


def _plain(value: str) -> str:
    number = read_fraction(value)
    return value if number is None else str(number)


def _truth(value: bool) -> Values:
    return _TRUE if value else _FALSE


def _number(value: Fraction) -> Values:
    whole = value.numerator if value.denominator == 1 else None
    return (str(whole),) if whole is not None else (format(float(value), ".12g"),)


def _equal(expression: Element, first: Fraction, second: Fraction) -> bool:
    """Compare two numbers; the first is the one that the tolerance is around, as QTI has it."""
    mode = expression.get("toleranceMode", "exact")
    if mode == "exact":
        return first == second
    given = [read_fraction(each) for each in expression.get("tolerance", "").split()]
    if not given or None in given:
        raise UnknownRuleError("equal")
    below, above = given[0] or Fraction(0), given[-1] or Fraction(0)
    if mode == "relative":
        below, above = abs(first) * below / 100, abs(first) * above / 100
    low = second > first - below if expression.get("includeLowerBound") == "false" else second >= first - below
    high = second < first + above if expression.get("includeUpperBound") == "false" else second <= first + above
    return low and high


def _product(numbers: list[Fraction]) -> Fraction:
    total = Fraction(1)
    for number in numbers:
        total *= number
    return total


_LOGIC: Final[Mapping[str, Callable[[Iterable[bool]], bool]]] = {
    "and": all,
    "or": any,
    "not": lambda operands: not any(operands),
}
_COMPARE: Final[Mapping[str, Callable[[Fraction, Fraction], bool]]] = {
    "gt": lambda one, two: one > two,
    "gte": lambda one, two: one >= two,
    "lt": lambda one, two: one < two,
    "lte": lambda one, two: one <= two,
}
_ARITHMETIC: Final[Mapping[str, Callable[[list[Fraction]], Fraction]]] = {
    "sum": lambda numbers: sum(numbers, Fraction(0)),
    "product": _product,
    "subtract": lambda numbers: numbers[0] - numbers[1],
    "divide": lambda numbers: numbers[0] / numbers[1],
    "max": max,
    "min": min,
}
