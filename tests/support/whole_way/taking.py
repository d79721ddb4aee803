"""The candidate takes the exam, does the practical, builds the portfolio, and sees no score of it all."""

import io
import re
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from playwright.sync_api import FilePayload, Page, expect

from tests.support.browser import assert_fits
from tests.support.journey import Desk, look, narrow
from tests.support.storms import hand_in, pick, settled
from tests.support.whole_way.case import PAPER

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FACTORS = {"power": 0.5366, "heat": 0.11}
"""As the task's given values say; the same for everybody."""
LATER = "Scores show once they are released."
LATER_AND_BLIND = "Assessors see a code instead of your name. Scores show once they are released."


def take_exam(desk: Desk) -> None:
    """Begin, answer what is known, hand in."""
    expect(desk.tool.locator('[data-check="clock"] .on-ok')).to_be_visible()
    for box in ("#me", "#ok"):
        desk.tool.locator(box).check()
    desk.look_narrow("exam-start")
    expect(desk.tool.locator("#go:not([aria-disabled])")).to_be_visible()
    with desk.page.context.expect_page() as opened:
        desk.tool.locator("#go").click()
    window = opened.value
    expect(window.locator("html[data-ready]")).to_be_attached()
    choices = [choice for questions in PAPER.values() for choice in questions.values()]
    for slot, choice in enumerate(choices, 1):
        if choice is not None:
            pick(window, slot, choice)
    settled(window)
    look_narrow(window, f"{desk.name}-exam-paper")
    hand_in(window)
    expect(window.locator(".receipt")).to_be_visible()
    expect(window.get_by_text(desk.say(LATER))).to_be_visible()
    look_narrow(window, f"{desk.name}-exam-receipt")
    window.close()
    desk.page.reload()
    expect(desk.tool.locator(".handed")).to_contain_text(desk.say(LATER))


def look_narrow(window: Page, name: str) -> None:
    """Look at a window of its own, on a phone too."""
    look(window, name)
    with narrow(window):
        assert_fits(window)
        look(window, f"{name}-390")


def do_practical(desk: Desk) -> None:
    """Take the data along, calculate, enter four of the key figures, upload a workbook, write the note, hand in."""
    desk.look_narrow("practical-start")
    desk.press()
    with desk.page.expect_download() as taken:
        desk.tool.locator('a[href$=".xlsx"], a[href$="/xlsx"]').click()
    desk.stayed()
    figures = calculate(Path(taken.value.path()))
    for key, (value, unit) in figures.items():
        desk.tool.locator(f"#f-{key}").fill(f"{value:.3f}")
        desk.tool.locator(f"#u-{key}").select_option(unit)
    desk.tool.locator("#f-workbook").set_input_files(make_workbook(figures))
    desk.fill(note="6 月天然气按账单结算量计入。June's gas is taken from the bill.")
    desk.press()
    expect(desk.tool.get_by_role("link", name="inventory.xlsx")).to_be_visible()
    desk.look_narrow("practical-sheet")
    desk.button("Hand in…").click()
    desk.tool.locator("[name=declared]").check()
    desk.look_narrow("practical-hand-in")
    desk.press()
    expect(desk.tool.locator(".receipt")).to_be_visible()
    expect(desk.tool.get_by_text(desk.say(LATER_AND_BLIND))).to_be_visible()
    desk.look_narrow("practical-receipt")


def calculate(data: Path) -> dict[str, tuple[float, str]]:
    """Return the key figures that the candidate can work out from the drawn data."""
    book = load_workbook(io.BytesIO(data.read_bytes()), data_only=True)
    ledger, given = (list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
    columns = [total(column) for column in zip(*ledger[2:], strict=True)]
    _months, grid, passed_on, _own, gas, diesel, heat, _output = columns
    june, density = number(given[1][1]), number(given[5][1])
    net = grid - passed_on
    return {
        "gas-activity": (gas + june, "10^4 Nm3"),
        "diesel-activity": (diesel * density / 1000, "t"),
        "net-electricity": (net, "MWh"),
        "indirect-emission": (net * FACTORS["power"] + heat * FACTORS["heat"], "tCO2"),
    }


def total(column: tuple[Any, ...]) -> float:
    """Return the sum of a column's numbers; names of months and gaps count nothing."""
    return sum(float(cell) for cell in column if isinstance(cell, int | float))


def number(cell: Any) -> float:
    """Return a cell that must hold a number."""
    assert isinstance(cell, int | float), cell
    return float(cell)


def make_workbook(figures: dict[str, tuple[float, str]]) -> FilePayload:
    """Return the workbook that is handed in."""
    book, stream = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for key, (value, unit) in figures.items():
        sheet.append([key, value, unit])
    book.save(stream)
    return {"name": "inventory.xlsx", "mimeType": XLSX, "buffer": stream.getvalue()}


def build_portfolio(desk: Desk) -> None:
    """Add a file, a link and a text, declare them, hand in."""
    desk.look_narrow("portfolio-start")
    desk.press()
    plan = FilePayload(name="plan.txt", mimeType="text/plain", buffer="咨询计划\nConsulting plan\n".encode())
    add_evidence(desk, 0, "file", title="咨询计划 Consulting plan", file=plan)
    add_evidence(desk, 1, "link", title="核算报告 Inventory report", url="https://example.org/report")
    add_evidence(
        desk, 1, "text", title="方案摘要 Extract of the scheme", text="减排方案分三年实施。Three years, three steps."
    )
    expect(desk.tool.locator(".pf-list li")).to_have_count(3)
    desk.look_narrow("portfolio")
    desk.press()
    desk.tool.locator("#declared").check()
    desk.look_narrow("portfolio-hand-in")
    desk.press()
    expect(desk.tool.locator(".pf-receipt")).to_have_text(re.compile(r"\w{4} \w{4} \w{4}"))
    expect(desk.tool.get_by_text(desk.say(LATER))).to_be_visible()
    desk.look_narrow("portfolio-receipt")


def add_evidence(desk: Desk, requirement: int, kind: str, *, file: FilePayload | None = None, **fields: str) -> None:
    """Add a piece of evidence to one of the position's practice requirements."""
    desk.tool.locator(".pf-req").nth(requirement).locator(f'a[href*="kind={kind}"]').click()
    desk.fill(statement="我负责其中的核算一章。I wrote the chapter on the inventory.", **fields)
    if file is not None:
        desk.tool.locator("#f-file").set_input_files(file)
    if file is not None:
        desk.look_narrow("evidence")
    desk.press()
    expect(desk.tool.get_by_role("status")).to_be_visible()


def words_of(desk: Desk, activity: str) -> str:
    """Return all that an activity's page says, to be compared with what it says at another time."""
    desk.go_to(activity)
    return desk.tool.locator("main").inner_text()
