"""Items and sentences as JSON, and back: between reading and writing a file, and in reports."""

from collections.abc import Mapping
from typing import Any

from lms_carbon.question_bank.interchange.base import Item, ItemTag
from lms_carbon.question_bank.kinds.reasons import Reason


def item_to_json(item: Item) -> dict[str, Any]:
    """Return an item without its media, in plain JSON types."""
    return {
        "identifier": item.identifier,
        "kind": item.kind,
        "title": dict(item.title),
        "content": dict(item.content),
        "tags": [
            {"guid": tag.guid, "code": tag.code, "positions": list(tag.positions) if tag.positions else None}
            for tag in item.tags
        ],
        "points": item.points,
        "cognitive": item.cognitive,
        "difficulty": item.difficulty,
        "minutes": item.minutes,
        "source": dict(item.source),
        "needs_expert_review": item.needs_expert_review,
    }


def item_from_json(held: Mapping[str, Any]) -> Item:
    """Return what `item_to_json` made, without media. Not for JSON from outside."""
    tags = tuple(
        ItemTag(guid=tag["guid"], code=tag["code"], positions=tuple(tag["positions"]) if tag["positions"] else None)
        for tag in held["tags"]
    )
    return Item(**{**held, "tags": tags})


def reason_to_json(reason: Reason) -> dict[str, Any]:
    """Return a sentence as JSON; what fills it may be a sentence itself."""
    filled = {
        name: reason_to_json(value) if isinstance(value, Reason) else value if isinstance(value, int) else str(value)
        for name, value in reason.params.items()
    }
    return {"msgid": reason.msgid, "params": filled}


def reason_from_json(held: Mapping[str, Any]) -> Reason:
    """Return what `reason_to_json` made."""
    filled = {
        name: reason_from_json(value) if isinstance(value, Mapping) else value for name, value in held["params"].items()
    }
    return Reason(held["msgid"], filled)
