"""Items with several interactions, as a case: a text and the parts that ask about it."""

from collections.abc import Mapping
from typing import Any

from lms_carbon.question_bank.interchange.qti.declarations import Values
from lms_carbon.question_bank.interchange.qti.parts import NEEDS, NotReadableError, Part, Reading


def make_case(
    reading: Reading, parts: list[Part], right: Mapping[str, Values], title: str
) -> tuple[str, dict[str, Any], object]:
    """Return kind, raw content and our own right answer of an item with several parts."""
    raise NotReadableError(NEEDS, what="case")
