"""QTI items and packages by others: what comes in, what is named, and that what came in is right about itself."""

import collections
import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from lms_carbon.question_bank.interchange.base import DEFAULT_LIMITS, Finding, Limits
from lms_carbon.question_bank.interchange.qti.reading import read
from lms_carbon.question_bank.interchange.registry import recognise
from lms_carbon.question_bank.interchange.safe_zip import write_package
from lms_carbon.question_bank.kinds.registry import KINDS

ITEM = """<?xml version="1.0"?>
<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="{name}" title="T" adaptive="false"
  timeDependent="false">
  <responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="{base}">
    <correctResponse>{correct}</correctResponse>{mapping}
  </responseDeclaration>
  <outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
  <itemBody>{body}</itemBody>
  <responseProcessing template="http://www.imsglobal.org/question/qti_v2p2/rptemplates/{template}"/>
</assessmentItem>"""
CHOICE = """<choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="0">
  <prompt>Which of <b onclick="x()">these</b>?</prompt>
  <simpleChoice identifier="A">a</simpleChoice><simpleChoice identifier="B">b</simpleChoice>
  <simpleChoice identifier="C">c</simpleChoice></choiceInteraction>"""
TWO = '<mapEntry mapKey="A" mappedValue="1"/><mapEntry mapKey="B" mappedValue="1"/>'
MANIFEST = """<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>{resources}</resources></manifest>"""
RESOURCE = '<resource identifier="r{n}" type="imsqti_item_xmlv2p2" href="i{n}.xml"><file href="i{n}.xml"/></resource>'


def item(
    body: str = CHOICE,
    *,
    correct: Sequence[str] = ("A", "B"),
    mapping: str = "",
    cardinality: str = "multiple",
    base: str = "identifier",
    name: str = "i",
) -> bytes:
    return ITEM.format(
        body=body,
        correct="".join(f"<value>{value}</value>" for value in correct),
        mapping=f"<mapping {mapping}</mapping>" if mapping else "",
        cardinality=cardinality,
        base=base,
        name=name,
        template="map_response" if mapping else "match_correct",
    ).encode()


def package(*items: bytes, missing: int = 0) -> io.BytesIO:
    out = io.BytesIO()
    resources = "".join(RESOURCE.format(n=n) for n in range(len(items) + missing))
    entries = [("imsmanifest.xml", MANIFEST.format(resources=resources).encode())]
    write_package(entries + [(f"i{n}.xml", data) for n, data in enumerate(items)], out)
    return out


def read_all(source: io.BytesIO, limits: Limits = DEFAULT_LIMITS) -> list[Finding]:
    return list(read(source, limits))


def only(data: bytes) -> Finding:
    (found,) = read_all(io.BytesIO(data))
    return found


