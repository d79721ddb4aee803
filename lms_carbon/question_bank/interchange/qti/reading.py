"""QTI files and packages of all versions, read into findings."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from lms_carbon.core.i18n import mark
from lms_carbon.question_bank.interchange.base import DEGRADED, SKIPPED, Finding, Head, ItemTag, Limits, finding_of
from lms_carbon.question_bank.interchange.errors import (
    BrokenFileError,
    BrokenPackageError,
    FileTooLargeError,
    TooManyQuestionsError,
    UnknownEncodingError,
)
from lms_carbon.question_bank.interchange.qti import canvas
from lms_carbon.question_bank.interchange.qti.carrying import FILE, NotCarriedError, take
from lms_carbon.question_bank.interchange.qti.items import read_item
from lms_carbon.question_bank.interchange.qti.markup import Files
from lms_carbon.question_bank.interchange.qti.names import Element, normalise, words
from lms_carbon.question_bank.interchange.safe_xml import local_name, parse_xml, read_elements
from lms_carbon.question_bank.interchange.safe_zip import Package
from lms_carbon.question_bank.kinds.reasons import Reason
from lms_carbon.question_bank.kinds.registry import KINDS

NAME: Final = "qti"
MANIFEST: Final = "imsmanifest.xml"
BROKEN_ITEM: Final = mark("It is not well-formed XML, at line {line}.")
BROKEN_TEXT: Final = mark("Its text is in no encoding that can be read.")
_ROOTS: Final = (b"assessmentItem", b"qti-assessment-item", b"questestinterop", b"imscp_v1p1")
_ITEM_TYPES: Final = ("imsqti_item_xmlv", "imsqti_apipitem_xmlv")
_CANVAS_TYPES: Final = ("imsqti_xmlv1p2", "imsqti_xmlv1p2/imscc_xmlv1p")
_CODE: Final = re.compile(r"[0-9](?:\.[0-9]{1,2}){1,3}-[a-z]-[0-9]{1,2}", re.ASCII)
_FILE_BASES: Final = ("$IMS-CC-FILEBASE$/", "$IMS_CC_FILEBASE$/")
_ITEM_BYTES: Final = 8_000_000
"""Of one item's XML. Pictures stand beside it."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A file that the manifest names, and the requirements that it names with it."""

    identifier: str
    kind: str
    path: str
    tags: tuple[ItemTag, ...]


def recognise(head: Head) -> bool:
    """Tell whether a file is QTI: a package by its manifest, an item by its root element."""
    if head.members:
        return any(posixpath.basename(path) == MANIFEST for path in head.members)
    return any(root in head.start for root in _ROOTS)


def read(source: BinaryIO, limits: Limits) -> Iterator[Finding]:
    """Read an item, a Canvas quiz or a package of any version."""
    source.seek(0)
    start = source.read(4)
    source.seek(0)
    findings = _read_package(source, limits) if start == b"PK\x03\x04" else _read_file(source, limits)
    for number, finding in enumerate(findings, 1):
        if number > limits.questions:
            raise TooManyQuestionsError(limit=limits.questions)
        yield finding


