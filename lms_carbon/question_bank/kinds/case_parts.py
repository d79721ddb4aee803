"""How the parts of a case stand in one form and one answer: every name of a part begins with the part's own."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from markupsafe import Markup

from lms_carbon.question_bank.kinds.base import Form, Kind
from lms_carbon.question_bank.kinds.errors import UnreadableNumberError
from lms_carbon.question_bank.kinds.numbers import read_number
from lms_carbon.question_bank.kinds.reasons import Reason

_NAMES: Final = re.compile(r'( (?:name|id|for|aria-describedby|aria-labelledby)=")([^"]*)(")')


class PartForm:
    """The fields of one part, under the names that its kind knows."""

    def __init__(self, form: Form, part: str) -> None:
        self._form, self._prefix = form, prefix_of(part)

    def get(self, key: str, default: str, /) -> str:
        """Return the first value of a field."""
        return self._form.get(self._prefix + key, default)

    def getlist(self, key: str, /) -> list[str]:
        """Return all values of a field."""
        return self._form.getlist(self._prefix + key)

    def __iter__(self) -> Iterator[str]:
        """Return the names of the part's fields."""
        return (name.removeprefix(self._prefix) for name in self._form if name.startswith(self._prefix))


@dataclass(frozen=True, slots=True)
class PartFields:
    """A part as the author's page shows it: its kind's fragment, under names of its own."""

    id: str
    number: int
    kind: Kind
    points: str
    values: Mapping[str, Any]

    def named(self, markup: str) -> Markup:
        """Return the kind's fragment with the part's prefix before every name, so that parts stay apart."""
        prefix = prefix_of(self.id)

        def renamed(found: re.Match[str]) -> str:
            return found[1] + " ".join(prefix + name for name in found[2].split()) + found[3]

        return Markup(_NAMES.sub(renamed, markup))  # noqa: S704 - a template's own output

    def own(self, problems: Mapping[str, list[Reason]] | None) -> dict[str, list[Reason]]:
        """Return the problems of this part, under the names that its kind knows."""
        prefix = prefix_of(self.id)
        found = (problems or {}).items()
        return {name.removeprefix(prefix): reasons for name, reasons in found if name.startswith(prefix)}


def prefix_of(part: str) -> str:
    """Return what the names of a part's fields begin with."""
    return f"part-{part}-"


def split_by_parts(points: int, parts: list[Mapping[str, Any]]) -> list[int]:
    """Return the thousandths of each part: in proportion, adding up to all of them. Parts without a number get none."""
    shares = [share_of_part(part) for part in parts]
    total, run, given, found = sum(shares), Fraction(0), 0, []
    for share in shares:
        run += share
        upto = int((2 * points * run / total + 1) // 2) if total else 0
        found.append(upto - given)
        given = upto
    return found


def share_of_part(part: Mapping[str, Any]) -> Fraction:
    """Return a part's share of the points, 0 where it is no number above 0."""
    try:
        return max(Fraction(read_number(str(part.get("points", "")))), Fraction(0))
    except UnreadableNumberError:
        return Fraction(0)
