"""The manifest of a package, and what differs between the versions that are written."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, cast

from lxml import etree

from lms_carbon.framework.rules import guid_of
from lms_carbon.question_bank.interchange.base import ItemTag
from lms_carbon.question_bank.interchange.qti.names import Element

_URN: Final = "urn:tmiitec:020-2024:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of QTI and what it calls things."""

    kebab: bool
    """Whether its own elements are `qti-choice-interaction`."""
    namespace: str
    item_type: str
    package: str
    standards: str
    """Namespace of `curriculumStandardsMetadata`."""
    schema: tuple[str, str]


QTI_22: Final = Version(
    kebab=False,
    namespace="http://www.imsglobal.org/xsd/imsqti_v2p2",
    item_type="imsqti_item_xmlv2p2",
    package="http://www.imsglobal.org/xsd/imscp_v1p1",
    standards="http://www.imsglobal.org/xsd/imscsmd_v1p0",
    schema=("QTIv2.2 Package", "1.0.0"),
)
QTI_30: Final = Version(
    kebab=True,
    namespace="http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    item_type="imsqti_item_xmlv3p0",
    package="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    standards="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscsmd_v1p1",
    schema=("QTI Package", "3.0.0"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item of a package: its folder's name, its requirements, the files that it needs beside itself."""

    name: str
    href: str
    tags: tuple[ItemTag, ...]
    files: tuple[str, ...]


def write_manifest(entries: Iterable[Entry], version: Version) -> bytes:
    """Return `imsmanifest.xml`."""
    root = etree.Element(
        f"{{{version.package}}}manifest",
        {"identifier": "LMS-CARBON"},
        nsmap=cast("dict[str, str]", {None: version.package, "csm": version.standards}),
    )
    about = _add(root, version, "metadata")
    _add(about, version, "schema").text = version.schema[0]
    _add(about, version, "schemaversion").text = version.schema[1]
    _add(root, version, "organizations")
    resources = _add(root, version, "resources")
    for entry in entries:
        resource = _add(resources, version, "resource")
        resource.set("identifier", f"R-{entry.name}")
        resource.set("type", version.item_type)
        resource.set("href", entry.href)
        guids = [(tag, guid) for tag in entry.tags if (guid := _guid(tag))]
        if guids:
            _add_standards(_add(resource, version, "metadata"), version, guids)
        for path in (entry.href, *entry.files):
            _add(resource, version, "file").set("href", path)
    etree.indent(root, " ")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _guid(tag: ItemTag) -> str:
    return tag.guid or (str(guid_of(_URN, tag.code)) if tag.code else "")


def _add_standards(metadata: Element, version: Version, guids: Iterable[tuple[ItemTag, str]]) -> None:
    holder = metadata
    for name in ("curriculumStandardsMetadataSet", "curriculumStandardsMetadata", "setOfGUIDs"):
        holder = etree.SubElement(holder, f"{{{version.standards}}}{name}")
    for tag, guid in guids:
        labelled = etree.SubElement(holder, f"{{{version.standards}}}labelledGUID")
        if tag.code:
            etree.SubElement(labelled, f"{{{version.standards}}}label").text = tag.code
        etree.SubElement(labelled, f"{{{version.standards}}}GUID").text = guid


def _add(parent: Element, version: Version, name: str) -> Element:
    return etree.SubElement(parent, f"{{{version.package}}}{name}")