def _read_file(source: BinaryIO, limits: Limits) -> Iterator[Finding]:
    place = posixpath.basename(str(getattr(source, "name", ""))) or "item.xml"
    start = source.read(4_096)
    source.seek(0)
    if b"questestinterop" in start:
        yield from canvas.read_quiz(source, place=place, files=lambda _: None, limits=limits)
        return
    data = source.read(_ITEM_BYTES + 1)
    if len(data) > _ITEM_BYTES:
        raise FileTooLargeError(place=place, limit=_ITEM_BYTES // 1_000_000)
    yield read_item(_item_root(data, place, limits), place=place, files=lambda _: None, limits=limits)


def _read_package(source: BinaryIO, limits: Limits) -> Iterator[Finding]:
    package = Package(source, place="package", limits=limits)
    manifests = [path for path in package.paths if posixpath.basename(path) == MANIFEST]
    if not manifests:
        raise BrokenPackageError(place=MANIFEST)
    manifest = min(manifests, key=lambda path: path.count("/"))
    seen: set[str] = set()
    for resource in _resources(package, manifest, limits):
        for found in _read_resource(package, resource, limits):
            yield _apart(found, seen, resource)


def _apart(found: Finding, seen: set[str], resource: Resource) -> Finding:
    """Return a finding with an identifier that no question before it had: the bank tells questions apart by it."""
    identifier = found.identifier
    if identifier in seen:
        identifier = f"{identifier[:150]}#{resource.identifier[:80]}"
    number = 2
    while identifier in seen:
        identifier = f"{found.identifier[:150]}#{resource.identifier[:80]}-{number}"
        number += 1
    seen.add(identifier)
    if identifier == found.identifier:
        return found
    return replace(found, identifier=identifier, item=found.item and replace(found.item, identifier=identifier))


def _resources(package: Package, manifest: str, limits: Limits) -> Iterator[Resource]:
    folder = posixpath.dirname(manifest)
    with package.open(manifest) as stream:
        for element in read_elements(stream, wanted="resource", place=manifest, limits=limits):
            kind = element.get("type") or ""
            if not kind.startswith(_ITEM_TYPES + _CANVAS_TYPES):
                continue
            named = [each.get("href") or "" for each in element if local_name(each) == "file"]
            href = element.get("href") or next(iter(named), "")
            path = posixpath.normpath(posixpath.join(folder, href))
            if path not in package:
                raise BrokenPackageError(place=href or kind)
            yield Resource(element.get("identifier") or path, kind, path, _tags(element))


def _tags(resource: Element) -> tuple[ItemTag, ...]:
    """Return the requirements of `curriculumStandardsMetadata`, by GUID; the label may be their code."""
    found: dict[str, ItemTag] = {}
    for labelled in resource.iter("{*}labelledGUID", "{*}labelledGuid"):
        guid = code = ""
        for each in labelled:
            if local_name(each).lower() == "guid":
                guid = words(each).lower()
            elif local_name(each) == "label":
                code = words(each)
        if guid:
            found[guid] = ItemTag(guid=guid[:64], code=code if _CODE.fullmatch(code) else None)
    return tuple(found.values())


def _read_resource(package: Package, resource: Resource, limits: Limits) -> Iterator[Finding]:
    folder = posixpath.dirname(resource.path)

    def fetch(address: str) -> bytes | None:
        return package.read_beside(posixpath.normpath(posixpath.join(folder, address)))

    if resource.kind.startswith(_CANVAS_TYPES):
        with package.open(resource.path) as stream:
            yield from canvas.read_quiz(stream, place=resource.path, files=_canvas_files(package, fetch), limits=limits)
        return
    if package.size(resource.path) > _ITEM_BYTES:
        raise FileTooLargeError(place=resource.path, limit=_ITEM_BYTES // 1_000_000)
    written = package.read(resource.path)
    beside = posixpath.join(folder, FILE)
    if beside not in package:
        yield _read_written(written, resource, fetch, limits)
        return
    try:
        item = take(package.read(beside), written, lambda name: fetch(f"../../media/{name}"))
    except NotCarriedError as refusal:
        yield _with_kept(_read_written(written, resource, fetch, limits), refusal)
    else:
        yield finding_of(KINDS[item.kind], item, place=resource.path)


def _with_kept(found: Finding, refusal: NotCarriedError) -> Finding:
    """Return what another tool made of a question of ours: the same question, and what that tool knows nothing of."""
    reasons = (Reason(refusal.msgid), *found.reasons)
    kept, item = refusal.kept, found.item
    if kept is None or item is None:
        return replace(found, reasons=reasons)
    item = replace(
        item,
        identifier=kept.identifier,
        tags=kept.tags,
        cognitive=kept.cognitive,
        difficulty=kept.difficulty,
        minutes=kept.minutes,
        source=kept.source,
        needs_expert_review=kept.needs_expert_review,
    )
    return replace(found, identifier=kept.identifier, status=DEGRADED, reasons=reasons, item=item)


def _canvas_files(package: Package, beside: Files) -> Files:
    """Return a finder of Canvas files: `$IMS-CC-FILEBASE$` is `web_resources` in its own, the root in others'."""

    def fetch(address: str) -> bytes | None:
        base = next((each for each in _FILE_BASES if address.startswith(each)), None)
        if base is None:
            return beside(address)
        named = address.removeprefix(base)
        paths = (posixpath.normpath(posixpath.join(folder, named)) for folder in ("web_resources", ""))
        return next((data for path in paths if (data := package.read_beside(path)) is not None), None)

    return fetch


def _read_written(written: bytes, resource: Resource, fetch: Files, limits: Limits) -> Finding:
    """Return what became of an item as other tools wrote it; a broken one does not spoil the others."""
    try:
        root = _item_root(written, resource.path, limits)
    except BrokenFileError as error:
        reason = Reason(BROKEN_ITEM, {"line": str(error.params["line"])})
    except UnknownEncodingError:
        reason = Reason(BROKEN_TEXT)
    else:
        return read_item(root, place=resource.path, files=fetch, limits=limits, tags=resource.tags)
    return Finding(place=resource.path, identifier=resource.identifier, status=SKIPPED, reasons=(reason,))


def _item_root(data: bytes, place: str, limits: Limits) -> Element:
    return normalise(parse_xml(data, place=place, limits=limits))
