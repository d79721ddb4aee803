"""Reading numbers as people write them, exactly: `32368`, `3.2368e4`, `32,368`, `３２３６８`, `3.2368×10⁴`."""

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Final

from lms_carbon.question_bank.kinds.errors import UnreadableNumberError

MAX_TEXT: Final = 64
"""Characters of a number with its unit. Longer is not a number anybody typed."""
_MAX_DIGITS: Final = 30
_MAX_EXPONENT: Final = 30

_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SUPERSCRIPT_RUN: Final = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
_DASHES: Final = str.maketrans(
    {
        "\u2212": "-",
        "\u2010": "-",
        "\u2011": "-",
        "\u2013": "-",
        "\u00d7": "*",
        "\u22c5": "*",
        "\u00b7": "*",
    }
)
_DIGITS: Final = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)"
_DECIMALS: Final = r"(?:(?:[0-9]{3} )+[0-9]{1,3}(?![0-9^])|[0-9]*)"
_FACTOR: Final = re.compile(r"10\^-?[0-9]{1,2} ?[^0-9 ]")
_NUMBER: Final = re.compile(
    rf"(?P<sign>[+-]?)(?P<whole>{_DIGITS})?(?:\.(?P<part>{_DECIMALS}))?"
    r"(?:(?:[eE]| ?\* ?10\^?)(?P<exp>[+-]?[0-9]{1,4}))?",
    re.ASCII,
)


def fold(text: str) -> str:
    """Return text with full-width forms, superscripts (`⁴` → `^4`), dashes and blanks made plain."""
    text = _SUPERSCRIPT_RUN.sub(lambda run: "^" + run.group(0).translate(_SUPERSCRIPTS), text)
    return " ".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())


def split_number(text: str) -> tuple[Decimal, str]:
    """Return the number that `text` begins with and the rest, which may be a unit.

    Raises UnreadableNumberError for anything else, for `NaN` and `inf`, and for more than 30 digits or 10^±30: nobody
    means those, and arithmetic with them would cost time. `3,5` is refused too: it may be 3.5 or 35.
    """
    if len(text) > MAX_TEXT:
        raise UnreadableNumberError(text=text[:MAX_TEXT] + "…")
    plain = fold(text)
    found = _NUMBER.match(plain)
    if not found or not (found["whole"] or found["part"]):
        raise UnreadableNumberError(text=text)
    rest = plain[found.end() :]
    if re.match(r" *(?:[0-9.,+-]|[eE][0-9+-])", rest) and not _FACTOR.match(rest.strip()):
        raise UnreadableNumberError(text=text)
    whole = re.sub("[, ]", "", found["whole"] or "")
    part = (found["part"] or "").replace(" ", "")
    if len(whole) + len(part) > _MAX_DIGITS:
        raise UnreadableNumberError(text=text)
    number = Decimal(f"{found['sign']}{whole or '0'}.{part or '0'}E{found['exp'] or '0'}")
    if number and abs(number.adjusted()) > _MAX_EXPONENT:
        raise UnreadableNumberError(text=text)
    return number, rest.strip()


def read_number(text: str) -> Decimal:
    """Return the number that `text` is. Raises UnreadableNumberError."""
    number, rest = split_number(text)
    if rest:
        raise UnreadableNumberError(text=text)
    return number


def round_places(number: Fraction, places: int) -> Fraction:
    """Return a number rounded half up, away from 0, to decimal places; to tens and hundreds where they are below 0."""
    unit = Fraction(10) ** -places
    whole = (2 * abs(number) / unit + 1) // 2
    return whole * unit if number >= 0 else -whole * unit


def round_digits(number: Fraction, digits: int) -> Fraction:
    """Return a number rounded half up to significant digits."""
    if not number:
        return number
    size = Decimal(abs(number).numerator) / Decimal(number.denominator)
    return round_places(number, digits - 1 - size.adjusted())


def write_fraction(number: Fraction, digits: int = 12) -> str:
    """Return a number in digits: exactly where it ends within 25, else rounded to significant digits."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    if rest == 1 and len(exact.as_tuple().digits) <= 25 and Fraction(exact) == number:
        return write_number(exact)
    near = round_digits(number, digits)
    return write_number(Decimal(near.numerator) / Decimal(near.denominator))


def write_number(number: Decimal) -> str:
    """Return a number in plain digits where they are few: `32368`, `0.5`, `1.2E+20`."""
    normal = number.normalize()
    return format(normal, "f") if -12 <= normal.adjusted() <= 15 else str(normal)
