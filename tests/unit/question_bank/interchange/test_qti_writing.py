"""QTI packages of ours: the same bytes again and again, valid by the schemas, and readable by what QTI says alone."""

import contextlib
import hashlib
import io
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from qti_convert import downgrade_package

from lms_carbon.question_bank.interchange.base import DEFAULT_LIMITS, Finding, Item, ItemTag
from lms_carbon.question_bank.interchange.errors import RefusedFileError
from lms_carbon.question_bank.interchange.qti.carrying import FILE
from lms_carbon.question_bank.interchange.qti.reading import read
from lms_carbon.question_bank.interchange.qti.writing import write_22, write_30
from lms_carbon.question_bank.interchange.safe_zip import Package, write_package
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.samples import read_samples
from tests.unit.question_bank.contents import RAW

PICTURE = b"\x89PNG\r\n\x1a\n"
NAME = f"{hashlib.sha256(PICTURE).hexdigest()}.png"
RICH = (
    "<p>A <strong>b</strong> <em>c</em> H<sub>2</sub>O <code>x</code><br>y</p><ul><li>one</li><li><p>two</p></li></ul>"
    '<ol start="3"><li>three</li></ol><blockquote>said <b>so</b><p>and so</p></blockquote><pre>a  b</pre>'
    '<table><caption>T</caption><thead><tr><th scope="col">h</th></tr></thead><tbody><tr><td colspan="2">d</td></tr>'
    "</tbody></table>loose <i>words</i>"
    '<p lang="en"><math display="block"><mfrac><mi>a</mi><mn>2</mn></mfrac><mo stretchy="false">(</mo></math></p>'
    f'<p><img src="media:{NAME}" alt="words for &quot;it&quot;"></p>'
)
ODD = (
    "<li>alone</li>",
    "x<table></table><table><tbody><tr></tr></tbody></table><table><caption>c</caption><tbody><tr><td>d</td></tr></tbody>"
    "<tfoot><tr><td>f</td></tr></tfoot></table>",
    "<ul>x<b>y</b><ol></ol></ul><ol></ol><ul><ul><li>z</li></ul></ul>",
    "<em>a<ul><li>b</li></ul><pre>c</pre></em><code><blockquote>d</blockquote></code>",
    "<pre><b>a</b><ul><li>b</li></ul></pre><blockquote></blockquote><blockquote><br></blockquote>",
    "<math>x<mi>y</mi></math><math><mfrac><mi>a</mi></mfrac></math><math><mtd></mtd></math><math><mstyle></mstyle></math>"
    '<math><mtable><mtr><mtd><mi>a</mi></mtd></mtr></mtable><mo fence="yes" lang="en">(</mo></math>',
    "",
)
TAGS = (
    ItemTag(guid="6abfaa45-644b-52e8-891e-4fa4045a6c69", code="5.2.1-a-3", positions=("5.2.1", "5.3.1")),
    ItemTag(code="5.2.1-b-3"),
)
WRITERS = {"2.2": write_22, "3.0": write_30}


def item(kind: str, **changes: Any) -> Item:
    content = KINDS[kind].load_content({**RAW[kind], **changes})
    return Item(
        identifier=f"题 1/{kind}",
        kind=kind,
        title={"zh": "标题", "en": "A < title"},
        content=content,
        tags=TAGS,
        points=2_500,
        cognitive="apply",
        difficulty=45,
        minutes=7,
        source={"zh": "来源", "en": ""},
        needs_expert_review=True,
    )


def rich(kind: str) -> Item:
    """Return an item whose stem has all that a stem may have."""
    made = item(kind)
    stem = {language: RICH + text for language, text in made.content["stem"].items()}
    content = KINDS[kind].load_content({**made.content, "stem": stem, "explanation": {"zh": RICH, "en": RICH}})
    return replace(made, identifier=f"Q-{kind}", content=content, media={NAME: PICTURE})


def odd() -> list[Item]:
    """Return items with markup that browsers show and the schemas have no place for."""
    made = item("single_choice")
    return [
        replace(
            made,
            identifier=f"odd-{number}",
            content=KINDS["single_choice"].load_content(
                {
                    **RAW["single_choice"],
                    "stem": {"zh": text, "en": "x"},
                    "choices": [
                        {"id": "a", "text": {"zh": text, "en": ""}},
                        {"id": "b", "text": {"zh": "", "en": "b"}},
                    ],
                }
            ),
        )
        for number, text in enumerate(ODD)
    ]


