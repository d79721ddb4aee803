"""Interactions that fill gaps: text to be typed, numbers, lists to pick from, words to be put in place."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any, Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.html import is_blank
from lms_carbon.question_bank.interchange.qti.choosing import right_ones, scoring_variants
from lms_carbon.question_bank.interchange.qti.declarations import Declaration, Values, read_fraction
from lms_carbon.question_bank.interchange.qti.names import Element, children
from lms_carbon.question_bank.interchange.qti.numbers import decimal_of
from lms_carbon.question_bank.interchange.qti.parts import NO_KEY, NotReadableError, Part, Probe, Reading
from lms_carbon.question_bank.interchange.shapes import letters, readable
from lms_carbon.question_bank.kinds.numbers import write_number

SLIDER_TYPED: Final = mark("The number is typed, where the file has a slider.")
_MOST_WEIGHT: Final = 100
_WRONG: Final = "zz-9"
_NUMBERS: Final = {"integer", "float"}


class Gap:
    """A gap: its content, its response, its right answer as the file and as our kind have it, and others to try."""

    def __init__(self, content: dict[str, Any], response: str, right: Values, ours: str) -> None:
        self.content = content
        self.response = response
        self.right = right
        self.ours = ours
        self.others: Sequence[tuple[Values, str]] = []
        self.variants: list[dict[str, Any]] = []


def read_text_entry(reading: Reading, interaction: Element, name: str) -> Gap:
    """Return a `textEntryInteraction` as a gap for text or for a number."""
    declaration = reading.declaration(interaction)
    right = right_ones(declaration)
    number = declaration.base_type in _NUMBERS
    if number and right and readable(right[0]):
        return _number_gap(reading, declaration, name, right[0])
    if right:
        return _text_gap(declaration, name, right)
    # A draft: whoever wrote the question must still say what is right.
    content: dict[str, Any] = {"id": name, "kind": "number" if number else "text"}
    return Gap(content, declaration.identifier, (), "")


def read_slider(reading: Reading, interaction: Element) -> Part:
    """Return a `sliderInteraction` as a number to be typed."""
    declaration = reading.declaration(interaction)
    right = right_ones(declaration)
    if not right or not readable(right[0]):
        raise NotReadableError(NO_KEY)
    reading.losses.add(SLIDER_TYPED)
    part = alone(_number_gap(reading, declaration, "g1", right[0]))
    part.own = reading.prompt(interaction)
    return part


def read_inline_choice(reading: Reading, interaction: Element, name: str) -> Gap:
    """Return an `inlineChoiceInteraction` as a gap with a list."""
    declaration = reading.declaration(interaction)
    rows = children(interaction, "inlineChoice")
    ids = dict(zip((row.get("identifier", "") for row in rows), letters(len(rows)), strict=True))
    right = [each for each in right_ones(declaration) if each in ids]
    choices = [{"id": ids[row.get("identifier", "")], "text": reading.short(row)} for row in rows]
    content: dict[str, Any] = {"id": name, "kind": "choice", "choices": choices}
    if not right:
        return Gap(content, declaration.identifier, (), "")
    gap = Gap({**content, "correct": ids[right[0]]}, declaration.identifier, (right[0],), ids[right[0]])
    gap.others = [((each,), ids[each]) for each in ids if each != right[0]][:2]
    return gap


def read_gap_match(reading: Reading, interaction: Element) -> Part:
    """Return a `gapMatchInteraction` as gaps that all have the same list."""
    declaration = reading.declaration(interaction)
    rows = children(interaction, "gapText", "gapImg")
    ids = dict(zip((row.get("identifier", "") for row in rows), letters(len(rows)), strict=True))
    gaps: list[Gap] = []
    choices = [{"id": ids[row.get("identifier", "")], "text": reading.short(row)} for row in rows]
    targets = {pair.split()[-1]: pair.split()[0] for pair in right_ones(declaration) if len(pair.split()) == 2}

    def put(element: Element) -> str:
        target = element.get("identifier", "")
        source = targets.get(target, "")
        name = f"g{len(gaps) + 1}"
        content = {"id": name, "kind": "choice", "choices": choices, "correct": ids.get(source)}
        right = (f"{source} {target}",) if source in ids else ()
        gap = Gap(content, declaration.identifier, right, ids.get(source, ""))
        gap.others = [((f"{each} {target}",), ids[each]) for each in ids if each != source][:2]
        gaps.append(gap)
        return f"[[{name}]]"

    reading.markup.special |= {"gap": put, "gapText": lambda _: "", "gapImg": lambda _: ""}
    own = reading.prompt(interaction) + reading.markup.inside(interaction)
    for name in ("gapText", "gapImg"):
        del reading.markup.special[name]
    if not gaps:
        raise NotReadableError(NO_KEY)
    part = together(reading, gaps)
    part.own = own
    return part


def alone(gap: Gap) -> Part:
    """Return a gap as a question of its own: a text or a number to be typed, whose gap stands at the end."""
    left = {key: value for key, value in gap.content.items() if key not in {"id", "kind", "weight"}}
    part = Part(kind="numeric" if gap.content["kind"] == "number" else "short_text", content=left)
    part.responses, part.right = (gap.response,), {gap.response: gap.right}
    part.probes = [Probe({gap.response: values}, ours) for values, ours in [(gap.right, gap.ours), *gap.others]]
    part.variants = gap.variants
    if not gap.right:
        part.probes.clear()
    return part


def together(reading: Reading, gaps: list[Gap]) -> Part:
    """Return gaps as a cloze, with the weights that the file's scoring shows."""
    right: dict[str, Values] = {}
    for gap in gaps:
        right[gap.response] = (*right.get(gap.response, ()), *gap.right)
    part = Part(kind="cloze", content={}, responses=tuple(right), right=right)
    ours = {gap.content["id"]: gap.ours for gap in gaps}
    part.probes = [Probe(dict(right), dict(ours))]
    for gap in gaps:
        part.probes.append(Probe({gap.response: gap.right}, {gap.content["id"]: gap.ours}))
        for values, other in gap.others:
            without = tuple(each for each in right[gap.response] if each not in gap.right)
            swapped = {**right, gap.response: (*without, *values)}
            part.probes.append(Probe(swapped, {**ours, gap.content["id"]: other}))
    if not all(gap.right for gap in gaps):
        part.probes.clear()
    mapped = scoring_variants(reading.declared.responses[gaps[0].response], len(gaps))
    contents = _with_variants(gaps, _weights(reading, gaps))
    part.variants = [{"gaps": content, **scoring} for content in contents for scoring in (*mapped[1:], mapped[0])]
    return part


