"""What the bank knows beside a question's text, as labels: what formats without a place for it can carry."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.interchange.base import Item, ItemTag
from lms_carbon.question_bank.interchange.texts import Losses
from lms_carbon.question_bank.rules.about import COGNITIVE, MAX_MINUTES

LABEL_LOST: Final = mark("The tag “{tag}” is not kept.")
SOURCE_LOST: Final = mark("The source has no place in this format.")
MEDIA_LOST: Final = mark("Pictures and files have no place in this format.")

_SHOWN: Final = 80
_CODE: Final = r"[0-9](?:\.[0-9]{1,2}){1,3}-[a-z]-[0-9]{1,2}"
_REQUIREMENT: Final = re.compile(rf"(?:tmiitec:)?({_CODE})(?:@([0-9](?:\.[0-9]{{1,2}}){{1,3}}))?", re.ASCII)
_GUID: Final = re.compile(r"(?:urn:uuid:)?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})", re.IGNORECASE)
_SAID: Final = re.compile(r"(cognitive|difficulty|minutes):([a-z0-9]{1,12})")
EXPERT: Final = "needs-expert-review"


@dataclass
class Labels:
    """What labels say of a question, ready for `Item`."""

    tags: list[ItemTag] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)
    """`cognitive`, `difficulty`, `minutes`, `needs_expert_review`: what is said of them."""

    @property
    def for_item(self) -> dict[str, Any]:
        """Return the keywords of `Item`."""
        return {"tags": merge_tags(self.tags), **self.about}


def read_labels(labels: Iterable[str], losses: Losses) -> Labels:
    """Read labels: `5.2.1-b-3`, `tmiitec:5.2.1-b-3@5.2.1`, a GUID, `cognitive:apply`; others are noted as lost."""
    found = Labels()
    for label in (" ".join(label.split()) for label in labels):
        if requirement := _REQUIREMENT.fullmatch(label):
            positions = (requirement[2],) if requirement[2] else None
            found.tags.append(ItemTag(code=requirement[1], positions=positions))
        elif guid := _GUID.fullmatch(label):
            found.tags.append(ItemTag(guid=guid[1].lower()))
        elif label == EXPERT:
            found.about["needs_expert_review"] = True
        elif label and not _read_said(label, found):
            losses.add(LABEL_LOST, tag=label[:_SHOWN])
    return found


def _read_said(label: str, found: Labels) -> bool:
    said = _SAID.fullmatch(label)
    if said is None:
        return False
    name, value = said.groups()
    if name == "cognitive" and value in COGNITIVE:
        found.about[name] = value
        return True
    highest = {"difficulty": 99, "minutes": MAX_MINUTES}.get(name, 0)
    if value.isdecimal() and 1 <= int(value) <= highest:
        found.about[name] = int(value)
        return True
    return False


def merge_tags(tags: Iterable[ItemTag]) -> tuple[ItemTag, ...]:
    """Return one tag for each requirement; positions named one by one come together, none at all means all."""
    merged: dict[tuple[str | None, str | None], ItemTag] = {}
    for tag in tags:
        key = (tag.guid, tag.code)
        before = merged.get(key)
        if before is None:
            merged[key] = tag
        elif before.positions is None or tag.positions is None:
            merged[key] = ItemTag(guid=tag.guid, code=tag.code)
        else:
            positions = tuple(dict.fromkeys((*before.positions, *tag.positions)))
            merged[key] = ItemTag(guid=tag.guid, code=tag.code, positions=positions)
    return tuple(merged.values())


def write_labels(item: Item) -> Iterator[str]:
    """Yield the labels of an item: its requirements first, then what the bank knows beside."""
    for tag in item.tags:
        if tag.code is None:
            if tag.guid:
                yield tag.guid
            continue
        if tag.positions is None:
            yield f"tmiitec:{tag.code}"
        else:
            yield from (f"tmiitec:{tag.code}@{position}" for position in tag.positions)
    yield f"cognitive:{item.cognitive}"
    yield f"difficulty:{item.difficulty}"
    yield f"minutes:{item.minutes}"
    if item.needs_expert_review:
        yield EXPERT
