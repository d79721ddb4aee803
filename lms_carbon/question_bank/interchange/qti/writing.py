"""Items and packages of QTI 2.2 and 3.0, out.

Other tools read one language of a question, and its scoring as far as QTI has words for it; all of it stands in
`lms_carbon.json` beside the item. The bytes depend on the items alone: what is written, read and written again is the
same.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import BinaryIO, Final, cast

from lxml import etree

from lms_carbon.question_bank.html import plain_text
from lms_carbon.question_bank.interchange.base import Finding, Item
from lms_carbon.question_bank.interchange.guarding import writing_guarded
from lms_carbon.question_bank.interchange.qti.asking import (
    ask_choices,
    ask_hotspot,
    ask_number,
    ask_open,
    ask_order,
    ask_pairs,
    ask_truth,
)
from lms_carbon.question_bank.interchange.qti.asking_gaps import ask_cloze, ask_text
from lms_carbon.question_bank.interchange.qti.bodies import make
from lms_carbon.question_bank.interchange.qti.carrying import FILE, carry
from lms_carbon.question_bank.interchange.qti.feedback import add_feedback
from lms_carbon.question_bank.interchange.qti.manifests import QTI_22, QTI_30, Entry, Version, write_manifest
from lms_carbon.question_bank.interchange.qti.names import MATHML, XML_LANG, Element, to_qti3
from lms_carbon.question_bank.interchange.qti.rules import RESPONSE, Asked, Asking, Content
from lms_carbon.question_bank.interchange.qti.xhtml import MEDIA_FOLDER
from lms_carbon.question_bank.interchange.safe_zip import write_package
from lms_carbon.question_bank.kinds.bilingual import text_of
from lms_carbon.question_bank.kinds.calculated import Calculated
from lms_carbon.question_bank.kinds.case_parts import share_of_part
from lms_carbon.question_bank.kinds.registry import KINDS

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,79}", re.ASCII)
_ODD: Final = re.compile(r"[^A-Za-z0-9_-]+", re.ASCII)
_HTML_LANG: Final = {"zh": "zh-CN", "en": "en"}
_CALCULATED: Final = Calculated()


def write_22(items: Iterable[Item], out: BinaryIO) -> tuple[Finding, ...]:
    """Write a QTI 2.2 package."""
    return _write(items, out, QTI_22)


def write_30(items: Iterable[Item], out: BinaryIO) -> tuple[Finding, ...]:
    """Write a QTI 3.0 package."""
    return _write(items, out, QTI_30)


def _write(items: Iterable[Item], out: BinaryIO, version: Version) -> tuple[Finding, ...]:
    entries: list[Entry] = []
    findings: list[Finding] = []
    write_package(_files(items, version, entries, findings), out)
    return tuple(findings)


def _files(
    items: Iterable[Item], version: Version, entries: list[Entry], findings: list[Finding]
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a package, the manifest last: it lists what was written before it."""
    media: set[str] = set()
    taken: set[str] = set()
    for item in items:
        name = _name(item.identifier, taken)
        href, beside = f"items/{name}/item.xml", f"items/{name}/{FILE}"
        carried = b""
        with writing_guarded(item, findings, place=version.schema[0]):
            written = write_item(item, version)
            carried = carry(item, written)
        if not carried:
            continue
        yield href, written
        yield beside, carried
        for file in sorted(set(item.media) - media):
            media.add(file)
            yield f"{MEDIA_FOLDER}/{file}", item.media[file]
        files = (beside, *(f"{MEDIA_FOLDER}/{file}" for file in sorted(item.media)))
        entries.append(Entry(name=name, href=href, tags=item.tags, files=files))
    yield "imsmanifest.xml", write_manifest(entries, version)


def _name(identifier: str, taken: set[str]) -> str:
    """Return a name that may stand in paths and in XML, the identifier itself where that may."""
    name = identifier
    if not _NAME.fullmatch(identifier) or identifier.endswith("."):
        digest = hashlib.sha256(identifier.encode()).hexdigest()[:12]
        name = f"q-{_ODD.sub('-', identifier).strip('-')[:40]}-{digest}".replace("--", "-")
    unique, number = name, 2
    while unique in taken:
        unique = f"{name}-{number}"
        number += 1
    taken.add(unique)
    return unique


