"""What each kind becomes in QTI: declarations, interactions in the body, rules that give the points."""

from fractions import Fraction
from typing import Final

from lms_carbon.question_bank.interchange.qti.bodies import make, paragraph
from lms_carbon.question_bank.interchange.qti.names import Element
from lms_carbon.question_bank.interchange.qti.rules import (
    Asked,
    Asking,
    Content,
    add,
    all_or_nothing,
    by_mapping,
    constant,
    declare,
    is_equal,
    when,
)
from lms_carbon.question_bank.interchange.qti.xhtml import address_of, fill
from lms_carbon.question_bank.kinds.units import unit_label

_TRUTH: Final = {"zh": ("正确", "错误"), "en": ("True", "False")}
_SHAPES: Final = {"rect": "rect", "circle": "circle", "polygon": "poly"}
_TYPES: Final = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


def ask_choices(asking: Asking, content: Content, *, multiple: bool) -> Asked:
    """Write single and multiple choice."""
    rows = [fill(make("simpleChoice", identifier=row["id"]), asking.text(row["text"])) for row in content["choices"]]
    shuffle = "true" if content.get("shuffle") else "false"
    interaction = make(
        "choiceInteraction",
        children=rows,
        responseIdentifier=asking.name,
        shuffle=shuffle,
        maxChoices="0" if multiple else "1",
    )
    right = [row["id"] for row in content["choices"] if row["id"] in content["correct"]]
    cardinality = "multiple" if multiple else "single"
    declaration = declare(asking.name, right, "identifier", cardinality=cardinality)
    if multiple and content.get("scoring") == "partial" and right:
        rule = by_mapping(asking, declaration, {name: Fraction(1, len(right)) for name in right}, content)
    else:
        rule = all_or_nothing(asking)
    return Asked([declaration], [*asking.stem(content), interaction], [rule])


def ask_truth(asking: Asking, content: Content) -> Asked:
    """Write true or false."""
    rows = [
        make("simpleChoice", word, identifier=name)
        for name, word in zip(("true", "false"), _TRUTH[asking.language], strict=True)
    ]
    interaction = make(
        "choiceInteraction", children=rows, responseIdentifier=asking.name, shuffle="false", maxChoices="1"
    )
    right = [] if content["correct"] is None else ["true" if content["correct"] else "false"]
    declaration = declare(asking.name, right, "identifier")
    return Asked([declaration], [*asking.stem(content), interaction], [all_or_nothing(asking)])


def ask_number(asking: Asking, content: Content) -> Asked:
    """Write a number; its unit stands behind the field."""
    value = content["value"]
    entry = make("textEntryInteraction", responseIdentifier=asking.name)
    entry.tail = f" {unit_label(content['unit'])}" if content.get("unit") else None
    holder = paragraph(entry)
    condition = is_equal(asking.name, content["tolerance"])
    declaration = declare(asking.name, [value] if value else [], "float")
    rule = when(condition, add(constant(asking.amount(Fraction(1)))))
    return Asked([declaration], [*asking.stem(content), holder], [rule])


def ask_pairs(asking: Asking, content: Content, *, rows: str, options: str, partner: str) -> Asked:
    """Write matching and categorising: rows on one side, what belongs to them on the other."""
    count = str(max(len(content[rows]), 1))
    sides = [
        make("simpleMatchSet", children=[_associable(asking, row, "1") for row in content[rows]]),
        make("simpleMatchSet", children=[_associable(asking, row, count) for row in content[options]]),
    ]
    interaction = make(
        "matchInteraction",
        children=sides,
        responseIdentifier=asking.name,
        shuffle="true" if content.get("shuffle") else "false",
        maxAssociations=count,
    )
    pairs = [f"{row['id']} {row[partner]}" for row in content[rows] if row[partner]]
    declaration = declare(asking.name, pairs, "directedPair", cardinality="multiple")
    if content.get("scoring") == "partial" and pairs:
        rule = by_mapping(asking, declaration, {pair: Fraction(1, len(content[rows])) for pair in pairs}, content)
    else:
        rule = all_or_nothing(asking)
    return Asked([declaration], [*asking.stem(content), interaction], [rule])


def _associable(asking: Asking, row: Content, most: str) -> Element:
    element = make("simpleAssociableChoice", identifier=row["id"], matchMax=most)
    return fill(element, asking.text(row["text"]))


def ask_order(asking: Asking, content: Content) -> Asked:
    """Write ordering; the rows stand in the order of their texts, so that the file's order tells nothing."""
    listed = sorted(content["rows"], key=lambda row: asking.text(row["text"]))
    rows = [fill(make("simpleChoice", identifier=row["id"]), asking.text(row["text"])) for row in listed]
    interaction = make("orderInteraction", children=rows, responseIdentifier=asking.name, shuffle="true")
    right = [row["id"] for row in content["rows"]]
    declaration = declare(asking.name, right, "identifier", cardinality="ordered")
    return Asked([declaration], [*asking.stem(content), interaction], [all_or_nothing(asking)])


def ask_hotspot(asking: Asking, content: Content) -> Asked:
    """Write places on a picture."""
    ending = content["image"].rpartition(".")[2]
    kind = _TYPES.get(ending, "image/png")
    picture = make("object", asking.text(content["alt"]), data=address_of(content["image"]), type=kind)
    picture.tag = "object"
    for name, length in zip(("width", "height"), content.get("size") or (), strict=False):
        picture.set(name, str(length))
    areas = [
        make(
            "hotspotChoice",
            identifier=area["id"],
            shape=_SHAPES[area["shape"]],
            coords=",".join(str(each) for each in area["coords"]),
            hotspotLabel=asking.text(area["label"])[:256],
        )
        for area in content["areas"]
    ]
    right = [area["id"] for area in content["areas"] if area["id"] in content["correct"]]
    interaction = make("hotspotInteraction", children=[picture, *areas], responseIdentifier=asking.name, maxChoices="0")
    declaration = declare(asking.name, right, "identifier", cardinality="multiple")
    if content.get("scoring") == "partial" and right:
        rule = by_mapping(asking, declaration, {name: Fraction(1, len(right)) for name in right}, content)
    else:
        rule = all_or_nothing(asking)
    return Asked([declaration], [*asking.stem(content), interaction], [rule])


def ask_open(asking: Asking, content: Content) -> Asked:
    """Write what QTI has no interaction for as an open question; our own account says what it is."""
    interaction = make("extendedTextInteraction", responseIdentifier=asking.name)
    return Asked([declare(asking.name, (), "string")], [*asking.stem(content), interaction], [])
