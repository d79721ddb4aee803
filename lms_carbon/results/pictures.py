"""The geometry of the result page's pictures: pure numbers, drawn by `templates/results/_pictures.html`.

Scores and weights are hundredths and percent; lengths are units of each picture's view box.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lms_carbon.cycles.rules import FULL

LEFT: Final = 36.0
"""Where the columns begin; the axis stands before."""
TOP: Final = 8.0
HEIGHT: Final = 234.0
WIDTH: Final = 436.0
GAP: Final = 4.0
ROOM_FOR_WORDS: Final = 60.0
"""A column narrower than this has its words below, a bar lower than this above itself."""

BAR_LEFT: Final = 4.0
BAR_WIDTH: Final = 512.0
ROOM_FOR_LEVEL: Final = 58.0
ROOM_FOR_DIGIT: Final = 18.0
ROOM_FOR_CUT: Final = 34.0
"""Two numbers of cuts nearer than this would run into each other."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One dimension: as wide as its weight, as high as its score, so that the coloured areas add up to the total."""

    code: str
    weight: int
    score: int | None
    contribution: int | None
    x: float
    width: float
    top: float
    """Where the bar begins; the foot of the frame where there is no score."""
    height: float

    @property
    def middle(self) -> float:
        """Return where centred words stand."""
        return round(self.x + self.width / 2, 2)

    @property
    def narrow(self) -> bool:
        """True where the words do not fit and stand below the picture (5 % at the junior band)."""
        return self.width < ROOM_FOR_WORDS

    @property
    def low(self) -> bool:
        """True where the bar is too low to hold its words."""
        return self.height < ROOM_FOR_WORDS


def draw_columns(dimensions: Sequence[tuple[str, int, int | None, int | None]]) -> list[Column]:
    """Return the columns of (code, weight in percent, score, contribution), side by side."""
    room = WIDTH - GAP * (len(dimensions) - 1)
    whole = sum(weight for _, weight, _, _ in dimensions) or 1
    columns, x = [], LEFT
    for code, weight, score, contribution in dimensions:
        width = room * weight / whole
        height = HEIGHT * (score or 0) / FULL
        columns.append(
            Column(
                code=code,
                weight=weight,
                score=score,
                contribution=contribution,
                x=round(x, 2),
                width=round(width, 2),
                top=round(TOP + HEIGHT - height, 2),
                height=round(height, 2),
            )
        )
        x += width + GAP
    return columns


@dataclass(frozen=True, kw_only=True)
class Segment:
    """The totals of one level; `level` None for those below the first cut."""

    level: int | None
    x: float
    width: float
    own: bool
    words: str
    """`whole` where there is room for "level 4", `digit` for "4" alone, else empty."""

    @property
    def middle(self) -> float:
        """Return where the words stand."""
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True, kw_only=True)
class CutsPicture:
    """The scale from 0 to 100 with the cuts, and where the total stands on it."""

    segments: tuple[Segment, ...]
    cuts: tuple[tuple[float, int, bool], ...]
    """Place, cut in hundredths, whether its number is written."""
    marker: float | None
    anchor: str
    """`start`, `middle` or `end`: how the total's number stands at the marker, so that it stays inside."""


def draw_cuts(*, levels: Sequence[int], cuts: Sequence[int], total: int | None, level: int | None) -> CutsPicture:
    """Return the scale of a band; `level` is the one reached, which a minimum may have denied."""
    edges = [0, *cuts, FULL]
    names: list[int | None] = [None, *levels]
    segments = tuple(
        Segment(
            level=name,
            x=_along(low),
            width=round(_along(high) - _along(low), 2),
            own=total is not None and level == name and _within(total, low, high),
            words=_words(_along(high) - _along(low)),
        )
        for name, low, high in zip(names, edges, edges[1:], strict=False)
    )
    marker = None if total is None else _along(total)
    anchor = "middle" if marker is None or 24 < marker < BAR_WIDTH - 20 else "start" if marker <= 24 else "end"
    return CutsPicture(segments=segments, cuts=_written(cuts), marker=marker, anchor=anchor)


def _along(score: int) -> float:
    return round(BAR_LEFT + BAR_WIDTH * score / FULL, 2)


def _within(total: int, low: int, high: int) -> bool:
    return low <= total < high or total == high == FULL


def _words(width: float) -> str:
    return "whole" if width >= ROOM_FOR_LEVEL else "digit" if width >= ROOM_FOR_DIGIT else ""


def _written(cuts: Sequence[int]) -> tuple[tuple[float, int, bool], ...]:
    placed: list[tuple[float, int, bool]] = []
    last = -ROOM_FOR_CUT
    for cut in cuts:
        x = _along(cut)
        written = x - last >= ROOM_FOR_CUT
        last = x if written else last
        placed.append((x, cut, written))
    return tuple(placed)
