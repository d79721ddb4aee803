"""Numbers and moments as a page says them, in either language."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from lms_carbon.core.i18n import LOCALES

NARROW_SPACE = "\u202f"
"""Between groups of three digits (ISO 80000-1): a number never breaks over two lines."""

_DAYS = {"zh": ("M 月 d 日", "y 年 M 月 d 日"), "en": ("d MMMM", "d MMMM y")}
_CLOCKS = {"minute": "HH:mm", "second": "HH:mm:ss"}
_BETWEEN = {"zh": " ", "en": ", "}


def number_in_words(value: int | float | Decimal | str, decimals: int | None = None) -> str:
    """Return a number in groups of three, such as `12 480` or `−1 250.50`; text that is no number stays as it is."""
    text = f"{Decimal(str(value)):.{decimals}f}" if decimals is not None else str(value)
    sign, digits = ("−", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    if not whole.isdigit():
        return text
    return sign + f"{int(whole):,}".replace(",", NARROW_SPACE).rjust(len(whole), "0") + point + rest


def day_in_words(day: date, *, language: str, today: date) -> str:
    """Return `11 月 20 日` or `20 November`; the year is named where it is not this one."""
    pattern = _DAYS[language][day.year != today.year]
    return format_date(day, pattern, locale=LOCALES[language])


def moment_in_words(moment: datetime, *, language: str, zone: ZoneInfo, today: date, to: str = "minute") -> str:
    """Return day and clock, `11 月 20 日 14:03` or `20 November, 14:03`; `to="second"` where trust depends on it."""
    local = moment.astimezone(zone)
    day = day_in_words(local.date(), language=language, today=today)
    return day + _BETWEEN[language] + clock_in_words(moment, zone=zone, to=to)


def clock_in_words(moment: datetime, *, zone: ZoneInfo, to: str = "second") -> str:
    """Return the time of day, `14:03:22`."""
    return format_datetime(moment.astimezone(zone), _CLOCKS[to], locale="en")