def _with_variants(gaps: list[Gap], weights: list[int]) -> list[list[dict[str, Any]]]:
    """Return the gaps with the first settings of each, then with the others, one setting for all."""
    most = max((len(gap.variants) for gap in gaps), default=0) or 1

    def nth(gap: Gap, index: int) -> dict[str, Any]:
        return gap.variants[min(index, len(gap.variants) - 1)] if gap.variants else {}

    return [
        [{**gap.content, **nth(gap, index), "weight": weight} for gap, weight in zip(gaps, weights, strict=True)]
        for index in range(most)
    ]


def _weights(reading: Reading, gaps: list[Gap]) -> list[int]:
    """Return what each gap is worth, in whole numbers; 1 each where the file does not show it."""
    same = [1] * len(gaps)
    scores = [reading.scorer.score({gap.response: gap.right}) for gap in gaps]
    worths = [score for score in scores if score is not None and score > 0]
    if len(worths) < len(gaps) or not gaps:
        return same
    unit = lcm(*(worth.denominator for worth in worths))
    whole = [int(worth * unit) for worth in worths]
    least = min(whole)
    if all(each % least == 0 for each in whole):
        whole = [each // least for each in whole]
    return whole if max(whole) <= _MOST_WEIGHT else same


def _text_gap(declaration: Declaration, name: str, right: Values) -> Gap:
    worths = dict.fromkeys(right[:1], Fraction(1))
    if declaration.mapping is not None:
        full = max(declaration.mapping.entries.values(), default=Fraction(0))
        worths |= {key: worth / full for key, worth in declaration.mapping.entries.items() if worth > 0}
    answers = [
        {"text": key, "credit": write_number(decimal_of(worth * 100)), "pattern": False}
        for key, worth in sorted(worths.items(), key=lambda each: -each[1])
        if key
    ]
    content = {"id": name, "kind": "text", "answers": answers, "case_sensitive": True}
    # A file that compares letter by letter would not take these for the same.
    content |= {"fold_width": False, "fold_script": False}
    gap = Gap(content, declaration.identifier, (right[0],), right[0])
    gap.others = [((each,), each) for each in (*worths, right[0].swapcase(), _WRONG) if each and each != right[0]]
    gap.variants = [{"case_sensitive": True}, {"case_sensitive": False}]
    return gap


def _number_gap(reading: Reading, declaration: Declaration, name: str, right: str) -> Gap:
    value = read_fraction(right) or Fraction(0)
    content = {"id": name, "kind": "number", "value": right, "tolerance": {"kind": "absolute", "value": "0"}}
    gap = Gap(content, declaration.identifier, (right,), right)
    mapped = declaration.mapping.entries if declaration.mapping else {}
    steps = {value + 1, value * 2 + 1, *(read_fraction(key) or value for key in mapped)}
    gap.variants = [{"tolerance": content["tolerance"]}]
    for equal in reading.item.iter("equal"):
        mode, allowed = equal.get("toleranceMode"), equal.get("tolerance", "").split()
        if mode in {"absolute", "relative"} and allowed and readable(allowed[0]):
            gap.variants.append({"tolerance": {"kind": mode, "value": allowed[0]}})
            size = (read_fraction(allowed[0]) or Fraction(0)) * (abs(value) / 100 if mode == "relative" else 1)
            steps |= {value + size, value - size, value + size * 2}
    for rounded in reading.item.iter("equalRounded"):
        if readable(rounded.get("figures", "")):
            gap.variants.append({"tolerance": {"kind": "significant", "value": rounded.get("figures", "")}})
    numbers = [write_number(decimal_of(step)) for step in sorted(steps) if step != value]
    gap.others = [((number,), number) for number in numbers]
    return gap


def stands_last(before: str, after: str) -> bool:
    """Tell whether a gap ends its text, so that it may be asked for below it."""
    return is_blank(after) and not is_blank(before)
