"""Drawing the numbers of a calculated question: from a seed, so that the same candidate always has the same.

Every variable takes one of its values by a digest of the seed; where a condition does not hold, or the formula comes
to nothing, all are drawn again in the next round.
"""

import hashlib
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from lms_carbon.question_bank.kinds.errors import NoValueError, UnreadableNumberError
from lms_carbon.question_bank.kinds.expressions import NAME, read_condition, read_formula
from lms_carbon.question_bank.kinds.numbers import read_number, write_number

MAX_CHOICES: Final = 100_000
"""Values that one variable may take."""
_ROUNDS: Final = 400
PLACE: Final = re.compile(r"\{\{ ?(" + NAME + r") ?\}\}")
"""A variable's place in a text, `{{m}}`."""
Content = Mapping[str, Any]


def draw_numbers(content: Content, seed: str, *, rounds: int = _ROUNDS) -> dict[str, str] | None:
    """Return name → number, in digits as its range has them; None where no round keeps all conditions.

    Raises UnreadableNumberError and UnreadableExpressionError for what is no range, formula or condition.
    """
    choices = {variable["name"]: Choices(variable) for variable in content["variables"]}
    conditions = [read_condition(text) for text in content["constraints"]]
    formula = read_formula(content["formula"])
    for number in range(rounds):
        drawn = {name: choice.text_at(_index(seed, number, name, len(choice))) for name, choice in choices.items()}
        values = {name: Fraction(text) for name, text in drawn.items()}
        if not all(condition.holds(values) for condition in conditions):
            continue
        try:
            formula.value(values)
        except NoValueError:
            continue
        return drawn
    return None


def fill_text(html: str, numbers: Mapping[str, str]) -> str:
    """Return a fragment with the numbers in their places; a name without a number keeps its braces."""
    return PLACE.sub(lambda place: numbers.get(place[1], place.group(0)), html)


def places_in(html: str) -> list[str]:
    """Return the names that a fragment has places for, each once."""
    return list(dict.fromkeys(PLACE.findall(html)))


class Choices:
    """The numbers that a variable may take, as text, without a list of them."""

    def __init__(self, variable: Mapping[str, Any]) -> None:
        """Read a range or a list of values. Raises UnreadableNumberError; a range may be empty."""
        self.listed = [write_number(read_number(text)) for text in variable.get("values") or ()]
        self.start = self.step = Decimal(0)
        self.count, self.places = len(self.listed), 0
        if self.listed:
            return
        self.start, end, self.step = (read_number(variable.get(name) or "") for name in ("min", "max", "step"))
        self.places = max(0, *(-int(one.normalize().as_tuple().exponent) for one in (self.start, self.step)))
        if self.step > 0 and end >= self.start:
            self.count = int((Fraction(end) - Fraction(self.start)) / Fraction(self.step)) + 1

    def __len__(self) -> int:
        return self.count

    def text_at(self, index: int) -> str:
        """Return the number at a place, with as many decimals as start and step have."""
        return self.listed[index] if self.listed else f"{self.start + index * self.step:.{self.places}f}"


def _index(seed: str, number: int, name: str, count: int) -> int:
    if not count:
        raise UnreadableNumberError(text=name)
    digest = hashlib.sha256(f"{seed}\0{number}\0{name}".encode()).digest()
    return int.from_bytes(digest[:16]) % count
