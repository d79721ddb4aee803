"""Interactions in which things are brought together or in order."""

from collections.abc import Sequence
from typing import Any, Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.interchange.qti.choosing import FIXED_LOST, right_ones, scoring_variants
from lms_carbon.question_bank.interchange.qti.names import Element, children
from lms_carbon.question_bank.interchange.qti.parts import NO_KEY, NotReadableError, Part, Probe, Reading
from lms_carbon.question_bank.interchange.shapes import letters

SEVERAL: Final = mark("A row belongs to several others, which no kind of question here can say.")
SOME_ORDERED: Final = mark("Only some of the rows are to be put in order, which no kind of question here can say.")


def read_match(reading: Reading, interaction: Element) -> Part:
    """Return a `matchInteraction` as matching: each row of one side has one partner on the other."""
    declaration = reading.declaration(interaction)
    sides = [children(side, "simpleAssociableChoice") for side in children(interaction, "simpleMatchSet")]
    pairs = [pair.split() for pair in right_ones(declaration)]
    if not pairs or len(sides) != 2 or any(len(pair) != 2 for pair in pairs):
        raise NotReadableError(NO_KEY)
    left, right = sides
    partners = _partners(left, right, pairs)
    if partners is None:
        left, right = right, left
        partners = _partners(left, right, pairs)
    if partners is None:
        raise NotReadableError(SEVERAL)
    if any(side.get("fixed") == "true" for side in [*left, *right]):
        reading.losses.add(FIXED_LOST)
    rows = {row.get("identifier", ""): f"r{number}" for number, row in enumerate(left, 1)}
    options = dict(zip((each.get("identifier", "") for each in right), letters(len(right)), strict=True))
    content: dict[str, Any] = {
        "rows": [
            {
                "id": rows[row.get("identifier", "")],
                "text": reading.short(row),
                "option": options[partners[row.get("identifier", "")]],
            }
            for row in left
        ],
        "options": [{"id": options[each.get("identifier", "")], "text": reading.short(each)} for each in right],
        "shuffle": interaction.get("shuffle") == "true",
    }
    part = Part(kind="matching", content=content, own=reading.prompt(interaction))
    part.responses = (declaration.identifier,)
    part.right = {declaration.identifier: tuple(" ".join(pair) for pair in pairs)}
    part.variants = scoring_variants(declaration, len(left))
    _try_pairs(part, partners, rows, options, pairs)
    return part


def _partners(
    left: Sequence[Element], right: Sequence[Element], pairs: Sequence[Sequence[str]]
) -> dict[str, str] | None:
    """Return left → right, None unless each on the left has exactly one."""
    names = [each.get("identifier", "") for each in left]
    others = {each.get("identifier", "") for each in right}
    found: dict[str, str] = {}
    for one, two in pairs:
        row, option = (one, two) if one in names and two in others else (two, one)
        if row not in names or option not in others or row in found:
            return None
        found[row] = option
    return found if len(found) == len(names) else None


def _try_pairs(
    part: Part, partners: dict[str, str], rows: dict[str, str], options: dict[str, str], pairs: Sequence[Sequence[str]]
) -> None:
    written = {frozenset(pair): " ".join(pair) for pair in pairs}
    flipped = pairs[0][0] not in rows
    right = {rows[row]: options[option] for row, option in partners.items()}
    name = part.responses[0]
    part.probes.append(Probe(part.right, right))
    for row, option in partners.items():
        alone = written[frozenset((row, option))]
        part.probes.append(Probe({name: (alone,)}, {rows[row]: options[option]}))
        other = next((each for each in options if each != option), None)
        if other is not None:
            pair = f"{other} {row}" if flipped else f"{row} {other}"
            values = tuple(pair if each == alone else each for each in part.right[name])
            part.probes.append(Probe({name: values}, {**right, rows[row]: options[other]}))


def read_order(reading: Reading, interaction: Element) -> Part:
    """Return an `orderInteraction` as ordering."""
    declaration = reading.declaration(interaction)
    given = {row.get("identifier", ""): row for row in children(interaction, "simpleChoice")}
    right = [name for name in right_ones(declaration) if name in given]
    if not right:
        raise NotReadableError(NO_KEY)
    if len(right) < len(given):
        raise NotReadableError(SOME_ORDERED)
    ids = {name: f"r{number}" for number, name in enumerate(right, 1)}
    part = Part(kind="ordering", content={}, own=reading.prompt(interaction))
    part.content = {"rows": [{"id": ids[name], "text": reading.short(given[name])} for name in right]}
    part.responses = (declaration.identifier,)
    part.right = {declaration.identifier: tuple(right)}
    part.variants = [{"scoring": "all_or_nothing"}, {"scoring": "partial"}]
    orders = [right, right[::-1], [*right[1:], right[0]], [*right[:-2], *right[:-3:-1]]]
    for order in dict.fromkeys(tuple(order) for order in orders):
        part.probes.append(Probe({declaration.identifier: order}, [ids[name] for name in order]))
    return part
