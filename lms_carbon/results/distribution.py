"""The picture of a track's totals against its cuts: numbers of an SVG, computed without a database."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

LEFT, RIGHT, TOP, FOOT = 30, 750, 16, 170
BIN: Final = 250
"""Width of a bar in hundredths."""
BARS: Final = 100_00 // BIN
ROOM: Final = 900
"""A stretch narrower than this (in hundredths) has no name in the picture."""
MARGIN: Final = 4
"""How many bars below the first cut are shown in any case."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A rectangle, with the place of its level in the band (0: below) for its colour."""

    x: float
    y: float
    width: float
    height: float
    step: int


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A dashed line at a cut."""

    x: float
    score: int
    level: int


@dataclass(frozen=True, kw_only=True)
class Name:
    """Where the name of a stretch between cuts stands; None: below the first."""

    x: float
    level: int | None


@dataclass(frozen=True, kw_only=True)
class Picture:
    """All that the template draws."""

    bars: tuple[Bar, ...]
    cuts: tuple[Cut, ...]
    names: tuple[Name, ...]
    lines: tuple[tuple[float, int], ...]
    """(height, how many) of the horizontal lines."""
    total: int


def draw_distribution(bars: Mapping[int, int], *, cuts: Sequence[int], levels: Sequence[int]) -> Picture:
    """Return the picture of `bars` (number from 0 → candidates), with cuts in hundredths for each level."""
    top = _round_up(max([*bars.values(), 1]))
    # Where nobody is, far below the first cut, there is nothing to see.
    first = max(0, min([*bars, cuts[0] // BIN - MARGIN]))
    width = (RIGHT - LEFT) / (BARS - first)
    drawn = tuple(
        Bar(
            x=round(LEFT + (number - first) * width + 1, 1),
            y=round(FOOT - (FOOT - TOP) * count / top, 1),
            width=round(width - 2, 1),
            height=round((FOOT - TOP) * count / top, 1),
            step=sum(number * BIN >= cut for cut in cuts),
        )
        for number, count in sorted(bars.items())
    )
    lines = tuple((round(FOOT - (FOOT - TOP) * part / top, 1), part) for part in sorted({0, top // 2, top}))
    edges = [first * BIN, *cuts, 100_00]
    names = tuple(
        Name(x=round(_place((low + high) / 2, first), 1), level=level)
        for (low, high), level in zip(itertools.pairwise(edges), [None, *levels], strict=True)
        if high - low >= ROOM
    )
    marks = tuple(
        Cut(x=round(_place(cut, first), 1), score=cut, level=level) for cut, level in zip(cuts, levels, strict=True)
    )
    return Picture(bars=drawn, cuts=marks, names=names, lines=lines, total=sum(bars.values()))


def _place(score: float, first: int) -> float:
    return LEFT + (RIGHT - LEFT) * (score - first * BIN) / (100_00 - first * BIN)


def _round_up(most: int) -> int:
    """Return an even number at or above, a round one where it is large, so that the middle line is whole too."""
    step = 2
    while step * 10 < most:
        step *= 10
    return -(-most // step) * step
