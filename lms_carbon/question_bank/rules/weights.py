"""Weight tables (权重表): the share each requirement should have, read from a sheet and laid out in questions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.reasons import Reason

WHOLE: Final = 10_000
"""All of a table, in hundredths of a percent."""
MAX_QUESTIONS: Final = 100_000
MAX_ROWS: Final = 2_000

NO_BANDS: Final = mark("No row names a band. The first row of the shipped sheet does; take it as a pattern.")
UNKNOWN_CODE: Final = mark("Row {row}: {code} is neither a position nor a requirement of the standard.")
TWICE: Final = mark("Row {row}: {code} stands in the sheet a second time.")
NO_SHARE: Final = mark("Row {row}: “{text}” is no share between 0 and 100 with up to two decimals.")
NO_COUNT: Final = mark("Row {row}: “{text}” is no number of questions between 1 and {limit}.")
NOT_WHOLE: Final = mark("{position}, {band}: the shares come to {sum} %, not to 100 %.")
COUNT_MISSING: Final = mark(
    "{position}, {band}: the row of the position does not say how many questions there should be."
)
SHARES_MISSING: Final = mark("{position}, {band}: there is a number of questions, but no share.")
EMPTY: Final = mark("The sheet holds no share and no number of questions.")
TOO_LONG: Final = mark("The sheet has more than {limit} rows.")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it stands in the sheet; a spreadsheet keeps 12.5 % as 0.125 and says that it shows percent."""

    value: object
    percent: bool = False


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a sheet may name: bands by each of their names in lower case, and the standard's codes."""

    bands: Mapping[str, str]
    requirements: Mapping[str, str]
    """Requirement code → position code."""

    @property
    def positions(self) -> frozenset[str]:
        """The codes of positions."""
        return frozenset(self.requirements.values())


@dataclass(frozen=True, kw_only=True)
class Weights:
    """One table: a position in a band."""

    position: str
    band: str
    questions: int
    shares: tuple[tuple[str, int], ...]
    """Requirement code and hundredths of a percent, in the sheet's order; they come to `WHOLE`."""


@dataclass
class _Entry:
    heading: str
    """How the sheet calls the band."""
    questions: int | None = None
    shares: dict[str, int] = field(default_factory=dict)


def read_weights(rows: Iterable[Sequence[Cell]], layout: Layout) -> tuple[list[Weights], list[Reason]]:
    """Return the tables of a sheet and what is wrong with it; either list is empty.

    Column A holds codes, a column whose head names a band holds that band's shares; the row of a position holds how
    many questions the band should have. Other columns and rows without a code are the author's own.
    """
    columns: dict[int, tuple[str, str]] = {}
    found: dict[tuple[str, str], _Entry] = {}
    seen: set[str] = set()
    wrong: list[Reason] = []
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            return [], [Reason(TOO_LONG, {"limit": MAX_ROWS})]
        if not columns:
            columns = _bands_in(row, layout)
            continue
        code = _text(row[0].value) if row else ""
        if code:
            wrong += _read_row(number, code, row, columns, layout, found, seen)
    if not columns:
        return [], [Reason(NO_BANDS)]
    wrong = wrong or ([reason for key, entry in found.items() for reason in _check(key, entry)] or _empty(found))
    tables = [
        Weights(position=position, band=band, questions=entry.questions or 0, shares=tuple(entry.shares.items()))
        for (position, band), entry in found.items()
    ]
    return ([], wrong) if wrong else (tables, [])


def apportion(total: int, shares: Mapping[int, int]) -> dict[int, int]:
    """Return how many of `total` questions fall to each key, by largest remainder; ties go to the earlier key."""
    whole = {key: total * share // WHOLE for key, share in shares.items()}
    rests = sorted(shares, key=lambda key: -(total * shares[key] % WHOLE))
    for key in rests[: (total * sum(shares.values()) // WHOLE) - sum(whole.values())]:
        whole[key] += 1
    return whole


def percent_text(share: int) -> str:
    """Return hundredths of a percent as people write it: `12.5`."""
    return f"{Decimal(share) / 100:f}".rstrip("0").rstrip(".") if share % 100 else str(share // 100)


def _bands_in(row: Sequence[Cell], layout: Layout) -> dict[int, tuple[str, str]]:
    """Return column → band and how its head calls it."""
    heads = {index: _text(cell.value) for index, cell in enumerate(row) if index > 0}
    return {index: (layout.bands[head.lower()], head) for index, head in heads.items() if head.lower() in layout.bands}


def _read_row(
    number: int,
    code: str,
    row: Sequence[Cell],
    columns: Mapping[int, tuple[str, str]],
    layout: Layout,
    found: dict[tuple[str, str], _Entry],
    seen: set[str],
) -> list[Reason]:
    position = code if code in layout.positions else layout.requirements.get(code)
    if position is None:
        return [Reason(UNKNOWN_CODE, {"row": number, "code": code[:32]})]
    if code in seen:
        return [Reason(TWICE, {"row": number, "code": code})]
    seen.add(code)
    wrong = []
    for index, (band, heading) in columns.items():
        cell = row[index] if index < len(row) else Cell(None)
        if not _text(cell.value):
            continue
        entry = found.setdefault((position, band), _Entry(heading))
        value = _count(cell) if code == position else _share(cell)
        if value is None:
            about = {"row": number, "text": _text(cell.value)[:32], "limit": MAX_QUESTIONS}
            wrong.append(Reason(NO_COUNT if code == position else NO_SHARE, about))
        elif code == position:
            entry.questions = value
        elif value:
            entry.shares[code] = value
    return wrong


def _check(key: tuple[str, str], entry: _Entry) -> list[Reason]:
    about = {"position": key[0], "band": entry.heading}
    if not entry.shares:
        return [Reason(SHARES_MISSING, about)]
    wrong = [Reason(COUNT_MISSING, about)] if entry.questions is None else []
    total = sum(entry.shares.values())
    return wrong + ([Reason(NOT_WHOLE, {**about, "sum": percent_text(total)})] if total != WHOLE else [])


def _empty(found: Mapping[tuple[str, str], _Entry]) -> list[Reason]:
    return [] if found else [Reason(EMPTY)]


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _number(cell: Cell) -> Decimal | None:
    text = _text(cell.value).replace("％", "%").replace("，", ".")
    try:
        number = Decimal(text.rstrip("%").strip()[:32])
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return number * 100 if cell.percent and not text.endswith("%") else number


def _count(cell: Cell) -> int | None:
    number = _number(Cell(cell.value))
    whole = number is not None and number == number.to_integral_value() and 1 <= number <= MAX_QUESTIONS
    return int(number) if whole and number is not None else None


def _share(cell: Cell) -> int | None:
    number = _number(cell)
    if number is None or not 0 <= number <= 100:
        return None
    # Spreadsheets keep binary fractions: 0.07 shown as percent arrives as 7.000000000000001.
    hundredths = round(number * 100)
    return hundredths if abs(number * 100 - hundredths) < Decimal("0.000001") else None