def drafts() -> list[Item]:
    """Return questions that somebody only began to write."""
    texts = {"stem": {"zh": "", "en": ""}, "choices": [], "image": "", "alt": {}, "areas": []}
    return [
        replace(item(kind), identifier=f"draft-{kind}", content=KINDS[kind].load_content(began))
        for kind in RAW
        for began in [{name: value for name, value in texts.items() if name in RAW[kind]}]
    ]


def sample_items() -> list[Item]:
    return [
        Item(
            identifier=each.code,
            kind=each.kind,
            title=each.title,
            content=each.content,
            tags=tuple(ItemTag(code=code) for code in each.tags),
            points=each.points,
            cognitive=each.cognitive,
            difficulty=round(each.difficulty * 100),
            minutes=each.minutes,
            source=each.source,
            needs_expert_review=each.needs_expert_review,
        )
        for each in read_samples()
    ]


def written(items: Iterable[Item], version: str) -> io.BytesIO:
    out = io.BytesIO()
    assert WRITERS[version](items, out) == ()
    return out


def read_all(source: io.BytesIO) -> list[Finding]:
    return list(read(source, DEFAULT_LIMITS))


def changed(source: io.BytesIO, change: Callable[[str, bytes], bytes | None]) -> io.BytesIO:
    """Return a package with its files changed, without those of which nothing is left."""
    package = Package(source, place="x", limits=DEFAULT_LIMITS)
    files = [(path, change(path, package.read(path))) for path in package.paths]
    out = io.BytesIO()
    write_package([(path, data) for path, data in files if data is not None], out)
    return out


@pytest.mark.parametrize("version", WRITERS)
@pytest.mark.parametrize("kind", RAW)
def test_what_was_written_reads_back_and_is_written_the_same(kind: str, version: str) -> None:
    items = [item(kind), rich(kind)]
    first = written(items, version)
    found = read_all(first)
    assert [(each.status, each.reasons) for each in found] == [("imported", ())] * 2
    again = [each.item for each in found if each.item]
    assert again == items
    assert written(again, version).getvalue() == first.getvalue()


@pytest.mark.parametrize("version", WRITERS)
def test_drafts_are_carried_as_they_are(version: str) -> None:
    items = drafts()
    first = written(items, version)
    again = [each.item for each in read_all(first) if each.item]
    assert again == items
    assert written(again, version).getvalue() == first.getvalue()


def test_two_questions_of_one_name_are_both_written() -> None:
    items = [item("single_choice"), item("numeric")]
    items[1] = replace(items[1], identifier=items[0].identifier)
    assert len(read_all(written(items, "2.2"))) == 2


def test_the_samples_come_back_as_they_were() -> None:
    items = sample_items()
    first = written(items, "3.0")
    again = [each.item for each in read_all(first)]
    assert again == items


def test_tags_survive_without_our_own_account() -> None:
    source = changed(written([item("single_choice")], "3.0"), lambda path, data: None if path.endswith(FILE) else data)
    (found,) = read_all(source)
    assert found.item is not None
    assert [tag.code for tag in found.item.tags] == ["5.2.1-a-3", "5.2.1-b-3"]
    assert found.item.tags[0].guid == "6abfaa45-644b-52e8-891e-4fa4045a6c69"


READ_ALONE = ("single_choice", "multiple_choice", "numeric", "matching", "true_false", "calculated")


@pytest.mark.parametrize("version", WRITERS)
@pytest.mark.parametrize("kind", READ_ALONE)
def test_other_tools_read_the_same_question(kind: str, version: str) -> None:
    # A unit stands behind its field, which other tools know nothing of.
    bare = {"unit": None, "accepted_units": [], "offered_units": []} if "unit" in RAW[kind] else {}
    source = changed(written([item(kind, **bare)], version), lambda path, data: None if path.endswith(FILE) else data)
    (found,) = read_all(source)
    assert found.item is not None, found.reasons
    expected = {"true_false": "single_choice", "calculated": "numeric"}.get(kind, kind)
    assert found.item.kind == expected
    assert found.item.points == 2_500
    key = KINDS[expected].key_response(found.item.content)
    assert KINDS[expected].score(found.item.content, key, 2_500).earned == 2_500
    assert found.status == "imported", found.reasons