def write_item(item: Item, version: Version) -> bytes:
    """Return an item's XML."""
    language = text_of(item.content["stem"], "zh")[1]
    points = Fraction(item.points, 1_000)
    asking = Asking(language, RESPONSE, points)
    # A draft may lack what its interaction must have.
    whole = not any(problem.blocking for problem in KINDS[item.kind].check_content(item.content))
    asked = _ask(item.kind, asking, item.content) if whole else ask_open(asking, item.content)
    behind = add_feedback(asking, item.content, asked, kebab=version.kebab) if whole else []
    worth = asking.amount(Fraction(1))
    root = make(
        "assessmentItem",
        children=[
            *asked.declarations,
            _outcome("SCORE", "0", normalMaximum=worth),
            _outcome("MAXSCORE", worth),
            make("itemBody", children=asked.body),
            make("responseProcessing", children=asked.rules),
            *behind,
        ],
        identifier=_name(item.identifier, set()),
        title=plain_text(text_of(item.title, language)[0]) or item.identifier,
        adaptive="false",
        timeDependent="false",
        toolName="lms_carbon",
    )
    root.set(XML_LANG, _HTML_LANG[language])
    return etree.tostring(_spelled(root, version), xml_declaration=True, encoding="UTF-8")


def _outcome(name: str, value: str, **attributes: str) -> Element:
    default = make("defaultValue", children=[make("value", value)])
    return make(
        "outcomeDeclaration", children=[default], identifier=name, cardinality="single", baseType="float", **attributes
    )


def _ask(kind: str, asking: Asking, content: Content) -> Asked:
    if kind == "case":
        return _ask_case(asking, content)
    return _WRITERS.get(kind, ask_open)(asking, content)


def _ask_case(asking: Asking, content: Content) -> Asked:
    """Write a text and the parts that ask about it, one after the other."""
    whole = Asked(body=asking.stem(content))
    total = sum(share_of_part(part) for part in content["parts"]) or Fraction(1)
    for part in content["parts"]:
        points = asking.points * share_of_part(part) / total
        asked = _ask(part["kind"], Asking(asking.language, f"{asking.name}_{part['id']}", points), part["content"])
        whole.declarations += asked.declarations
        whole.body += asked.body
        whole.rules += asked.rules
    return whole


_WRITERS: Final[Mapping[str, Callable[[Asking, Content], Asked]]] = {
    "single_choice": lambda asking, content: ask_choices(asking, content, multiple=False),
    "multiple_choice": lambda asking, content: ask_choices(asking, content, multiple=True),
    "true_false": ask_truth,
    "numeric": ask_number,
    "calculated": lambda asking, content: ask_number(asking, _CALCULATED.as_numeric(content)),
    "short_text": ask_text,
    "cloze": ask_cloze,
    "matching": lambda asking, content: ask_pairs(asking, content, rows="rows", options="options", partner="option"),
    "categorising": lambda asking, content: ask_pairs(
        asking, content, rows="rows", options="categories", partner="category"
    ),
    "ordering": ask_order,
    "hotspot": ask_hotspot,
}


def _spelled(element: Element, version: Version) -> Element:
    """Return an element in the names of a version."""
    tag = str(element.tag)
    space = version.namespace
    if tag.startswith("m."):
        name, space = f"{{{MATHML}}}{tag[2:]}", MATHML
    elif tag.startswith("q."):
        plain = f"qti-{to_qti3(tag[2:])}" if version.kebab else tag[2:]
        name = f"{{{version.namespace}}}{plain}"
    else:
        name = f"{{{version.namespace}}}{tag}"
    ours = tag.startswith("q.") and version.kebab
    attributes = {to_qti3(str(key)) if ours else str(key): str(value) for key, value in element.attrib.items()}
    spelled = etree.Element(name, attributes, nsmap=cast("dict[str, str]", {None: space}))
    spelled.text = element.text
    for child in element:
        made = _spelled(child, version)
        made.tail = child.tail
        spelled.append(made)
    return spelled
