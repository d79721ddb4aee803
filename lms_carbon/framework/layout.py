"""Plain text for terminals where a Chinese character takes two cells: widths, wrapping, tables."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

# What must not begin a line (GB/T 15834: marks stay with the text they close).
CLOSING = "，。、；：！？）》”’」』…％%,.;:!?)]}"
# A run of Latin letters and digits stays whole, a wide character stands alone.
WORDS = re.compile(r"\s+|[!-~À-ɏ–—]+|.", re.DOTALL)


def width_of(text: str) -> int:
    """Return how many cells the text takes."""
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Fill the text with spaces to `width` cells, on its left where `right` aligned."""
    space = " " * max(0, width - width_of(text))
    return space + text if right else text + space


def wrap(text: str, width: int) -> list[str]:
    """Break the text into lines of at most `width` cells; a word longer than that stands alone, whole."""
    lines = [""]
    for piece in _pieces(text):
        if not lines[-1]:
            lines[-1] = piece.lstrip()
        elif width_of(lines[-1] + piece.rstrip()) <= width:
            lines[-1] += piece
        else:
            lines[-1] = lines[-1].rstrip()
            lines.append(piece.lstrip())
    return [line.rstrip() for line in lines]


def _pieces(text: str) -> Iterator[str]:
    """Yield what may not be broken: a word or character with the closing marks that follow it."""
    held = ""
    for piece in WORDS.findall(text):
        if held and piece[0] not in CLOSING:
            yield held
            held = ""
        held += piece
    if held:
        yield held


def block(text: str, *, indent: int, width: int, label: str = "", label_width: int = 0) -> list[str]:
    """Return the text wrapped under `indent`, its first line beside a label, the others below the text."""
    room = max(20, width - indent - label_width)
    lines = wrap(text, room)
    first = " " * indent + pad(label, label_width) + lines[0]
    return [first, *(" " * (indent + label_width) + line for line in lines[1:])]


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), indent: int = 2
) -> list[str]:
    """Return an aligned table with a rule below its head; columns listed in `right` align right."""
    widths = [max(width_of(row[i]) for row in (head, *rows)) for i in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = (pad(cell, widths[i], right=i in right) for i, cell in enumerate(cells))
        return (" " * indent + "   ".join(padded)).rstrip()

    return [line(head), " " * indent + "   ".join("─" * w for w in widths), *(line(row) for row in rows)]
