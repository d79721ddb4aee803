"""GIFT and Aiken: what each form of question becomes, what is named as lost, and that GIFT comes back."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lms_carbon.question_bank.interchange import aiken
from lms_carbon.question_bank.interchange.base import (
    DEFAULT_LIMITS,
    DEGRADED,
    IMPORTED,
    SKIPPED,
    Finding,
    Item,
    ItemTag,
)
from lms_carbon.question_bank.interchange.errors import (
    FileTooLargeError,
    TooManyQuestionsError,
    UnknownEncodingError,
    UnknownFormatError,
)
from lms_carbon.question_bank.interchange.gift.reading import read
from lms_carbon.question_bank.interchange.gift.writing import write
from lms_carbon.question_bank.interchange.registry import recognise
from lms_carbon.question_bank.kinds.registry import KINDS
from tests.unit.question_bank import contents


def findings(text: str | bytes) -> list[Finding]:
    return list(read(io.BytesIO(text if isinstance(text, bytes) else text.encode()), DEFAULT_LIMITS))


def one(text: str) -> Finding:
    (finding,) = findings(text)
    return finding


def content(finding: Finding) -> dict[str, Any]:
    assert finding.item is not None, finding.reasons
    return dict(finding.item.content)


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [
        ("::Q::Which?{=yes ~no ~maybe}", "single_choice", "a"),
        ("Which?{~%50%one ~%-100%two ~%50%three}", "multiple_choice", ["a", "c"]),
        ("So it is.{T}", "true_false", True),
        ("So it is.{FALSE}", "true_false", False),
        ("What?{=carbon =%50%C}", "short_text", "carbon"),
        ("How many?{#3:2}", "numeric", {"value": "3", "unit": None}),
        ("How many?{#1..5}", "numeric", {"value": "3", "unit": None}),
        ("Match.{=a -> 1 =b -> 2 = -> 3}", "matching", {"r1": "a", "r2": "b"}),
    ],
)
def test_each_form_comes_in_whole(text: str, kind: str, key: object) -> None:
    finding = one(text)
    assert (finding.status, finding.reasons) == (IMPORTED, ())
    assert finding.item is not None
    assert finding.item.kind == kind
    response = KINDS[kind].key_response(finding.item.content)
    assert response == key
    assert KINDS[kind].score(finding.item.content, response, 1000).earned == 1000


def test_signs_formats_missing_words_and_feedback() -> None:
    read_ = content(one("::A \\: B::[html]<b>x</b> \\{1\\} \\= 2?{=[plain]<y> # right ~n\\~o####Because.}"))
    assert read_["stem"]["en"] == "<b>x</b> {1} = 2?"
    assert [row["text"]["en"] for row in read_["choices"]] == ["&lt;y&gt;", "n~o"]
    assert read_["choices"][0]["feedback"]["en"] == "right"
    assert read_["explanation"]["en"] == "Because."
    missing = content(one("Steel is made {=from ~of} iron."))
    assert missing["stem"]["en"] == "<p>Steel is made _____ iron.</p>"


def test_categories_comments_names_and_places() -> None:
    text = (
        "// note\n$CATEGORY: $course$/Gases\n\n"
        "// [id:Q-7] [tag:5.2.1-a-3] [tag:exam]\n::One::A.{T}\n\n::One::B.{F}\n\n::One::C.{F}\n"
    )
    found = findings(text)
    assert [each.identifier for each in found] == ["Q-7", "Gases/One", "Gases/One#2"]
    assert [each.line for each in found] == [5, 7, 9]
    assert found[0].item is not None
    assert found[0].item.tags == (ItemTag(code="5.2.1-a-3"),)
    assert "“exam”" in str(found[0].reasons[0])


@pytest.mark.parametrize("text", ["Write.{}", "Only text.", "Open {=a ~b", "::E::{#x}"])
def test_what_cannot_come_in_says_why(text: str) -> None:
    finding = one(text)
    assert (finding.status, finding.item, finding.line) == (SKIPPED, None, 1)
    assert str(finding.reasons[0])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_text_is_read_in_its_encoding(encoding: str) -> None:
    (finding,) = findings("::题::碳排放权是资产。{T}".encode(encoding))
    assert content(finding)["stem"]["zh"] == "<p>碳排放权是资产。</p>"


def test_western_text_is_read_and_what_is_no_text_is_refused() -> None:
    (finding,) = findings("::Q::Où est “l’énergie”\x20?{T}".encode("windows-1252"))
    assert content(finding)["stem"]["en"] == "<p>Où est “l’énergie” ?</p>"
    for data in (b"::Q::a\x00b{T}", b"::Q:: \x81 {T}"):
        with pytest.raises(UnknownEncodingError):
            findings(data)
    with pytest.raises(FileTooLargeError):
        list(read(io.BytesIO(b"a" * 2_000), replace(DEFAULT_LIMITS, file_bytes=1_000)))
    with pytest.raises(TooManyQuestionsError):
        list(read(io.BytesIO(b"a{T}\n\nb{T}"), replace(DEFAULT_LIMITS, questions=1)))


CARRIED = ("single_choice", "multiple_choice", "true_false", "numeric", "short_text", "matching")


def item(kind: str) -> Item:
    return Item(
        identifier="Q]1",
        kind=kind,
        title={"zh": "标题：{1}", "en": "Title ~ #2"},
        content=contents.content(kind),
        tags=(ItemTag(code="5.2.1-a-3"), ItemTag(code="5.1.1-a-1", positions=("5.1.1", "5.1.2"))),
        cognitive="apply",
    )


@pytest.mark.parametrize("kind", CARRIED)
def test_what_goes_out_comes_back_and_goes_out_the_same(kind: str) -> None:
    first, second = io.BytesIO(), io.BytesIO()
    sent = item(kind)
    lost = write([sent], first)
    (back,) = findings(first.getvalue())
    assert back.item is not None
    assert (back.identifier, back.item.title, back.item.tags) == (sent.identifier, sent.title, sent.tags)
    write([back.item], second)
    assert second.getvalue() == first.getvalue()
    if not lost:
        assert back.item.content == sent.content


def test_losses_on_the_way_out_are_named() -> None:
    assert write([item("single_choice"), item("true_false")], io.BytesIO()) == ()
    (unit,) = write([item("numeric")], io.BytesIO())
    assert "unit" in str(unit.reasons[0])
    (points,) = write([replace(item("true_false"), points=2_000)], io.BytesIO())
    assert (points.status, "points" in str(points.reasons[0])) == (DEGRADED, True)
    (cloze,) = write([item("cloze")], io.BytesIO())
    assert cloze.status == SKIPPED


def test_aiken_comes_in_or_says_what_is_missing() -> None:
    text = (
        "Which one?\nA. First\nB) Second\nANSWER: B\n\n"
        "No answer?\nA. x\nB. y\n\n"
        "Wrong?\nA. x\nB. y\nANSWER: D\n"
        "A. x\nANSWER: A\n"
    )
    found = list(aiken.read(io.BytesIO(text.encode()), DEFAULT_LIMITS))
    assert [each.status for each in found] == [IMPORTED, SKIPPED, SKIPPED, SKIPPED]
    assert [each.line for each in found] == [1, 6, 10, 14]
    assert content(found[0])["correct"] == ["b"]
    again = list(aiken.read(io.BytesIO(text.encode()), DEFAULT_LIMITS))
    assert [each.identifier for each in again] == [each.identifier for each in found]


def test_formats_are_known_by_what_they_hold(fixtures_folder: Path) -> None:
    wanted = {"questions.aiken.txt": "aiken", "questions.gift.txt": "gift", "truefalse.xml": "moodle-xml"}
    for name, format_ in wanted.items():
        assert recognise(io.BytesIO((fixtures_folder / "moodle" / name).read_bytes()), "x.bin").name == format_
    with pytest.raises(UnknownFormatError):
        recognise(io.BytesIO(b"<html>nothing</html>"), "quiz.xml")


def test_moodles_own_files_come_in_or_are_named(fixtures_folder: Path) -> None:
    gift = findings((fixtures_folder / "moodle" / "questions.gift.txt").read_bytes())
    assert [each.status for each in gift] == [SKIPPED, *[IMPORTED] * 3, *[DEGRADED] * 3, *[IMPORTED] * 2]
    plain = (fixtures_folder / "moodle" / "questions.aiken.txt").read_bytes()
    assert [each.status for each in aiken.read(io.BytesIO(plain), DEFAULT_LIMITS)] == [IMPORTED] * 2
