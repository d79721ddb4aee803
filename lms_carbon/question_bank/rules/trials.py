"""Answers worth trying on a question, so that its author sees at once what each would earn, and why."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.kinds.base import Content, Kind
from lms_carbon.question_bank.kinds.calculated import Calculated
from lms_carbon.question_bank.kinds.errors import ResponseShapeError, UnknownUnitError, UnreadableNumberError
from lms_carbon.question_bank.kinds.folding import example_of
from lms_carbon.question_bank.kinds.numbers import read_number
from lms_carbon.question_bank.kinds.reasons import Reason, Score
from lms_carbon.question_bank.kinds.units import conversion, read_unit
from lms_carbon.question_bank.rules.parts_in_words import short_name

MAX_TRIALS: Final = 8
# Other units worth trying: near neighbours of those that carbon accounting uses.
_NEIGHBOURS: Final = ("kgCO2", "tCO2", "t", "kg", "GJ", "MJ", "kWh", "MWh", "m3", "L")
_WRONG: Final = ("tC", "GJ", "kg")
_TRUE: Final = mark("True")
_FALSE: Final = mark("False")


@dataclass(frozen=True, slots=True)
class Trial:
    """An answer in words, and what it earns."""

    answer: Reason
    score: Score


def try_answers(kind: Kind, content: Content, points: int) -> list[Trial]:
    """Return telling answers with their scores: right ones, near ones, wrong ones. Content may have gaps."""
    made = _ANSWERS.get(kind.name, _key_only)
    trials = []
    for label, raw in made(kind, content):
        try:
            response = kind.normalise_response(content, kind.as_sent(content, raw))
        except ResponseShapeError:
            continue
        trials.append(Trial(label, kind.score(content, response, points)))
    return trials[:MAX_TRIALS]


Answers = Iterator[tuple[Reason, Any]]


def _key_only(kind: Kind, content: Content) -> Answers:
    yield Reason("{text}", {"text": "✓"}), kind.key_response(content)


def _single(kind: Kind, content: Content) -> Answers:
    for row in content["choices"]:
        yield _letters([row["id"]]), row["id"]


def _multiple(kind: Kind, content: Content) -> Answers:
    ids = [row["id"] for row in content.get("choices", content.get("areas", []))]
    right = [name for name in ids if name in content["correct"]]
    wrong = [name for name in ids if name not in content["correct"]]
    tried = [right, right[:-1], right[:1], [*right, *wrong[:1]], [*right[:1], *wrong[:1]], wrong[:1], ids]
    seen: list[list[str]] = []
    for picked in tried:
        ordered = [name for name in ids if name in picked]
        if ordered and ordered not in seen:
            seen.append(ordered)
            yield _letters(ordered), ordered


def _true_false(kind: Kind, content: Content) -> Answers:
    yield Reason(_TRUE), True
    yield Reason(_FALSE), False


def _numeric(kind: Kind, content: Content) -> Answers:
    try:
        value = read_number(content["value"])
        tolerance = read_number(content["tolerance"]["value"])
    except UnreadableNumberError:
        return
    unit = content["unit"] or ""
    yield _number(value, unit)
    allowed = {
        "absolute": lambda: tolerance,
        "relative": lambda: abs(value) * tolerance / 100,
        "significant": lambda: abs(value).scaleb(-int(tolerance)),
    }[content["tolerance"]["kind"]]()
    if allowed > 0:
        yield _number(value + allowed / 2, unit)
        yield _number(value - allowed, unit)
        yield _number(value + 2 * allowed, unit)
    else:
        yield _number(value + max(abs(value) / 100, Decimal(1)), unit)
    if unit:
        yield from _other_units(value, unit)
        yield _number(value, "")


def _calculated(kind: Kind, content: Content) -> Answers:
    if isinstance(kind, Calculated):
        yield from _numeric(kind, kind.as_numeric(content))


def _case(kind: Kind, content: Content) -> Answers:
    key = kind.key_response(content)
    yield Reason("{text}", {"text": "✓ " + ", ".join(map(short_name, key))}), key
    for name in list(key)[: MAX_TRIALS - 1]:
        yield Reason("{text}", {"text": f"✓ {short_name(name)}"}), {name: key[name]}


def _other_units(value: Decimal, unit: str) -> Answers:
    try:
        read_unit(unit)
    except UnknownUnitError:
        return
    for other in _NEIGHBOURS:
        factor = conversion(unit, other) if other != unit else None
        if factor is not None and factor != 1:
            yield _number(value * Decimal(factor.numerator) / Decimal(factor.denominator), other)
            break
    wrong = next((other for other in _WRONG if conversion(other, unit) is None), None)
    if wrong:
        yield _number(value, wrong)


def _number(value: Decimal, unit: str) -> tuple[Reason, Mapping[str, str]]:
    try:
        rounded = value.normalize()
    except InvalidOperation:
        rounded = value
    text = f"{rounded:f}" if -8 < rounded.adjusted() < 15 else str(rounded)
    return Reason("{text}", {"text": f"{text} {unit}".strip()}), {"value": text, "unit": unit}


def _letters(names: list[str]) -> Reason:
    return Reason("{text}", {"text": " + ".join(name.upper() for name in names)})


def _short_text(kind: Kind, content: Content) -> Answers:
    tried = [example_of(each["text"]) if each["pattern"] else each["text"] for each in content["answers"]]
    for text in dict.fromkeys([*tried[: MAX_TRIALS - 2], *(text.upper() for text in tried[:1]), "…"]):
        yield Reason("{text}", {"text": text}), text


def _cloze(kind: Kind, content: Content) -> Answers:
    key = kind.key_response(content)
    yield _listed(key), key
    for name in list(key)[: MAX_TRIALS - 2]:
        without = {other: answer for other, answer in key.items() if other != name}
        if without:
            yield _listed(without), without
    wrong = {gap["id"]: "0" if gap["kind"] == "number" else "…" for gap in content["gaps"] if gap["kind"] != "choice"}
    if wrong:
        yield _listed(key | wrong), key | wrong


def _pairs(kind: Kind, content: Content) -> Answers:
    key = kind.key_response(content)
    targets = [target["id"] for target in content.get("options", content.get("categories", []))]
    yield _listed(key), key
    rows = list(key)
    for count in dict.fromkeys((1, len(rows) // 2, len(rows))):
        other = {row: next(target for target in targets if target != key[row]) for row in rows[:count]}
        yield _listed(key | other), key | other
    yield _listed({row: key[row] for row in rows[:-1]}), {row: key[row] for row in rows[:-1]}


def _ordering(kind: Kind, content: Content) -> Answers:
    key = kind.key_response(content)
    tried = [key, [*key[:-2], *key[:-3:-1]], [*key[1:], key[0]], key[::-1], key[:-1]]
    for order in [list(one) for one in dict.fromkeys(map(tuple, tried)) if one]:
        yield Reason("{text}", {"text": " → ".join(map(short_name, order))}), order


def _listed(answer: Mapping[str, str]) -> Reason:
    pairs = (f"{short_name(part)} {short_name(given) if len(given) == 1 else given}" for part, given in answer.items())
    return Reason("{text}", {"text": ", ".join(pairs)})


_ANSWERS: Final[Mapping[str, Callable[[Kind, Content], Answers]]] = {
    "single_choice": _single,
    "multiple_choice": _multiple,
    "hotspot": _multiple,
    "true_false": _true_false,
    "numeric": _numeric,
    "calculated": _calculated,
    "case": _case,
    "short_text": _short_text,
    "cloze": _cloze,
    "matching": _pairs,
    "categorising": _pairs,
    "ordering": _ordering,
}
