"""Text to be typed and gaps in QTI."""

from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from typing import Final

from lms_carbon.question_bank.interchange.qti.bodies import make, paragraph, put_gaps
from lms_carbon.question_bank.interchange.qti.names import Element
from lms_carbon.question_bank.interchange.qti.rules import (
    Asked,
    Asking,
    Content,
    add,
    all_or_nothing,
    constant,
    declare,
    is_equal,
    is_given,
    when,
)
from lms_carbon.question_bank.interchange.qti.xhtml import fill


def ask_text(asking: Asking, content: Content) -> Asked:
    """Write a text to be typed."""
    declaration, rule = typed(asking, content)
    holder = paragraph(make("textEntryInteraction", responseIdentifier=asking.name))
    return Asked([declaration], [*asking.stem(content), holder], [rule])


def typed(asking: Asking, content: Content) -> tuple[Element, Element]:
    """Return the declaration and rule of a text to be typed; patterns have no place in QTI."""
    answers = [each for each in content["answers"] if not each["pattern"] and each["text"]]
    full = next((each["text"] for each in answers if Fraction(each["credit"]) == 100), None)
    declaration = declare(asking.name, [full] if full else [], "string")
    if not answers:
        return declaration, all_or_nothing(asking)
    sensitive = "true" if content["case_sensitive"] else "false"
    entries = [
        make(
            "mapEntry",
            mapKey=each["text"],
            mappedValue=asking.amount(Fraction(each["credit"]) / 100),
            caseSensitive=sensitive,
        )
        for each in answers
    ]
    declaration.append(make("mapping", children=entries, defaultValue="0"))
    return declaration, when(is_given(asking.name), add(make("mapResponse", identifier=asking.name)))


def ask_cloze(asking: Asking, content: Content) -> Asked:
    """Write gaps in a text, each with a response of its own."""
    body = asking.stem(content)
    total = sum(gap["weight"] for gap in content["gaps"]) or 1
    asked = Asked(body=body)
    places: dict[str, Callable[[], Element]] = {}
    conditions: list[Element] = []
    for gap in content["gaps"]:
        part = Asking(asking.language, f"{asking.name}_{gap['id']}", asking.points * Fraction(gap["weight"], total))
        declaration, interaction, rule = _GAPS[gap["kind"]](part, gap)
        asked.declarations.append(declaration)
        asked.rules.append(rule)
        places[gap["id"]] = interaction
        conditions.append(_is_full(part, declaration, rule))
    if content.get("scoring") == "all_or_nothing":
        asked.rules = [when(make("and", children=conditions), add(constant(asking.amount(Fraction(1)))))]
    else:
        _take_off(asking, content, asked)
    put_gaps(body, places)
    return asked


def _is_full(part: Asking, declaration: Element, rule: Element) -> Element:
    """Return the condition that a gap earns all it can."""
    if declaration.find("q.mapping") is None:
        return deepcopy(rule[0][0])
    worth = make("mapResponse", identifier=part.name)
    return make("gte", children=[worth, constant(part.amount(Fraction(1)))])


def _take_off(asking: Asking, content: Content, asked: Asked) -> None:
    """Add what wrong gaps take off, and that the points of the whole never fall below what they may."""
    penalty = Fraction(content.get("penalty") or 0)
    if penalty:
        less = asking.amount(-penalty)
        for declaration, rule in zip(asked.declarations, asked.rules, strict=True):
            mapping = declaration.find("q.mapping")
            if mapping is not None:
                mapping.set("defaultValue", less)
            else:
                wrong = [is_given(declaration.get("identifier", "")), add(constant(less))]
                rule.append(make("responseElseIf", children=wrong))
    least = asking.amount(Fraction(content.get("minimum") or 0))
    if not asking.whole or (not penalty and least == "0"):
        return
    below = make("lt", children=[make("variable", identifier="SCORE"), constant(least)])
    given = make("or", children=[is_given(each.get("identifier", "")) for each in asked.declarations])
    raised = make("setOutcomeValue", children=[constant(least)], identifier="SCORE")
    asked.rules.append(when(make("and", children=[below, given]), raised))


def _text_gap(asking: Asking, gap: Content) -> tuple[Element, Callable[[], Element], Element]:
    declaration, rule = typed(asking, gap)
    return declaration, lambda: make("textEntryInteraction", responseIdentifier=asking.name), rule


def _number_gap(asking: Asking, gap: Content) -> tuple[Element, Callable[[], Element], Element]:
    declaration = declare(asking.name, [gap["value"]] if gap["value"] else [], "float")
    rule = when(is_equal(asking.name, gap["tolerance"]), add(constant(asking.amount(Fraction(1)))))
    return declaration, lambda: make("textEntryInteraction", responseIdentifier=asking.name), rule


def _choice_gap(asking: Asking, gap: Content) -> tuple[Element, Callable[[], Element], Element]:
    def interaction() -> Element:
        rows = [fill(make("inlineChoice", identifier=row["id"]), asking.text(row["text"])) for row in gap["choices"]]
        return make("inlineChoiceInteraction", children=rows, responseIdentifier=asking.name, shuffle="false")

    declaration = declare(asking.name, [gap["correct"]] if gap["correct"] else [], "identifier")
    return declaration, interaction, all_or_nothing(asking)


_GAPS: Final = {"text": _text_gap, "number": _number_gap, "choice": _choice_gap}
