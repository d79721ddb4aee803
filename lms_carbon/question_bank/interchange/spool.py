"""Findings on disk between reading a file and writing its questions: memory holds a few hundred, however many."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from lms_carbon.core.errors import DomainError
from lms_carbon.core.i18n import mark
from lms_carbon.files.rules import IMAGES, Limits
from lms_carbon.files.services.content import check_content
from lms_carbon.question_bank.interchange.base import DATA_FILES, DEGRADED, Finding, Item
from lms_carbon.question_bank.interchange.items import item_from_json, item_to_json, reason_from_json, reason_to_json
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.kinds.registry import KINDS

MEDIA_REFUSED: Final = mark("A picture or file of the question is not what its name says and was left out.")
MEDIA_LIMITS: Final = Limits(10_000_000, IMAGES | DATA_FILES)


class Spool:
    """Keeps findings in a folder of their own, in the order in which they came."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines = (folder / "findings").open("w+", encoding="utf-8")
        self.count = 0

    def __enter__(self) -> Self:
        """Return itself; the end of the block closes the file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._lines.close()

    def add(self, finding: Finding) -> None:
        """Keep a finding. Media that are not what they say are taken out of the question, which says so."""
        item, reasons, status = finding.item, finding.reasons, finding.status
        names: list[str] = []
        if item is not None and item.media:
            names, refused = self._keep_media(item)
            if refused:
                item = _without(item, refused)
                reasons, status = (*reasons, Reason(MEDIA_REFUSED)), DEGRADED
        held = {
            "place": finding.place,
            "line": finding.line,
            "identifier": finding.identifier,
            "status": status,
            "reasons": [reason_to_json(reason) for reason in reasons],
            "item": item_to_json(item) if item is not None else None,
            "media": names,
        }
        self._lines.write(json.dumps(held, ensure_ascii=True) + "\n")
        self.count += 1

    def _keep_media(self, item: Item) -> tuple[list[str], list[str]]:
        kept: list[str] = []
        refused: list[str] = []
        for name, data in item.media.items():
            path = self.media_path(name)
            if not path.exists():
                path.write_bytes(data)
                try:
                    check_content(path, name=name, limits=MEDIA_LIMITS)
                except DomainError:
                    path.unlink()
            (kept if path.exists() and len(data) <= MEDIA_LIMITS.size else refused).append(name)
        return kept, refused

    def media_path(self, name: str) -> Path:
        """Return where a picture or file lies; its name is `<sha256>.<ending>`."""
        return self._folder / name

    def batches(self, size: int) -> Iterator[list["Spooled"]]:
        """Yield all findings again, `size` at a time."""
        self._lines.flush()
        self._lines.seek(0)
        batch: list[Spooled] = []
        for line in self._lines:
            batch.append(_spooled(json.loads(line)))
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch


@dataclass(frozen=True, slots=True)
class Spooled:
    """A finding from the disk; the item's media stay there, by name."""

    finding: Finding
    media: tuple[str, ...]


def _spooled(held: dict[str, Any]) -> Spooled:
    finding = Finding(
        place=held["place"],
        line=held["line"],
        identifier=held["identifier"],
        status=held["status"],
        reasons=tuple(reason_from_json(reason) for reason in held["reasons"]),
        item=item_from_json(held["item"]) if held["item"] else None,
    )
    return Spooled(finding, tuple(held["media"]))


def _without(item: Item, names: list[str]) -> Item:
    written = json.dumps(item.content)
    for name in names:
        written = written.replace(f"media:{name}", "missing:")
    # Cleaned again, an image without a file becomes the words that stand for it.
    return replace(item, content=KINDS[item.kind].load_content(json.loads(written)))
