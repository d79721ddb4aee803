"""Interactions in which something is picked: choices, words in a passage, places on a picture."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.interchange.qti.declarations import Declaration
from lms_carbon.question_bank.interchange.qti.names import Element, children, words
from lms_carbon.question_bank.interchange.qti.numbers import decimal_of
from lms_carbon.question_bank.interchange.qti.parts import NEEDS, NotReadableError, Part, Probe, Reading
from lms_carbon.question_bank.interchange.shapes import letters
from lms_carbon.question_bank.kinds.numbers import write_number
from lms_carbon.question_bank.pictures import HEAD, picture_size

FIXED_LOST: Final = mark("Choices that keep their place are mixed like the others.")
WORDS_LISTED: Final = mark("Words to be picked in the text are listed below it.")
_SHAPES: Final = {"rect": "rect", "circle": "circle", "poly": "polygon"}


def read_choice(reading: Reading, interaction: Element) -> Part:
    """Return a `choiceInteraction` as single or multiple choice."""
    rows = children(interaction, "simpleChoice")
    shuffle = interaction.get("shuffle") == "true"
    if shuffle and any(row.get("fixed") == "true" for row in rows):
        reading.losses.add(FIXED_LOST)
    part = _choices(reading, interaction, rows, shuffle=shuffle)
    part.own = reading.prompt(interaction)
    return part


def read_hottext(reading: Reading, interaction: Element) -> Part:
    """Return a `hottextInteraction` as choices below its passage."""
    reading.remarks.add(WORDS_LISTED)
    rows = list(interaction.iter("hottext"))
    part = _choices(reading, interaction, rows, shuffle=False)
    reading.markup.special["hottext"] = lambda element: f"<strong>{reading.markup.inside(element)}</strong>"
    part.own = reading.prompt(interaction) + reading.markup.inside(interaction)
    return part


def _choices(reading: Reading, interaction: Element, rows: Sequence[Element], *, shuffle: bool) -> Part:
    declaration = reading.declaration(interaction)
    ids = dict(zip((row.get("identifier", "") for row in rows), letters(len(rows)), strict=True))
    right = [name for name in right_ones(declaration) if name in ids]
    single = declaration.cardinality == "single" or (interaction.get("maxChoices") == "1" and len(right) == 1)
    choices = []
    for row in rows:
        name = row.get("identifier", "")
        own = [each for each in row.iter("feedbackInline") if each.get("identifier") == name]
        feedback = "".join(map(reading.markup.inside, own)) or reading.row_feedback.get(name, "")
        choice: dict[str, Any] = {"id": ids[name], "text": reading.short(row)}
        if feedback.strip():
            choice["feedback"] = reading.texts(feedback.strip())
        choices.append(choice)
    content: dict[str, Any] = {"choices": choices, "correct": [ids[name] for name in right], "shuffle": shuffle}
    part = Part(kind="single_choice" if single else "multiple_choice", content=content)
    part.variants = () if single else scoring_variants(declaration, len(right))
    _try(part, declaration, ids, right, single=single)
    return part


def read_hotspot(reading: Reading, interaction: Element) -> Part:
    """Return a `hotspotInteraction`: areas of a picture."""
    declaration = reading.declaration(interaction)
    areas = children(interaction, "hotspotChoice")
    pictures = children(interaction, "object", "img")
    names = [
        reading.markup.keep(each.get("data") or each.get("src") or "", kind=each.get("type", "")) for each in pictures
    ]
    if len(names) != 1 or names[0] is None or any(area.get("shape") not in _SHAPES for area in areas):
        raise NotReadableError(NEEDS, what="hotspotInteraction")
    ids = dict(zip((area.get("identifier", "") for area in areas), letters(len(areas)), strict=True))
    right = [each for each in right_ones(declaration) if each in ids]
    size = picture_size(reading.markup.media[names[0]][:HEAD])
    alt = words(pictures[0]) or pictures[0].get("alt") or interaction.get("label") or ""
    content: dict[str, Any] = {
        "image": f"media:{names[0]}",
        "alt": reading.texts(alt),
        "areas": [
            {
                "id": ids[area.get("identifier", "")],
                "shape": _SHAPES[area.get("shape", "")],
                "coords": _coordinates(area.get("coords", "")),
                "label": reading.texts(area.get("hotspotLabel") or area.get("identifier") or ""),
            }
            for area in areas
        ],
        "correct": [ids[each] for each in right],
        **({"size": list(size)} if size else {}),
    }
    part = Part(kind="hotspot", content=content, own=reading.prompt(interaction))
    part.variants = scoring_variants(declaration, len(right))
    _try(part, declaration, ids, right, single=False)
    return part


def right_ones(declaration: Declaration) -> tuple[str, ...]:
    """Return the right values: those declared, else those that the mapping gives most for, or anything for."""
    if declaration.correct or declaration.mapping is None:
        return declaration.correct
    worth = {key: value for key, value in declaration.mapping.entries.items() if value > 0}
    if declaration.cardinality == "single" and worth:
        return (max(worth, key=lambda key: worth[key]),)
    return tuple(worth)


def scoring_variants(declaration: Declaration, count: int) -> list[dict[str, Any]]:
    """Return the scorings that a mapping of several right values may mean."""
    partial: dict[str, Any] = {"scoring": "partial"}
    penalties = {Fraction(0), Fraction(1, max(count, 1))}
    if declaration.mapping is not None:
        worth = [*declaration.mapping.entries.values(), declaration.mapping.default]
        full = sum((each for each in worth if each > 0), Fraction(0))
        penalties |= {min(-each / full, Fraction(1)) for each in worth if each < 0 < full}
    tried = [{**partial, "penalty": write_number(decimal_of(each)) if each else "0"} for each in sorted(penalties)]
    return [{"scoring": "all_or_nothing"}, *tried]


def _try(part: Part, declaration: Declaration, ids: dict[str, str], right: Sequence[str], *, single: bool) -> None:
    name = declaration.identifier
    part.responses = (name,)
    part.right = {name: tuple(right)}
    wrong = [each for each in ids if each not in right]
    picks = [tuple(right), *((each,) for each in ids)]
    if not single:
        picks += [tuple(right[:-1]), (*right, *wrong[:1]), tuple(ids), (*right[:1], *wrong[:1])]
    for pick in dict.fromkeys(each for each in picks if each):
        ours = [ids[each] for each in pick]
        part.probes.append(Probe({name: pick}, ours[0] if single else ours))
    if not right:
        part.probes.clear()


def _coordinates(text: str) -> list[int]:
    try:
        return [round(float(each)) for each in text.replace(",", " ").split()]
    except (ValueError, OverflowError):
        raise NotReadableError(NEEDS, what="hotspotChoice") from None