def folder_package(folder: Path, *, manifest: bool) -> io.BytesIO:
    """Return a folder of items as a package, with the folder's own manifest or one of ours."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".zip")
    entries = [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in files]
    if not manifest:
        named = [name for name, data in entries if b"ssessment-item " in data or b"ssessment-item\n" in data[:400]]
        resources = "".join(
            f'<resource identifier="r{n}" type="imsqti_item_xmlv3p0" href="{name}"/>' for n, name in enumerate(named)
        )
        entries = [each for each in entries if each[0] != "imsmanifest.xml"]
        entries.append(("imsmanifest.xml", MANIFEST.format(resources=resources).encode()))
    out = io.BytesIO()
    write_package(entries, out)
    return out


def check_right_answers(findings: Sequence[Finding]) -> None:
    """What claims to be imported gives its own right answer full marks."""
    for found in findings:
        if found.status == "imported":
            assert found.item is not None
            kind = KINDS[found.item.kind]
            key = kind.key_response(found.item.content)
            assert kind.score(found.item.content, key, found.item.points).earned == found.item.points, found.place
        else:
            assert found.reasons, found.place


def test_every_qti_22_example_comes_in_or_is_named(fixtures_folder: Path) -> None:
    found = read_all(folder_package(fixtures_folder / "qti22" / "items", manifest=True))
    listed = {each.place for each in found}
    files = {path.name for path in (fixtures_folder / "qti22" / "items").glob("*.xml")} - {"imsmanifest.xml"}
    assert len(files) == 57
    assert listed <= files
    # The folder's own manifest leaves some out; those come in as files.
    found += [only((fixtures_folder / "qti22" / "items" / name).read_bytes()) for name in sorted(files - listed)]
    assert len(found) == 57
    check_right_answers(found)
    assert collections.Counter(each.status for each in found)["imported"] >= 13


def test_of_the_qti_3_examples_seven_tenths_come_in_whole(fixtures_folder: Path) -> None:
    folder = fixtures_folder / "qti3"
    found = read_all(folder_package(folder, manifest=False))
    items = [path for path in folder.rglob("*.xml") if re.search(rb"<qti-assessment-item\s", path.read_bytes())]
    assert len(found) == len(items) == 112
    check_right_answers(found)
    assert sum(each.status == "imported" for each in found) >= 0.7 * len(items)


@pytest.mark.parametrize(
    ("path", "counts", "tagged"),
    [
        ("CASE/CASE.zip", {"imported": 3}, 3),
        ("CASEWithOutcome/CASEWithOutcome.zip", {"imported": 19}, 1),
        ("englishBasicLevelV2/englishBasicLevelV2.zip", {"imported": 52}, 0),
    ],
)
def test_packages_come_in_with_their_standards(
    path: str, counts: dict[str, int], tagged: int, fixtures_folder: Path
) -> None:
    source = io.BytesIO((fixtures_folder / "qti3" / "packaging" / path).read_bytes())
    assert recognise(source, "x.zip").name == "qti"
    found = read_all(source)
    assert collections.Counter(each.status for each in found) == counts
    assert sum(bool(each.item and each.item.tags) for each in found) == tagged


def test_pictures_come_along(fixtures_folder: Path) -> None:
    (found,) = [
        each
        for each in read_all(folder_package(fixtures_folder / "qti22" / "items", manifest=True))
        if each.place == "choice.xml"
    ]
    assert found.item is not None
    (name,) = found.item.media
    assert found.item.media[name].startswith(b"\x89PNG")
    assert f"media:{name}" in found.item.content["stem"]["en"]


@pytest.mark.parametrize(
    ("mapping", "scoring"),
    [
        ("", {"scoring": "all_or_nothing"}),
        (
            f'lowerBound="0" defaultValue="0">{TWO}',
            {"scoring": "partial", "penalty": "0"},
        ),
        (
            f'lowerBound="0" defaultValue="-0.5">{TWO}',
            {"scoring": "partial", "penalty": "0.25"},
        ),
    ],
)
def test_scoring_is_what_the_file_gives(mapping: str, scoring: dict[str, str]) -> None:
    found = only(item(mapping=mapping))
    assert (found.status, found.reasons) == ("imported", ())
    assert found.item is not None
    assert found.item.content.items() >= scoring.items()
    assert found.item.points == (2_000 if mapping else 1_000)
    assert found.item.content["stem"]["en"] == "<p>Which of <b>these</b>?</p>"


def test_scoring_that_no_kind_has_is_named() -> None:
    found = only(
        item(mapping='defaultValue="0"><mapEntry mapKey="A" mappedValue="1"/><mapEntry mapKey="B" mappedValue="5"/>')
    )
    assert found.status == "degraded"
    assert "another way" in str(found.reasons[0])


TYPED = """<p>44/12 is <textEntryInteraction responseIdentifier="RESPONSE"/> or so.</p>"""


@pytest.mark.parametrize(
    ("body", "base", "kind"),
    [
        (TYPED, "float", "cloze"),
        (TYPED.replace(" or so.", ""), "float", "numeric"),
        (TYPED.replace(" or so.", ""), "string", "short_text"),
    ],
)
def test_a_gap_at_the_end_is_a_question_of_its_own(body: str, base: str, kind: str) -> None:
    found = only(item(body, correct=["3.67"], cardinality="single", base=base))
    assert found.status == "imported"
    assert found.item is not None
    assert found.item.kind == kind
    assert ("[[g1]]" in found.item.content["stem"]["en"]) == (kind == "cloze")


def test_scripts_are_taken_out_and_named() -> None:
    found = only(item(CHOICE.replace("</prompt>", "<script>alert(1)</script></prompt>")))
    assert found.status == "degraded"
    assert found.item is not None
    assert "alert" not in str(found.item.content)


def test_chinese_is_known_by_its_characters() -> None:
    found = only(item(CHOICE.replace("Which of", "下列哪些是")))
    assert found.item is not None
    assert not found.item.content["stem"]["en"]
    assert found.item.content["stem"]["zh"].startswith("<p>下列哪些是")


def test_questions_of_one_name_are_kept_apart() -> None:
    found = read_all(package(item(name="x"), item(name="x"), item(name="y")))
    assert [each.identifier for each in found] == ["x", "x#r1", "y"]


def test_a_broken_item_does_not_spoil_the_others() -> None:
    found = read_all(package(item(name="x"), b"<assessmentItem><itemBody></assessmentItem>", item(name="y")))
    assert [each.status for each in found] == ["imported", "skipped", "imported"]
    assert "line 1" in str(found[1].reasons[0])


def test_a_zip_that_is_no_package_of_questions_is_not_taken_for_one() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as other:
        other.writestr("a.txt", "a")
    with pytest.raises(Exception, match="none of the formats"):
        recognise(out, "a.zip")
