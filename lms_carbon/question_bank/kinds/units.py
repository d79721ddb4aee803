"""Units of carbon work. pint converts; the table of what may be written is ours.

The registry starts empty: in pint's own, `a` is a year, `C` a coulomb and `t` converts to `kg` whatever it weighs.
Here the carbon, the CO2 and the CO2 equivalent in a thing are quantities of their own, so `tC` never becomes `tCO2`:
that takes 44/12, which is what a question asks for. All factors are Fractions, so conversion is exact.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

import pint

from lms_carbon.question_bank.kinds.errors import UnknownUnitError
from lms_carbon.question_bank.kinds.numbers import fold

_BASES: Final = ("kg", "kgce", "kgCO2", "kgCO2e", "kgC", "kgCH4", "kgN2O")
_MORE_BASES: Final = ("J", "W", "m", "s", "K", "Pa", "mol", "CNY", "Nm3")
# What may be written, its size, its base unit. Names of the same unit are joined by "=".
_MASSES: Final = """
mg=毫克 1e-6
g=克 1e-3
kg=千克=公斤 1
t=吨=tonne=tonnes=Mg 1e3
kt=Gg 1e6
万t=万吨 1e7
Mt 1e9
亿t=亿吨 1e11
Gt 1e12
"""
_SUBSTANCES: Final = """
CO2e=CO2eq=CO2-e=CO2-eq=二氧化碳当量 kgCO2e
CO2=二氧化碳 kgCO2
CH4=甲烷 kgCH4
N2O=氧化亚氮 kgN2O
C=碳 kgC
ce=标准煤=标煤 kgce
"""
_PLAIN: Final = """
J=焦 1 J
kJ=千焦 1e3 J
MJ=兆焦 1e6 J
GJ=吉焦=百万千焦 1e9 J
TJ=太焦 1e12 J
PJ 1e15 J
Wh 3.6e3 J
kWh=千瓦时=度 3.6e6 J
MWh=兆瓦时 3.6e9 J
万千瓦时 3.6e10 J
GWh 3.6e12 J
亿千瓦时 3.6e14 J
TWh 3.6e15 J
W 1 W
kW=千瓦 1e3 W
MW=兆瓦 1e6 W
GW 1e9 W
cm 1e-2 m
m=米 1 m
km=公里=千米 1e3 m
m2=平方米 1 m**2
ha=公顷 1e4 m**2
m3=立方米 1 m**3
万立方米 1e4 m**3
L=升 1e-3 m**3
mL 1e-6 m**3
Nm3=标立方米 1 Nm3
s=秒 1 s
min=分钟 60 s
h=小时 3600 s
d=天=日 86400 s
a=年 31536000 s
K 1 K
Pa 1 Pa
kPa 1e3 Pa
MPa 1e6 Pa
mol 1 mol
kmol 1e3 mol
CNY=元 1 CNY
万元 1e4 CNY
亿元 1e8 CNY
% 0.01 1
‰ 0.001 1
ppm 1e-6 1
"""


def _registry() -> "pint.UnitRegistry[Any]":
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None, non_int_type=Fraction)
    registry.load_definitions([f"{base} = [of_{base}]" for base in _BASES + _MORE_BASES])
    return registry


_UREG: Final = _registry()


def _rows(text: str) -> "list[tuple[list[str], str, str]]":
    """Return (names, first column, second column) of a table above."""
    split = [[*line.split(), ""] for line in text.strip().splitlines()]
    return [(names.split("="), first, rest[0]) for names, first, *rest in split]


def _table() -> dict[str, tuple[Fraction, str]]:
    """Return every atomic unit that may be written: its factor and its expression in base units."""
    table = {name: (Fraction(size), base) for names, size, base in _rows(_PLAIN) for name in names}
    for names, size, _ in _rows(_MASSES):
        for name in names:
            table[name] = (Fraction(size), "kg")
            for substances, base, _ in _rows(_SUBSTANCES):
                table.update({name + substance: (Fraction(size), base) for substance in substances})
    return table


_ATOMS: Final = _table()
_BY_LOWER: Final[dict[str, list[str]]] = {}
for _name in _ATOMS:
    _BY_LOWER.setdefault(_name.lower(), []).append(_name)

_FACTOR: Final = re.compile(
    r"(?:10\^(?P<power>-?[0-9]{1,2})|1[eE](?P<exp>-?[0-9]{1,2})|(?P<ten>10{1,9}))(?: ?\* ?| (?=\D)|(?=[^\W\d]))"
)
_TERM: Final = re.compile(r"(?P<name>[^\d\W](?:[^\W_]|-(?=[eE]))*|%|‰)(?:\^(?P<exp>-?[1-3]))?")
_GAP: Final = re.compile(r"(?<=[gt克吨斤]) (?=CO2|CH4|N2O|C\b|ce\b|二氧化碳|标准?煤|甲烷)", re.IGNORECASE)
_MAX_UNIT: Final = 40


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as written, its exact size in base units, and what it measures."""

    text: str
    size: Fraction
    dimension: str


