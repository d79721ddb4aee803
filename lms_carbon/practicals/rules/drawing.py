"""Drawing a data set: the same task and seed give the same numbers, on any machine and in any year.

Content of a task (all numbers are decimal strings):

    case, work    {"zh", "en"}: the scenario; what is to be done and handed in. Cleaned HTML.
    hours         how long the work usually takes
    given         [{"key", "title", "unit", "source", "value" | "draw": {"from", "to", "step"}}]
    tables        [{"key", "title", "note", "rows": [title], "columns":
                    [{"key", "title", "unit", "base": [number | null], "spread": percent, "step"}]}]

Drawn: `{"given": {key: number}, "tables": {table: {column: [number | null]}}}`. A null base is a missing reading.
"""

import hashlib
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final

from lms_carbon.practicals.rules.formulas import Value

_PARTS_OF_PERCENT: Final = 10
"""Readings vary in tenths of a percent around their base."""

MAX_SEED: Final = 2**31 - 1


def draw_data(content: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return the data set of a seed."""
    return {
        "given": {each["key"]: _draw_given(each, seed) for each in content["given"]},
        "tables": {
            table["key"]: {
                column["key"]: [
                    _draw_reading(column, base, f"{seed}:{table['key']}:{column['key']}:{row}")
                    for row, base in enumerate(column["base"])
                ]
                for column in table["columns"]
            }
            for table in content["tables"]
        },
    }


def names_of(data: Mapping[str, Any]) -> dict[str, Value]:
    """Return what formulas may name: the given values and all columns."""
    names: dict[str, Value] = {key: Fraction(value) for key, value in data["given"].items()}
    for table in data["tables"].values():
        for key, column in table.items():
            names[key] = tuple(None if value is None else Fraction(value) for value in column)
    return names


def _draw_given(each: Mapping[str, Any], seed: int) -> str:
    if "draw" not in each:
        return str(each["value"])
    low, high, step = (Decimal(str(each["draw"][name])) for name in ("from", "to", "step"))
    steps = int((high - low) / step)
    return _written(low + step * _pick(f"{seed}:{each['key']}", steps + 1), step)


def _draw_reading(column: Mapping[str, Any], base: str | None, place: str) -> str | None:
    if base is None:
        return None
    step = Decimal(str(column["step"]))
    width = int(Decimal(str(column["spread"])) * _PARTS_OF_PERCENT)
    parts = _pick(place, 2 * width + 1) - width
    return _written(Decimal(str(base)) * (1 + Decimal(parts) / (100 * _PARTS_OF_PERCENT)), step)


def _pick(place: str, among: int) -> int:
    # A digest instead of `random`: its numbers are a promise of the algorithm, not of a Python version.
    return int.from_bytes(hashlib.sha256(place.encode()).digest()[:8], "big") % among


def _written(number: Decimal, step: Decimal) -> str:
    steps = (number / step).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return format(steps * step, "f")
