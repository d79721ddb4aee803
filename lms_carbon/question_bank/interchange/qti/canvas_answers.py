"""What a Canvas question takes for right, from its conditions (QTI 1.2 `resprocessing`)."""

from collections.abc import Iterator
from fractions import Fraction

from lms_carbon.question_bank.interchange.qti.declarations import read_fraction
from lms_carbon.question_bank.interchange.qti.names import Element, words
from lms_carbon.question_bank.interchange.qti.numbers import decimal_of
from lms_carbon.question_bank.kinds.numbers import write_number


class Answers:
    """The right values by response, in the document's order."""

    def __init__(self, item: Element) -> None:
        """Look at the conditions that add to the score."""
        self.right: dict[str, list[str]] = {}
        for condition in scoring(item):
            for equal in condition.iter("varequal"):
                if not any(True for _ in equal.iterancestors("not")):
                    self.right.setdefault(equal.get("respident", ""), []).append(words(equal))


def scoring(item: Element) -> Iterator[Element]:
    """Yield the conditions under which points are given."""
    for condition in item.iter("respcondition"):
        if any((read_fraction(words(each)) or 0) > 0 for each in condition.iterfind("setvar")):
            yield condition


def number_of(item: Element) -> tuple[str, str, bool] | None:
    """Return the right number, how far off still counts, and whether that is all the document takes for right."""
    for index, condition in enumerate(scoring(item)):
        exact = [number for each in condition.iter("varequal") if (number := read_fraction(words(each))) is not None]
        low = _bound(condition, "vargte", "vargt")
        high = _bound(condition, "varlte", "varlt")
        more = index + 1 < sum(1 for _ in scoring(item))
        if low is not None and high is not None and low <= high:
            middle = exact[0] if exact else (low + high) / 2
            # An answer counts in both directions alike, so a lopsided range keeps its nearer border.
            return _text(middle), _text(min(middle - low, high - middle)), not more and middle * 2 == low + high
        if exact:
            return _text(exact[0]), "0", not more and len(exact) == 1
    return None


def _bound(condition: Element, *names: str) -> Fraction | None:
    return next((read_fraction(words(each)) for each in condition.iter(*names)), None)


def _text(number: Fraction) -> str:
    return write_number(decimal_of(number)) if number else "0"
