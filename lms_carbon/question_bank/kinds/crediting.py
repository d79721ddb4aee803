"""What an answer earns of its points, by the same three settings in every kind.

`scoring` `partial` gives the share of the points that the answer got right, `all_or_nothing` all of them or none.
`penalty` is the share of the points that each wrong pick takes off (partial only: elsewhere there is nothing to take
it from). `minimum` is the share that any answer earns whatever is wrong with it; no answer earns nothing. Shares are
decimal strings from 0 to 1. An answer never earns less than nothing, because the ledger holds no such row.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from marshmallow import ValidationError, fields

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.errors import UnreadableNumberError
from lms_carbon.question_bank.kinds.numbers import read_number, write_number
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.kinds.schemas import NOT_TEXT, StrictSchema, one_of

PARTIAL = "partial"
ALL_OR_NOTHING = "all_or_nothing"

SHARE_RANGE = mark("This is a percentage from 0 to 100.")
EQUAL_RULE = mark("Each wrong pick takes off as much as a right one earns.")
PENALTY_RULE = mark("Each wrong pick takes {percent} of the points off.")


class Ratio(fields.Field[str]):
    """A decimal string from 0 to `limit`, in plain digits."""

    def __init__(self, *, limit: int = 1, **kwargs: Any) -> None:
        """`limit` 1 for shares, 100 for percent."""
        super().__init__(**kwargs)
        self.limit = limit

    def _deserialize(self, value: Any, *_context: Any, **_kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(NOT_TEXT)
        try:
            number = read_number(value)
        except UnreadableNumberError as error:
            raise ValidationError(SHARE_RANGE) from error
        if not 0 <= number <= self.limit:
            raise ValidationError(SHARE_RANGE)
        return write_number(number) if number else "0"


class CreditSchema(StrictSchema):
    """`scoring`, `penalty` and `minimum`, for schemas of content to build on."""

    scoring = one_of(ALL_OR_NOTHING, PARTIAL, load_default=PARTIAL)
    penalty = Ratio(load_default="0")
    minimum = Ratio(load_default="0")


def share_of(content: Mapping[str, Any], name: str) -> Fraction:
    """Return a share that content has, 0 where it says nothing."""
    return Fraction(content.get(name) or "0")


def settle(
    content: Mapping[str, Any], points: int, got: Fraction, wrong: int = 0, *, penalty: Fraction | None = None
) -> int:
    """Return the thousandths that an answer earns which got `got` of everything right and `wrong` picks wrong.

    Computed exactly, rounded once, half up. `penalty` stands in for the content's own.
    """
    if content.get("scoring", PARTIAL) == ALL_OR_NOTHING:
        share = Fraction(got == 1 and not wrong)
    else:
        share = got - wrong * (share_of(content, "penalty") if penalty is None else penalty)
    share = min(max(share, share_of(content, "minimum"), Fraction(0)), Fraction(1))
    return int((2 * points * share.numerator + share.denominator) // (2 * share.denominator))


def rule_of(content: Mapping[str, Any], *, equal: bool = False) -> Reason | None:
    """Return what candidates are told about wrong picks before they answer; None where those cost nothing.

    With `equal`, a wrong pick takes off what a right one earns where content has no penalty of its own. That is said
    without its percentage, which would give away how many are right.
    """
    if content.get("scoring") != PARTIAL:
        return None
    if equal and not content.get("penalty"):
        return Reason(EQUAL_RULE)
    if not share_of(content, "penalty"):
        return None
    return Reason(PENALTY_RULE, {"percent": f"{percent_for_form(content['penalty'])} %"})


def percent_for_form(share: object) -> str:
    """Return a share as the author's form has it, in percent; what is none stays as it was written."""
    try:
        return write_number(read_number(str(share)) * 100) if share not in {None, ""} else ""
    except UnreadableNumberError:
        return str(share)


def share_from_form(text: str) -> str:
    """Return percent from the author's form as a share; what is none stays as written, for the schema to refuse."""
    try:
        return write_number(read_number(text) / 100)
    except UnreadableNumberError:
        return text.strip()


def credit_from_form(form: Any) -> dict[str, Any]:
    """Return `scoring`, and of `penalty` and `minimum` those that are filled in."""
    found = {"scoring": form.get("scoring", PARTIAL)}
    for name in ("penalty", "minimum"):
        if form.get(name, "").strip():
            found[name] = share_from_form(form.get(name, ""))
    return found


def credit_for_form(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of the three fields."""
    return {
        "scoring": content.get("scoring", PARTIAL),
        "penalty": percent_for_form(content.get("penalty")),
        "minimum": percent_for_form(content.get("minimum")),
    }
