r"""Chemical formulas as they are written in `\ce{…}`: `CO2`, `SO4^2-`, `CH4 + 2 O2 → CO2 + 2 H2O(g)`.

A small part of mhchem's language: elements, counts, brackets, charges, coefficients, states, hydrates, arrows with
conditions, double and triple bonds. Whatever else is written is not guessed at.
"""

import re
from dataclasses import dataclass, field
from html import escape
from typing import Final

MAX_LENGTH: Final = 400
_TOKEN: Final = re.compile(
    r"(?P<arrow>[⇌↔→←])(?P<above>\[[^\[\]]*\])?(?P<below>\[[^\[\]]*\])?"
    r"|(?P<state>\((?:s|l|g|aq)\))"
    r"|(?P<gone>(?:(?<=\s)v|\^)(?=\s|$))"
    r"|(?P<element>[A-Z][a-z]?|[a-z])"
    r"|(?P<number>\d+(?:[./]\d+)?)"
    r"|(?P<open>[(\[])|(?P<close>[)\]])"
    r"|\^\{(?P<up>[^{}]*)\}|\^(?P<charge>\d*[+-])|_\{(?P<down>[^{}]*)\}|_(?P<sub>[A-Za-z0-9])"
    r"|(?P<dot>[*·])|(?P<bond>[=#])|(?P<sign>[+-])|(?P<space>\s+)"
)
_WORD: Final = re.compile(r"[A-Za-z0-9+\-−., ]{1,20}")
_CONDITION: Final = re.compile(r"[^<>&\\{}\[\]]{0,40}")


class UnreadableChemistryError(ValueError):
    r"""Something that is no formula of the kind that `\ce` takes here."""


@dataclass
class _Atom:
    """What a count or charge hangs on."""

    base: str
    down: str = ""
    up: str = ""

    def markup(self) -> str:
        if self.down and self.up:
            return f"<msubsup>{self.base}{self.down}{self.up}</msubsup>"
        if self.down:
            return f"<msub>{self.base}{self.down}</msub>"
        return f"<msup>{self.base}{self.up}</msup>" if self.up else self.base


@dataclass
class _Row:
    atoms: list[_Atom] = field(default_factory=list)
    holds: bool = False
    """Whether a count may hang on the last atom: it is an element or a bracket that closed, with no blank since."""
    depth: int = 0

    def add(self, base: str, *, holds: bool = False) -> None:
        self.atoms.append(_Atom(base))
        self.holds = holds

    def hang(self, *, down: str = "", up: str = "") -> None:
        if not self.holds:
            # Before its element, as in ^{14}C: it hangs on nothing.
            self.add("<mrow></mrow>", holds=True)
        last = self.atoms[-1]
        if (down and last.down) or (up and last.up):
            raise UnreadableChemistryError
        last.down, last.up = down or last.down, up or last.up


def chemistry_to_mathml(text: str) -> str:
    r"""Return the `<mrow>` of what stands in `\ce{…}`. Raises `UnreadableChemistryError`."""
    if len(text) > MAX_LENGTH or not text.strip():
        raise UnreadableChemistryError
    row, at, text = _Row(), 0, text.strip().replace("−", "-")
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise UnreadableChemistryError
        at = found.end()
        _take(row, found, text[at : at + 1])
    if row.depth:
        raise UnreadableChemistryError
    return f"<mrow>{''.join(atom.markup() for atom in row.atoms)}</mrow>"


def _take(row: _Row, found: re.Match[str], following: str) -> None:
    name, text = str(found.lastgroup), found.group(0)
    if found["arrow"]:
        row.add(_arrow(found))
    elif name == "number":
        _take_number(row, text)
    elif name in {"up", "charge"}:
        row.hang(up=_script(found["up"] if name == "up" else found["charge"]))
    elif name in {"down", "sub"}:
        row.hang(down=_script(found["down"] if name == "down" else found["sub"]))
    elif name == "sign":
        _take_sign(row, text, following)
    elif name == "space":
        row.holds = False
    elif name == "element":
        row.add(f"<mi>{text}</mi>" if len(text) > 1 else f'<mi mathvariant="normal">{text}</mi>', holds=True)
    elif name == "state":
        row.add(f"<mtext>{text}</mtext>")
    else:
        _take_mark(row, name, text)


def _take_mark(row: _Row, name: str, text: str) -> None:
    row.depth += {"open": 1, "close": -1}.get(name, 0)
    if row.depth < 0:
        raise UnreadableChemistryError
    shown = {"*": "·", "#": "≡", "^": "↑", "v": "↓"}.get(text, text)
    fixed = ' stretchy="false"' if name in {"open", "close"} else ""
    row.add(f"<mo{fixed}>{shown}</mo>", holds=name == "close")


def _take_number(row: _Row, text: str) -> None:
    if row.holds:
        row.hang(down=f"<mn>{text}</mn>")
    elif "/" in text:
        above, _, below = text.partition("/")
        row.add(f"<mfrac><mn>{above}</mn><mn>{below}</mn></mfrac>")
    else:
        row.add(f"<mn>{text}</mn>")


def _take_sign(row: _Row, text: str, following: str) -> None:
    shown = "−" if text == "-" else text
    if row.holds and (not following or following in " )]"):
        row.hang(up=f"<mo>{shown}</mo>")
    else:
        row.add(f"<mo>{shown}</mo>")


def _arrow(found: re.Match[str]) -> str:
    arrow = f'<mo stretchy="true">{found["arrow"]}</mo>'
    words = [(found[name] or "")[1:-1].replace(r"\Delta", "Δ").strip() for name in ("above", "below")]
    if not all(_CONDITION.fullmatch(word) for word in words):
        raise UnreadableChemistryError
    above, below = (f"<mtext>{escape(word, quote=False)}</mtext>" if word else "" for word in words)
    if above and below:
        return f"<munderover>{arrow}{below}{above}</munderover>"
    if above:
        return f"<mover>{arrow}{above}</mover>"
    return f"<munder>{arrow}{below}</munder>" if below else arrow


def _script(text: str) -> str:
    if not _WORD.fullmatch(text):
        raise UnreadableChemistryError
    parts = [_script_part(part) for part in re.findall(r"[0-9]+|[A-Za-z]+|[+−.,-]", text)]
    if not parts:
        raise UnreadableChemistryError
    return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"


def _script_part(part: str) -> str:
    if part.isdigit():
        return f"<mn>{part}</mn>"
    return f"<mi>{part}</mi>" if part.isalpha() else f"<mo>{'−' if part == '-' else part}</mo>"
