"""The coverage page and the weight tables behind it: counts, gaps, links, sheets in and out, who may."""

import io
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook

from lms_carbon.core.db import session
from lms_carbon.people.models.records import AuditEntry
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.models import WeightTable
from tests.functional.question_bank.conftest import Bank
from tests.functional.question_bank.test_listing import counted
from tests.support.world import submit


def sheet_of(client: FlaskClient) -> Any:
    """Return the first sheet of the workbook that is handed out."""
    return load_workbook(io.BytesIO(client.get("/questions/weights.xlsx").data)).worksheets[0]


def load(client: FlaskClient, values: dict[str, dict[str, Any]], name: str = "2026-1") -> Any:
    """Fill in the sheet that is handed out, `{code: {column: value}}`, and load it."""
    sheet = sheet_of(client)
    for row in sheet.iter_rows():
        for column, value in values.get(str(row[0].value), {}).items():
            sheet[f"{column}{row[0].row}"] = value
    data = io.BytesIO()
    assert isinstance(sheet.parent, Workbook)
    sheet.parent.save(data)
    return post(client, data.getvalue(), name)


def post(client: FlaskClient, data: bytes, name: str = "2026-1") -> Any:
    """Upload a file as the form does."""
    fields = {"file": (io.BytesIO(data), "weights.xlsx"), "name": name}
    return submit(client, "/questions/weights", fields, page="/questions/weights")


HALVES = {"5.2.1": {"C": 9}, "5.2.1-a-3": {"C": 50}, "5.2.1-a-4": {"C": 50}}


def test_the_heat_map_counts_what_is_approved_and_leads_on(bank: Bank) -> None:
    bank.approved("5.2.1-a-3", cognitive="apply", difficulty=45)
    bank.approved("5.2.1-a-3", "5.2.1-a-4")
    bank.question("5.2.1-a-3")
    author = bank.client("author")
    page = author.get("/questions/coverage?position=5.2.1").text
    assert "2 questions approved." in page  # the one with two tags counts once
    assert "No weight table is loaded" in page
    for what, more in (
        ("True or false: 2", "kind=true_false"),
        ("Apply: 1", "cognitive=apply"),
        ("Hard: 1", "difficulty=hard"),
    ):
        assert f'aria-label="5.2.1-a-3, {what} question' in page
        assert f"/questions?state=approved&amp;requirement=5.2.1-a-3&amp;{more.split('=')[0]}" in page
    first = "/questions/new/numeric?requirement=5.2.1-a-3"
    assert f'href="{first}" aria-label="5.2.1-a-3, {KINDS["numeric"].title}: none yet, write one"' in page
    form = author.get(f"{first}&difficulty=hard&cognitive=analyse").text
    assert f'name="tag" value="{bank.statement("5.2.1-a-3")}"' in form
    assert 'value="45" selected' in form
    assert 'value="analyse" selected' in form
    assert "/questions/new/" not in bank.client("reviewer").get("/questions/coverage").text
    listed = author.get("/questions?state=approved&requirement=5.2.1-a-3&difficulty=hard&cognitive=apply").text
    assert listed.count('class="lc-q-name"') == 1
    assert "/questions/new/numeric?requirement=5.2.1-a-3&amp;cognitive=apply&amp;difficulty=hard" in listed
    assert author.get("/questions?language=no-en").text.count('class="lc-q-name"') == 0


def test_a_sheet_loads_and_says_what_is_short(bank: Bank) -> None:
    bank.approved("5.2.1-a-3")
    author = bank.client("author")
    assert load(author, HALVES).status_code == 303
    page = author.get("/questions/coverage?position=5.2.1&band=junior").text
    # 9 questions by halves: 5 and 4, of which one is there.
    assert "Against the weight tables 8 are missing, for 2 requirements." in page
    assert "Weight tables in use: 2026-1" in page
    assert page.count('lc-short">4<') == 2
    assert sheet_of(author)["C1"].value == "Junior"
    file = author.get("/questions/coverage.xlsx?position=5.2.1&band=junior&short=1").data
    rows = [[cell.value for cell in row[:5]] for row in load_workbook(io.BytesIO(file)).worksheets[0].iter_rows()]
    assert [[row[0], *row[2:]] for row in rows[1:]] == [["5.2.1-a-3", 1, 5, 4], ["5.2.1-a-4", 0, 4, 4]]
    # The next table replaces it; taken out, the first holds again.
    assert load(author, {"5.2.1": {"C": 3}}, "2026-2").status_code == 303
    assert "2 are missing" in author.get("/questions/coverage?position=5.2.1").text
    newest = bank.within(lambda: session.scalar(sa.select(sa.func.max(WeightTable.id))))
    path = f"/questions/weights/{newest}"
    assert submit(author, path, {"action": "withdraw"}, page="/questions/weights").status_code == 303
    assert submit(author, path, {"action": "withdraw"}, page="/questions/weights").status_code == 409
    assert "8 are missing" in author.get("/questions/coverage?position=5.2.1").text
    foreign = bank.client("foreigner")
    assert submit(foreign, path, {"action": "withdraw"}, page="/questions/weights").status_code == 404
    assert "No weight table yet" in foreign.get("/questions/weights").text
    query = sa.select(AuditEntry.action).where(AuditEntry.object_type == "weight_table").order_by(AuditEntry.id)
    acts = bank.within(lambda: list(session.scalars(query)))
    assert acts == ["weight_table.load", "weight_table.load", "weight_table.withdraw"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_no_sheet_is_refused_with_a_sentence(bank: Bank) -> None:
    answer = post(bank.client("author"), b"code,junior\n5.2.1,4\n")
    assert answer.status_code == 422
    assert "This is no XLSX workbook" in answer.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_wrong_sheet_is_named_row_by_row_and_not_taken(bank: Bank) -> None:
    author = bank.client("author")
    answer = load(author, {**HALVES, "5.2.1-a-4": {"C": 45}, "5.2.1-a-2": {"C": "much"}})
    assert answer.status_code == 422
    assert "“much” is no share" in answer.text
    assert "the shares come to 95 %" in load(author, {**HALVES, "5.2.1-a-4": {"C": 45}}).text
    assert "No weight table yet" in author.get("/questions/weights").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_number_of_queries_does_not_grow(bank: Bank) -> None:
    author = bank.client("author")
    bank.approved("5.2.1-a-3")
    load(author, HALVES)
    with counted(bank) as before:
        author.get("/questions/coverage?dimension=all")
    for code in ("5.2.1-a-4", "5.2.2-a-3", "5.2.1-a-3"):
        bank.approved(code)
    load(author, {"5.2.2": {"D": 3}, "5.2.2-a-1": {"D": 100}})
    with counted(bank) as after:
        author.get("/questions/coverage?dimension=all")
    assert len(after) == len(before)
