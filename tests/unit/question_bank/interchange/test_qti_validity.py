"""What is written is valid by the schemas of others."""

import io
from pathlib import Path

from lxml import etree
from qti_convert import downgrade_package

from lms_carbon.question_bank.interchange.base import DEFAULT_LIMITS, Item
from lms_carbon.question_bank.interchange.qti.writing import write_22, write_30
from lms_carbon.question_bank.interchange.safe_zip import Package
from tests.unit.question_bank.contents import RAW
from tests.unit.question_bank.interchange.qti_items import drafts, odd, rich, sample_items


def everything() -> list[Item]:
    return [*(rich(kind) for kind in RAW), *odd(), *drafts(), *sample_items()]


def schema(fixtures_folder: Path, path: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(fixtures_folder / "xsd" / path))


def test_2_2_is_valid_by_its_schemas(fixtures_folder: Path) -> None:
    items, out = everything(), io.BytesIO()
    write_22(items, out)
    package = Package(out, place="x", limits=DEFAULT_LIMITS)
    # Seven seconds, nearly all of this test: its schema has the whole of HTML, MathML and SSML.
    by_item = schema(fixtures_folder, "qtiv2p2/imsqti_v2p2.xsd")
    paths = [path for path in package.paths if path.endswith("item.xml")]
    for path in paths:
        by_item.assertValid(etree.fromstring(package.read(path)))
    assert len(paths) == len(items)
    schema(fixtures_folder, "imscp_v1p1.xsd").assertValid(etree.fromstring(package.read("imsmanifest.xml")))


def test_3_0_is_valid_once_it_is_taken_down_to_2_1(fixtures_folder: Path) -> None:
    items, out = everything()[::2], io.BytesIO()
    write_30(items, out)
    lowered = downgrade_package(out.getvalue())
    assert [str(each) for each in lowered.warnings] == []
    by_item = schema(fixtures_folder, "qtiv2p1/imsqti_v2p1.xsd")
    found = {path: data for path, data in lowered.files.items() if path.endswith("item.xml")}
    for data in found.values():
        by_item.assertValid(etree.fromstring(data if isinstance(data, bytes) else data.encode()))
    assert len(found) == len(items)
