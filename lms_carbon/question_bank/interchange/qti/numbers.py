"""Fractions as the decimals that content holds."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

_PLACES: Final = Decimal("0.0000001")


def decimal_of(value: Fraction) -> Decimal:
    """Return a fraction as a decimal of at most seven places, rounded half up."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(_PLACES, ROUND_HALF_UP).normalize()
