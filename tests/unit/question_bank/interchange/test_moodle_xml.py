"""Moodle XML, type by type: what comes in, what is named as lost, and that what goes out comes back."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lms_carbon.question_bank.interchange.base import (
    DEFAULT_LIMITS,
    DEGRADED,
    IMPORTED,
    SKIPPED,
    Finding,
    Item,
    ItemTag,
)
from lms_carbon.question_bank.interchange.errors import BrokenFileError, EntitiesError, TooManyQuestionsError
from lms_carbon.question_bank.interchange.moodle.forms import FORMS
from lms_carbon.question_bank.interchange.moodle.reading import read
from lms_carbon.question_bank.interchange.moodle.writing import write
from lms_carbon.question_bank.kinds.registry import KINDS
from tests.unit.question_bank import contents


def quiz(*questions: str, encoding: str = "UTF-8") -> bytes:
    return f'<?xml version="1.0" encoding="{encoding}"?>\n<quiz>{"".join(questions)}</quiz>'.encode(encoding)


def question(kind: str, inside: str, *, stem: str = "<p>Which?</p>", name: str = "One") -> str:
    return (
        f'<question type="{kind}"><name><text>{name}</text></name><questiontext format="html">'
        f"<text><![CDATA[{stem}]]></text></questiontext>{inside}</question>"
    )


def answer(worth: str, text: str, more: str = "") -> str:
    return f'<answer fraction="{worth}" format="html"><text><![CDATA[{text}]]></text>{more}</answer>'


def one(kind: str, inside: str, **about: str) -> Finding:
    return next(read(io.BytesIO(quiz(question(kind, inside, **about))), DEFAULT_LIMITS))


def content(finding: Finding) -> dict[str, Any]:
    assert finding.item is not None, finding.reasons
    return dict(finding.item.content)


def full_marks(finding: Finding) -> bool:
    item = finding.item
    assert item is not None
    kind = KINDS[item.kind]
    return kind.score(item.content, kind.key_response(item.content), 1000).earned == 1000


TYPES = {
    "single_choice": ("multichoice", answer("100", "<p>a</p>") + answer("0", "b")),
    "multiple_choice": (
        "multichoice",
        "<single>false</single>" + answer("50", "a") + answer("50", "b") + answer("-50", "c"),
    ),
    "true_false": ("truefalse", answer("0", "true") + answer("100", "false")),
    "short_text": ("shortanswer", answer("100", "carbon*") + answer("50", "C") + answer("0", "*")),
    "numeric": (
        "numerical",
        answer("100", "2.5", "<tolerance>0.1</tolerance>")
        + "<units><unit><multiplier>1</multiplier><unit_name>t</unit_name></unit>"
        + "<unit><multiplier>1000</multiplier><unit_name>kg</unit_name></unit></units>",
    ),
    "matching": (
        "matching",
        "".join(
            f"<subquestion><text>{left}</text><answer><text>{right}</text></answer></subquestion>"
            for left, right in (("one", "1"), ("two", "2"), ("", "3"))
        ),
    ),
    "ordering": ("ordering", answer("1", "first") + answer("2", "second")),
}


@pytest.mark.parametrize("kind", TYPES)
def test_each_type_comes_in_whole_and_its_key_earns_everything(kind: str) -> None:
    type_, inside = TYPES[kind]
    finding = one(type_, inside)
    assert (finding.status, finding.reasons) == (IMPORTED, ())
    assert finding.item is not None
    assert finding.item.kind == kind
    assert full_marks(finding)


def test_what_the_answers_are_worth_is_kept() -> None:
    picked = content(one(*TYPES["multiple_choice"]))
    assert (picked["correct"], picked["scoring"], picked.get("penalty")) == (["a", "b"], "partial", None)
    harsh = content(one("multichoice", "<single>0</single>" + answer("100", "a") + answer("-25", "b")))
    assert harsh["penalty"] == "0.25"
    typed = content(one(*TYPES["short_text"]))["answers"]
    assert [(each["text"], each["credit"], each["pattern"]) for each in typed] == [
        ("carbon*", "100", True),
        ("C", "50", False),
    ]
    number = content(one(*TYPES["numeric"]))
    assert (number["unit"], number["accepted_units"], number["tolerance"]["value"]) == ("t", ["kg"], "0.1")


def test_gaps_of_all_sorts_are_read() -> None:
    stem = "<p>{1:SHORTANSWER:=gas~%50%air} {2:NM:=5:0.5} {1:MCV:red~=green \\} x~blue}</p>"
    finding = one("cloze", "", stem=stem)
    gaps = content(finding)["gaps"]
    assert content(finding)["stem"]["en"] == "<p>[[g1]] [[g2]] [[g3]]</p>"
    assert [gap["kind"] for gap in gaps] == ["text", "number", "choice"]
    assert [gap["weight"] for gap in gaps] == [1, 2, 1]
    assert (gaps[1]["value"], gaps[1]["tolerance"]["value"]) == ("5", "0.5")
    assert (gaps[2]["choices"][1]["text"]["en"], gaps[2]["correct"]) == ("green } x", "b")
    assert full_marks(finding)
    words = "".join(f"<selectoption><text>{word}</text><group>1</group></selectoption>" for word in ("t", "kg"))
    chosen = one("gapselect", words, stem="<p>1 [[1]] = 1000 [[2]]</p>")
    assert [gap["correct"] for gap in content(chosen)["gaps"]] == ["a", "b"]
    assert full_marks(chosen)


def dataset(name: str, *values: str) -> str:
    items = "".join(f"<dataset_item><value>{value}</value></dataset_item>" for value in values)
    return (
        f"<dataset_definition><name><text>{name}</text></name><dataset_items>{items}</dataset_items>"
        "</dataset_definition>"
    )


def test_numbers_that_are_drawn_keep_formula_and_values() -> None:
    precise = "<tolerance>0.01</tolerance><tolerancetype>1</tolerancetype>"
    key = answer("100", "{a} * {a}", precise)
    alone = f"{key}<dataset_definitions>{dataset('a', '2.0', '3', '3')}</dataset_definitions>"
    finding = one("calculated", alone, stem="<p>{a} squared?</p>")
    assert (finding.status, full_marks(finding)) == (IMPORTED, True)
    read_ = content(finding)
    assert (read_["stem"]["en"], read_["formula"]) == ("<p>{{a}} squared?</p>", "a * a")
    assert read_["variables"] == [{"name": "a", "values": ["2", "3"]}]
    assert read_["tolerance"] == {"kind": "relative", "value": "1"}
    sets = f"<dataset_definitions>{dataset('a', '2')}{dataset('x 1', '4')}</dataset_definitions>"
    both = one("calculatedsimple", answer("100", "{a} + {x 1}") + sets, stem="{a} and {x 1}?")
    assert (both.status, content(both)["formula"]) == (DEGRADED, "a + v2")
    assert "drawn each by itself" in str(both.reasons[0])
    for stem, inside in (("{a}?", answer("100", "{a}")), ("{=2*{a}}?", alone), ("?", "")):
        assert one("calculated", inside, stem=stem).status == SKIPPED


@pytest.mark.parametrize(
    ("kind", "inside", "stem", "told"),
    [
        ("multichoice", answer("100", "a") + answer("33", "b"), "?", "partly right"),
        ("multichoice", answer("100", "a") + answer("-100", "b"), "?", "Negative points"),
        ("truefalse", answer("100", "true", "<feedback><text>Yes</text></feedback>"), "?", "Feedback to single"),
        ("truefalse", answer("100", "true"), '<a href="https://a.example/">x</a>', "Links were taken out"),
        (
            "truefalse",
            answer("100", "true"),
            '<img src="https://a.example/x.png" alt="x">',
            "picture is not in the file",
        ),
        ("truefalse", answer("100", "true"), "x<script>alert(1)</script>", "script"),
        ("truefalse", answer("100", "true") + "<hint><text>Think</text></hint>", "?", "Hints"),
        ("truefalse", answer("100", "true") + "<tags><tag><text>exam 7</text></tag></tags>", "?", "“exam 7”"),
        ("truefalse", answer("100", "true") + "<defaultgrade>0</defaultgrade>", "?", "0 points"),
        (
            "numerical",
            answer("100", "1") + "<units><unit><multiplier>1</multiplier><unit_name>zork</unit_name></unit></units>",
            "?",
            "“zork”",
        ),
    ],
)
def test_what_is_lost_is_named(kind: str, inside: str, stem: str, told: str) -> None:
    finding = one(kind, inside, stem=stem)
    assert finding.status == DEGRADED
    assert told in " ".join(map(str, finding.reasons))
    assert "script" not in str(content(finding))


@pytest.mark.parametrize(
    ("kind", "inside"),
    [
        ("essay", ""),
        ("description", ""),
        ("zork", ""),
        ("multichoice", ""),
        ("cloze", ""),
        ("numerical", answer("100", "x")),
    ],
)
def test_what_cannot_come_in_says_why_and_where(kind: str, inside: str) -> None:
    finding = one(kind, inside)
    assert (finding.status, finding.item, finding.line) == (SKIPPED, None, 2)
    assert str(finding.reasons[0])


def test_both_languages_share_a_field_as_moodles_filters_have_it() -> None:
    spans = '<span lang="zh_cn" class="multilang"><p>甲</p></span><span class="multilang" lang="en"><p>A</p></span>'
    inside = answer("100", "CO2") + answer("0", "{mlang zh}氮{mlang}{mlang en}N{mlang}")
    both = content(one("multichoice", inside, stem=spans))
    assert both["stem"] == {"zh": "<p>甲</p>", "en": "<p>A</p>"}
    assert [row["text"] for row in both["choices"]] == [{"zh": "CO2", "en": "CO2"}, {"zh": "氮", "en": "N"}]
    alone = content(one("multichoice", answer("100", "CO2") + answer("0", "N2O"), stem="<p>哪一种？</p>"))
    assert alone["choices"][0]["text"] == {"zh": "CO2", "en": ""}


def test_namesakes_keep_apart_and_places_name_questions() -> None:
    category = '<question type="category"><category><text>$course$/Gases</text></category></question>'
    same = question("truefalse", answer("100", "true"))
    found = list(read(io.BytesIO(quiz(category, same, same, same.replace("One", "n" * 300))), DEFAULT_LIMITS))
    assert [each.identifier for each in found[:2]] == ["Gases/One", "Gases/One#2"]
    assert len(found[2].identifier) <= 255
    assert found[2].item is not None
    assert len(found[2].item.title["en"]) == 120


@pytest.mark.parametrize("encoding", ["UTF-8", "windows-1252", "UTF-16"])
def test_declared_encodings_are_read(encoding: str) -> None:
    data = quiz(question("truefalse", answer("100", "true"), stem="Événement – “1 %”"), encoding=encoding)
    assert content(next(read(io.BytesIO(data), DEFAULT_LIMITS)))["stem"]["en"] == "Événement – “1 %”"


def test_hostile_files_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><quiz>&b;</quiz>'
    with pytest.raises(EntitiesError):
        list(read(io.BytesIO(bomb), DEFAULT_LIMITS))
    with pytest.raises(BrokenFileError):
        list(read(io.BytesIO(quiz(question("truefalse", ""))[:-9]), DEFAULT_LIMITS))
    few = replace(DEFAULT_LIMITS, questions=1)
    with pytest.raises(TooManyQuestionsError):
        list(read(io.BytesIO(quiz(question("essay", ""), question("essay", ""))), few))


def test_a_damaged_picture_is_left_out_and_named() -> None:
    file = '<file name="a.png" encoding="base64">%%%</file>'
    stem = f'<img src="@@PLUGINFILE@@/a.png" alt="chart">]]></text>{file}<text><![CDATA['
    finding = one("truefalse", answer("100", "true"), stem=stem)
    assert content(finding)["stem"]["en"] == "chart"
    assert "a.png" in str(finding.reasons[0])


SHARED = tuple(FORMS)


def item(kind: str, **changes: Any) -> Item:
    return Item(
        identifier=f"id-{kind}",
        kind=kind,
        title={"zh": "标题 <1>", "en": "Title & more"},
        content=contents.content(kind, **changes),
        tags=(ItemTag(code="5.2.1-a-3"), ItemTag(code="5.1.1-a-1", positions=("5.1.1", "5.1.2"))),
        points=2_500,
        cognitive="apply",
        difficulty=45,
        minutes=7,
        needs_expert_review=True,
    )


@pytest.mark.parametrize("kind", SHARED)
def test_what_goes_out_comes_back_and_goes_out_the_same(kind: str) -> None:
    first, second = io.BytesIO(), io.BytesIO()
    sent = item(kind)
    lost = write([sent], first)
    back = next(read(io.BytesIO(first.getvalue()), DEFAULT_LIMITS)).item
    assert back is not None
    assert (back.identifier, back.title, back.tags, back.points) == (sent.identifier, sent.title, sent.tags, 2_500)
    assert (back.cognitive, back.difficulty, back.minutes, back.needs_expert_review) == ("apply", 45, 7, True)
    write([back], second)
    assert second.getvalue() == first.getvalue()
    if not lost:
        assert back.content == sent.content


def test_a_format_without_a_place_says_so() -> None:
    assert write([item("single_choice")], io.BytesIO()) == ()
    told = {
        "numeric": "Units to pick from",
        "short_text": "letter by letter",
        "cloze": "Only one language",
        "categorising": "became matching",
    }
    for kind, words in told.items():
        (finding,) = write([item(kind)], io.BytesIO())
        assert finding.status == DEGRADED
        assert words in " ".join(map(str, finding.reasons))
    (hotspot,) = write([replace(item("true_false"), kind="hotspot")], io.BytesIO())
    assert hotspot.status == SKIPPED
    (sourced,) = write([replace(item("true_false"), source={"zh": "标准", "en": "Standard"})], io.BytesIO())
    assert "source" in str(sourced.reasons[0])


def test_moodles_own_files_come_in_or_are_named(fixtures_folder: Path) -> None:
    found = {
        path.name: [each.status for each in read(io.BytesIO(path.read_bytes()), DEFAULT_LIMITS)]
        for path in sorted((fixtures_folder / "moodle").glob("*.xml"))
    }
    assert found == {
        "broken_cloze_questions.xml": [SKIPPED, SKIPPED, DEGRADED, SKIPPED, SKIPPED],
        "categories_reverse_order.xml": [SKIPPED, IMPORTED],
        "error_invalid_grades.xml": [DEGRADED],
        "multichoice.xml": [DEGRADED],
        "truefalse.xml": [DEGRADED, DEGRADED],
    }