def read_unit(text: str) -> Unit:
    """Return the unit that `text` names: `tCO2/MWh`, `10^4 m3`, `吨`, `kgCO2e/(t·km)`, `%`.

    Raises UnknownUnitError for what the table does not have, so that a slip in a unit is told and not guessed.
    """
    if not isinstance(text, str) or not text.strip() or len(text) > _MAX_UNIT:
        raise UnknownUnitError(unit=str(text)[:_MAX_UNIT])
    return _read(text)


@lru_cache(maxsize=512)
def _read(text: str) -> Unit:
    plain = _GAP.sub("", fold(text).replace("每", "/"))
    head, *below = (part.strip() for part in plain.split("/"))
    quantity = _product(head, text)
    for part in below:
        bare = part[1:-1] if part.startswith("(") and part.endswith(")") else part
        quantity = quantity / _product(bare, text)
    base = quantity.to_root_units()
    powers = sorted((str(name), int(power)) for name, power in base.unit_items())
    return Unit(
        text.strip(),
        Fraction(base.magnitude),
        " ".join(f"{name}^{power}" for name, power in powers),
    )


def _product(text: str, whole: str) -> Any:
    factor = _FACTOR.match(text)
    quantity = _UREG.Quantity(_size(factor), _UREG.dimensionless)
    rest = text[factor.end() :] if factor else text
    for term in re.split(r" ?\* ?| ", rest):
        quantity = quantity * _atom(term, whole)
    return quantity


def _size(factor: re.Match[str] | None) -> Fraction:
    if not factor:
        return Fraction(1)
    if factor["ten"]:
        return Fraction(int(factor["ten"]))
    return Fraction(10) ** int(factor["power"] or factor["exp"])


def _atom(term: str, whole: str) -> Any:
    found = _TERM.fullmatch(term)
    name = _known(found["name"]) if found else None
    if not found or name is None:
        raise UnknownUnitError(unit=whole)
    size, base = _ATOMS[name]
    unit = _UREG.dimensionless if base == "1" else _UREG.Unit(base)
    return _UREG.Quantity(size, unit) ** int(found["exp"] or 1)


def _known(name: str) -> str | None:
    if name in _ATOMS:
        return name
    alike = _BY_LOWER.get(name.lower(), [])
    # "KG" and "mwh" are slips of the shift key; "MG" may be two units, so it is neither.
    return alike[0] if len({_ATOMS[each] for each in alike}) == 1 else None


def conversion(given: str, wanted: str | None) -> Fraction | None:
    """Return what a number in `given` is multiplied by to be in `wanted`; None if they differ in kind.

    `wanted` None stands for a bare number, to which only `%` and the like convert.

    Raises UnknownUnitError.
    """
    source = read_unit(given)
    size, dimension = Fraction(1), ""
    if wanted:
        target = read_unit(wanted)
        size, dimension = target.size, target.dimension
    return source.size / size if source.dimension == dimension else None


_SUBSCRIPTS: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_RAISED: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def unit_label(text: str) -> str:
    """Return a unit as it is printed: `tCO2/10^4 m3` → `tCO₂/10⁴ m³`."""
    text = re.sub(r"(?<=CO|CH|.N)[24](?![0-9])", lambda digit: digit.group(0).translate(_SUBSCRIPTS), text)
    text = re.sub(r"\^(-?[0-9]+)", lambda power: power.group(1).translate(_RAISED), text)
    text = re.sub(r"(?<=m)[23](?![0-9])", lambda power: power.group(0).translate(_RAISED), text)
    return text.replace("*", "·")
