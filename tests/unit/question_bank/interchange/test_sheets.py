"""Our sheet: every kind comes back as it was, people's slips are named, hostile workbooks are refused."""

import io
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

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
    EntitiesError,
    RefusedFileError,
    TooManyQuestionsError,
    UnknownSheetError,
)
from lms_carbon.question_bank.interchange.xlsx.workbooks import read, write
from tests.unit.question_bank import contents


def item(kind: str, **about: Any) -> Item:
    return Item(
        **{
            "identifier": f"Q-{kind}",
            "kind": kind,
            "title": {"zh": "标题 <1> & 2", "en": "=1+1"},
            "content": contents.content(kind),
            "tags": (ItemTag(code="5.2.1-a-3"), ItemTag(code="5.1.1-a-1", positions=("5.1.1", "5.1.2"))),
            "points": 2_345,
            "cognitive": "analyse",
            "difficulty": 45,
            "minutes": 7,
            "source": {"zh": "标准，第 5 章", "en": "Standard, clause 5"},
            "needs_expert_review": True,
            **about,
        }
    )


def sheet(*rows: list[object]) -> io.BytesIO:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return io.BytesIO(out.getvalue())


def findings(source: io.BytesIO) -> list[Finding]:
    return list(read(source, DEFAULT_LIMITS))


def test_every_kind_comes_back_as_it_was() -> None:
    sent = [item(kind) for kind in contents.RAW]
    out = io.BytesIO()
    assert write(sent, out) == ()
    found = findings(io.BytesIO(out.getvalue()))
    assert [each.status for each in found] == [IMPORTED] * len(sent)
    assert [each.item for each in found] == sent
    assert [each.line for each in found] == list(range(2, len(sent) + 2))


def test_text_is_never_a_formula() -> None:
    out = io.BytesIO()
    write([item("true_false")], out)
    book = load_workbook(io.BytesIO(out.getvalue()))
    cells = {cell.value: cell.data_type for cell in book.worksheets[0][2]}
    assert cells["=1+1"] == "s"
    book.close()


def test_a_sheet_made_by_hand_comes_in() -> None:
    names = [
        "kind",
        "stem.en",
        "choice.a.en",
        "choice.b.en",
        "correct",
        "points",
        "requirements",
        "needs_expert_review",
    ]
    (found,) = findings(
        sheet(names, ["single_choice", "1 < 2 & so on?", "yes", 2, "b", 2.5, "5.2.1-a-3", True], [None])
    )
    assert (found.status, found.item is not None) == (IMPORTED, True)
    assert found.item is not None
    assert found.item.content["stem"]["en"] == "<p>1 &lt; 2 &amp; so on?</p>"
    assert (found.item.content["correct"], found.item.points, found.item.needs_expert_review) == (["b"], 2_500, True)
    again = findings(sheet(names, ["single_choice", "1 < 2 & so on?", "yes", 2, "b", 2.5, "5.2.1-a-3", True]))
    assert again[0].identifier == found.identifier


@pytest.mark.parametrize(
    ("column", "value", "status", "told"),
    [
        ("kind", "zork", SKIPPED, "“zork” is no kind"),
        ("more", "{", SKIPPED, "“more” holds no JSON"),
        ("more", '{"zork": 1}', SKIPPED, "does not belong"),
        ("correct", "maybe", DEGRADED, "“maybe” in column “correct”"),
        ("points", "many", DEGRADED, "“many” in column “points”"),
        ("cognitive", "create", DEGRADED, "“create”"),
        ("requirements", "chapter 5", DEGRADED, "“chapter 5”"),
        ("colour", "red", DEGRADED, "column “colour”"),
    ],
)
def test_slips_are_named(column: str, value: str, status: str, told: str) -> None:
    cells = {"kind": "true_false", "stem.en": "So it is.", "correct": "true", column: value}
    (found,) = findings(sheet(list(cells), list(cells.values())))
    assert found.status == status
    assert told in " ".join(map(str, found.reasons))


def test_what_a_cell_cannot_hold_stays_and_says_so() -> None:
    long = contents.content("case")
    big = item("case", content={**long, "parts": long["parts"] * 200})
    out = io.BytesIO()
    (finding,) = write([big], out)
    assert (finding.status, "“more”" in str(finding.reasons[0])) == (SKIPPED, True)
    assert findings(io.BytesIO(out.getvalue())) == []


def test_hostile_workbooks_are_refused() -> None:
    with pytest.raises(UnknownSheetError):
        findings(sheet(["code", "share"], ["5.2.1-a-3", 4]))
    with pytest.raises(TooManyQuestionsError):
        list(read(sheet(["kind", "stem.en"], ["x", "y"], ["x", "y"]), replace(DEFAULT_LIMITS, questions=1)))
    bomb = sheet(["kind", "stem.en"]).getvalue()
    entities = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    for path, content, refusal in (
        ("xl/sharedStrings.xml", entities, EntitiesError),
        ("../up.xml", b"<x/>", RefusedFileError),
        ("xl/big.xml", b"<x>" + b" " * 2_000_000, RefusedFileError),
    ):
        out = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(bomb)) as old,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
        ):
            for name in old.namelist():
                if name != path:
                    new.writestr(name, old.read(name))
            new.writestr(path, content)
        with pytest.raises(refusal):
            list(read(io.BytesIO(out.getvalue()), replace(DEFAULT_LIMITS, entry_bytes=1_000_000)))