@pytest.mark.parametrize("version", WRITERS)
def test_other_tools_read_explanation_and_feedback(version: str) -> None:
    explained = item("single_choice", explanation={"zh": "<p>因为</p><ul><li>甲</li></ul>", "en": ""})
    source = changed(written([explained], version), lambda path, data: None if path.endswith(FILE) else data)
    (found,) = read_all(source)
    assert (found.status, found.reasons) == ("imported", ())
    assert found.item is not None
    assert found.item.content["explanation"]["zh"] == "<p>因为</p><ul><li>甲</li></ul>"
    assert found.item.content["choices"][0]["feedback"]["zh"] == "不是"


def test_a_question_that_another_tool_changed_is_read_from_what_it_wrote() -> None:
    def change(path: str, data: bytes) -> bytes:
        return data.replace("乙".encode(), b"Other") if path.endswith("item.xml") else data

    (found,) = read_all(changed(written([item("single_choice")], "2.2"), change))
    assert found.item is not None
    assert found.item.content["choices"][1]["text"]["zh"] == "Other"
    assert "another tool" in str(found.reasons[0])


@pytest.mark.parametrize(
    "account", [b"", b"[" * 100_000, b"{}", b'{"format": "lms_carbon question", "version": 2}', b"\xff"]
)
def test_an_account_that_cannot_be_read_is_named(account: bytes) -> None:
    def change(path: str, data: bytes) -> bytes:
        return account if path.endswith(FILE) else data

    (found,) = read_all(changed(written([item("single_choice")], "3.0"), change))
    assert found.item is not None
    assert "cannot be read" in str(found.reasons[0])


@pytest.mark.parametrize("lost", [None, b"another picture"])
def test_a_picture_that_is_lost_or_another_is_named(lost: bytes | None) -> None:
    def change(path: str, data: bytes) -> bytes | None:
        return lost if path.startswith("media/") else data

    (found,) = read_all(changed(written([rich("single_choice")], "3.0"), change))
    assert found.reasons
    assert found.item is not None
    assert NAME not in found.item.media
    assert NAME not in str(found.item.content)


def test_paths_of_a_package_are_plain() -> None:
    package = Package(written([item("single_choice"), rich("numeric")], "3.0"), place="x", limits=DEFAULT_LIMITS)
    assert all(path.isascii() for path in package.paths)
    assert f"media/{NAME}" in package.paths


def schema(fixtures_folder: Path, path: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(fixtures_folder / "xsd" / path))


def test_2_2_is_valid_by_its_schemas(fixtures_folder: Path) -> None:
    items = [*(rich(kind) for kind in RAW), *odd(), *drafts(), *sample_items()]
    package = Package(written(items, "2.2"), place="x", limits=DEFAULT_LIMITS)
    # Seven seconds, nearly all of this test: its schema has the whole of HTML, MathML and SSML.
    by_item = schema(fixtures_folder, "qtiv2p2/imsqti_v2p2.xsd")
    paths = [path for path in package.paths if path.endswith("item.xml")]
    for path in paths:
        by_item.assertValid(etree.fromstring(package.read(path)))
    assert len(paths) == len(items)
    schema(fixtures_folder, "imscp_v1p1.xsd").assertValid(etree.fromstring(package.read("imsmanifest.xml")))


def test_3_0_is_valid_once_it_is_taken_down_to_2_1(fixtures_folder: Path) -> None:
    items = [*(rich(kind) for kind in RAW), *odd(), *drafts(), *sample_items()]
    lowered = downgrade_package(written(items, "3.0").getvalue())
    assert [str(each) for each in lowered.warnings] == []
    by_item = schema(fixtures_folder, "qtiv2p1/imsqti_v2p1.xsd")
    found = {path: data for path, data in lowered.files.items() if path.endswith("item.xml")}
    for data in found.values():
        by_item.assertValid(etree.fromstring(data if isinstance(data, bytes) else data.encode()))
    assert len(found) == len(items)


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_package_is_refused_or_read_in_part(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(written([rich("single_choice"), rich("hotspot")], "3.0").getvalue())
    if seed % 4:
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    else:
        del data[chance.randrange(len(data)) :]
    with contextlib.suppress(RefusedFileError):
        assert len(read_all(io.BytesIO(bytes(data)))) == 2
