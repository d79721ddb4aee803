"""Whether a question that went out would come back as it was."""

from typing import Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.interchange.base import Finding, Item
from lms_carbon.question_bank.interchange.shapes import without_names
from lms_carbon.question_bank.interchange.texts import Losses

COMES_BACK: Final = mark("Coming back, it would differ in: {fields}.")
_COMPARED: Final = ("kind", "title", "points", "cognitive", "difficulty", "minutes", "needs_expert_review")


def note_differences(item: Item, back: Finding, losses: Losses) -> None:
    """Note what of an item differs in what was read back of it: whatever nobody thought of is told too."""
    if back.item is None:
        losses.add(COMES_BACK, fields=item.kind)
        return
    differs = [name for name in _COMPARED if getattr(back.item, name) != getattr(item, name)]
    here, there = without_names(item.content), without_names(back.item.content)
    differs += [name for name in {**here, **there} if here.get(name) != there.get(name)]
    if [(tag.code, tag.positions) for tag in back.item.tags] != [(tag.code, tag.positions) for tag in item.tags]:
        differs.append("tags")
    if differs:
        losses.add(COMES_BACK, fields=", ".join(differs))
