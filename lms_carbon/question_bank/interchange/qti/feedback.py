"""The explanation and the feedback to choices, as QTI has them: shown by a variable that the rules set."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from lms_carbon.question_bank.html import is_blank
from lms_carbon.question_bank.interchange.qti.bodies import make
from lms_carbon.question_bank.interchange.qti.names import Element
from lms_carbon.question_bank.interchange.qti.rules import Asked, Asking
from lms_carbon.question_bank.interchange.qti.xhtml import blocks, fill

FEEDBACK: Final = "FEEDBACK"
EXPLANATION: Final = "EXPLANATION"
"""What we call the explanation, which is shown whatever was answered."""


def add_feedback(asking: Asking, content: Mapping[str, Any], asked: Asked, *, kebab: bool) -> list[Element]:
    """Add what shows feedback to a question's choices and rules; return the elements that stand behind the rules."""
    shown = _to_choices(asking, content.get("choices", ()), asked)
    explanation = asking.text(content.get("explanation"))
    if not is_blank(explanation):
        shown.append(make("baseValue", EXPLANATION, baseType="identifier"))
    if not shown:
        return []
    asked.declarations.append(
        make("outcomeDeclaration", identifier=FEEDBACK, cardinality="multiple", baseType="identifier")
    )
    asked.rules.append(make("setOutcomeValue", children=[make("multiple", children=shown)], identifier=FEEDBACK))
    if is_blank(explanation):
        return []
    held = blocks(explanation)
    if kebab:
        held = [make("contentBody", children=held)]
    return [make("modalFeedback", children=held, outcomeIdentifier=FEEDBACK, identifier=EXPLANATION, showHide="show")]


def _to_choices(asking: Asking, choices: Iterable[Mapping[str, Any]], asked: Asked) -> list[Element]:
    """Put feedback into choices; return the expression that shows it, where there is any."""
    texts = {row["id"]: asking.text(row.get("feedback")) for row in choices}
    rows = [row for block in asked.body for row in block.iter("q.simpleChoice")]
    found = False
    for row in rows:
        name = row.get("identifier", "")
        if not is_blank(texts.get(name, "")):
            inline = make("feedbackInline", outcomeIdentifier=FEEDBACK, identifier=name, showHide="show")
            row.append(fill(inline, texts[name]))
            found = True
    return [make("variable", identifier=asking.name)] if found else []
