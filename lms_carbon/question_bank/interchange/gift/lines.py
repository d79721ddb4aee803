"""A GIFT file as blocks: one question each, with what comments and categories before it say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_CATEGORY: Final = re.compile(r"\$CATEGORY:\s*(.*)", re.IGNORECASE)
_ID: Final = re.compile(r"\[id:((?:\\\]|[^\]]){1,255})\]")
_TAG: Final = re.compile(r"\[tag:((?:\\\]|[^\]]){1,100})\]")
# Escaped signs become characters that no text holds while the others are looked for.
_SIGNS: Final = "~=#{}:\\"
_HIDE: Final = {sign: chr(0xE010 + index) for index, sign in enumerate(_SIGNS)}
_SHOW: Final = str.maketrans({hidden: sign for sign, hidden in _HIDE.items()} | {"\ue01f": "\n"})
_HIDDEN: Final = re.compile("[\ue010-\ue01f]")
_ESCAPE: Final = re.compile(r"\\([~=#{}:\\n])")
_TITLE: Final = re.compile(r"\s*::(.*?)::", re.DOTALL)


@dataclass(slots=True)
class Block:
    """A question as it stands in the file; signs that were escaped are hidden in its texts, see `show`."""

    line: int
    category: str
    text: str = ""
    identifier: str = ""
    tags: list[str] = field(default_factory=list)
    title: str = ""
    stem: str = ""
    answers: str | None = None
    """Between the braces; None where there are none."""
    tail: str | None = None
    """Behind them; None where they are not closed."""


def read_blocks(text: str) -> Iterator[Block]:
    """Yield the questions: an empty line ends one, unless it stands between braces that are closed later."""
    category, comments, lines, start = "", [""], [""], 0
    lines.clear()
    comments.clear()
    for number, line in enumerate([*text.split("\n"), ""], 1):
        bare = line.strip()
        if bare.startswith("//"):
            comments.append(bare)
        elif not lines and (named := _CATEGORY.match(bare)):
            category, comments = named[1].strip(), []
        elif bare:
            start = start if lines else number
            lines.append(line)
        elif lines:
            yield _block("\n".join(lines), comments, start, category)
            lines, comments = [], []


def _block(text: str, comments: list[str], line: int, category: str) -> Block:
    said = " ".join(comments)
    named = _ID.search(said)
    block = Block(line, category, identifier=named[1].replace("\\]", "]") if named else "")
    block.tags = [tag.replace("\\]", "]") for tag in _TAG.findall(said)]
    hidden = _ESCAPE.sub(lambda found: _HIDE.get(found[1], "\ue01f"), _HIDDEN.sub("", text))
    title = _TITLE.match(hidden)
    if title:
        block.title, hidden = show(title[1]).strip(), hidden[title.end() :]
    stem, brace, rest = hidden.partition("{")
    block.stem = stem.strip()
    if brace:
        inside, closed, tail = rest.rpartition("}")
        block.answers, block.tail = (inside.strip(), tail.strip()) if closed else (rest, None)
    return block


def show(text: str) -> str:
    """Return a text with the signs that were escaped."""
    return text.translate(_SHOW)


def escape_gift(text: str) -> str:
    """Return a text as GIFT writes it, in one line."""
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in text).replace("\n", "\\n")
