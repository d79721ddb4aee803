"""Points as people write them: `7.5` is 7500 thousandths."""

import re
import unicodedata
from decimal import Decimal
from typing import Final

MAX_POINTS: Final = 1_000_000
"""Thousandths: no criterion is worth more than 1000 points."""
_WRITTEN: Final = re.compile(r"\d{1,7}(\.\d{0,3})?|\.\d{1,3}")


def parse_points(text: str) -> int:
    """Return thousandths; full-width digits count as digits. Raises `ValueError` for anything but `12` or `7.125`."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("。", ".")
    if not _WRITTEN.fullmatch(plain):
        raise ValueError(f"{text!r} is no number of points")
    return int(Decimal(plain) * 1000)


def points_text(thousandths: int) -> str:
    """Return points as they are written, without idle zeros: 7500 is `7.5`."""
    whole, part = divmod(thousandths, 1000)
    return f"{whole}.{part:03d}".rstrip("0").rstrip(".")
