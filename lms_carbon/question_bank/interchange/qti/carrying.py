"""`lms_carbon.json`: all that we know of a question, beside the item that other tools read.

It names the item's digest, so that a question changed by another tool is read from what that tool wrote.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from lms_carbon.core.i18n import LANGUAGES, mark
from lms_carbon.question_bank.html import MEDIA
from lms_carbon.question_bank.interchange.base import Item, ItemTag
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.rules.about import COGNITIVE, MAX_MINUTES, MAX_POINTS

FILE: Final = "lms_carbon.json"
CHANGED: Final = mark("The question was changed by another tool; its texts are taken as that tool wrote them.")
UNREADABLE: Final = mark("What this product had written beside the question cannot be read.")
_FORMAT: Final = "lms_carbon question"
_VERSION: Final = 1
_MOST: Final = 4_000_000
_TEXT: Final = 2_000


class NotCarriedError(Exception):
    """The question is not to be taken as we knew it; `msgid` says why, `kept` is what we knew, where that was read."""

    def __init__(self, msgid: str, kept: Item | None = None) -> None:
        super().__init__(msgid)
        self.msgid = msgid
        self.kept = kept


def carry(item: Item, written: bytes) -> bytes:
    """Return our own account of an item, with the digest of what other tools read."""
    document = {
        "format": _FORMAT,
        "version": _VERSION,
        "item": hashlib.sha256(written).hexdigest(),
        "identifier": item.identifier,
        "kind": item.kind,
        "title": dict(item.title),
        "content": item.content,
        "tags": [
            {"guid": tag.guid, "code": tag.code, "positions": tag.positions and list(tag.positions)}
            for tag in item.tags
        ],
        "points": item.points,
        "cognitive": item.cognitive,
        "difficulty": item.difficulty,
        "minutes": item.minutes,
        "source": dict(item.source),
        "needs_expert_review": item.needs_expert_review,
        "media": sorted(item.media),
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def take(carried: bytes, written: bytes, media: Callable[[str], bytes | None]) -> Item:
    """Return the item of our own account; its content is still to be checked. Raises NotCarriedError."""
    try:
        document = json.loads(carried) if len(carried) <= _MOST else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("format") != _FORMAT or document.get("version") != _VERSION:
        raise NotCarriedError(UNREADABLE)
    changed = document.get("item") != hashlib.sha256(written).hexdigest()
    try:
        item = _item({**document, "media": []} if changed else document, media)
    except (KeyError, TypeError, ValueError):
        raise NotCarriedError(UNREADABLE) from None
    if changed:
        raise NotCarriedError(CHANGED, item)
    return item


def _item(document: Mapping[str, Any], media: Callable[[str], bytes | None]) -> Item:
    if document["kind"] not in KINDS or document["cognitive"] not in COGNITIVE:
        raise ValueError(document["kind"])
    files = {name: _file(name, media(name)) for name in map(_short, document["media"])}
    return Item(
        identifier=_short(document["identifier"])[:255],
        kind=document["kind"],
        title=_texts(document["title"]),
        content=document["content"],
        tags=tuple(_tag(tag) for tag in document["tags"]),
        points=_whole(document["points"], MAX_POINTS),
        cognitive=document["cognitive"],
        difficulty=_whole(document["difficulty"], 100),
        minutes=_whole(document["minutes"], MAX_MINUTES),
        source=_texts(document["source"]),
        needs_expert_review=document["needs_expert_review"] is True,
        media=files,
    )


def _file(name: str, data: bytes | None) -> bytes:
    """Return a picture or data file; its name is its digest, so a wrong one shows."""
    found = MEDIA.fullmatch(f"media:{name}")
    if data is None or found is None or not name.startswith(hashlib.sha256(data).hexdigest()):
        raise ValueError(name)
    return data


def _short(value: object) -> str:
    if not isinstance(value, str) or len(value) > _TEXT or not value.isprintable():
        raise ValueError(value)
    return value


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError(value)
    return {language: _short(value.get(language, "")) for language in LANGUAGES}


def _whole(value: object, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= most:
        raise ValueError(value)
    return value


def _tag(value: Mapping[str, Any]) -> ItemTag:
    positions = value["positions"]
    return ItemTag(
        guid=None if value["guid"] is None else _short(value["guid"]),
        code=None if value["code"] is None else _short(value["code"]),
        positions=None if positions is None else tuple(_short(each) for each in positions),
    )
