"""Practicals in Chromium: a candidate does one by clicking, an officer looks on; both languages, desktop and phone."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms_carbon.core.identity import Role
from tests.support.browser import Visitor, assert_accessible, assert_fits, assert_targets, screenshot
from tests.support.practicals import KEYS, PracticalWorld, make_practical, workbook
from tests.support.world import make_person, make_session

WORDS = {
    "zh": {
        "begin": "开始",
        "save": "保存",
        "hand_in": "提交…",
        "now": "确认提交",
        "note": "说明",
        "upload": re.compile("选择工作簿"),
        "saved": re.compile("已保存"),
        "declared": re.compile("独立完成"),
        "done": "已收到您的答卷",
    },
    "en": {
        "begin": "Begin",
        "save": "Save",
        "hand_in": "Hand in…",
        "now": "Hand in now",
        "note": "Method note",
        "upload": re.compile("Choose the workbook"),
        "saved": re.compile("Saved"),
        "declared": re.compile("my own work"),
        "done": "We have your sheet",
    },
}


@pytest.fixture
def world(visitor: Visitor) -> PracticalWorld:
    with visitor.site.app.app_context():
        return make_practical(visitor.site.app)


def look_at(page: Page, name: str) -> None:
    assert_fits(page)
    assert_targets(page)
    assert_accessible(page)
    screenshot(page, name)


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_a_candidate_does_a_practical(
    visitor: Visitor, world: PracticalWorld, tmp_path: Path, language: str, width: int
) -> None:
    words, mark = WORDS[language], f"{language}-{width}"
    with visitor.site.app.app_context():
        person = make_person(world.institution_id, "林晓", language=language)
        token = make_session(person, launch_role=Role.CANDIDATE)
    page = visitor.open(world.path, token=token, width=width, language=language)
    look_at(page, f"practical-start-{mark}")
    page.get_by_role("button", name=words["begin"], exact=True).click()
    page.locator(f"#f-{KEYS[0]}").fill("126.5")
    page.locator(f"#u-{KEYS[0]}").select_option(index=1)
    page.locator(f"#f-{KEYS[1]}").fill("about 2700")
    page.get_by_role("textbox", name=words["note"]).fill("6 月采用账单量。")
    book = tmp_path / "inventory.xlsx"
    book.write_bytes(workbook())
    page.get_by_label(words["upload"]).set_input_files(book)
    page.get_by_role("button", name=words["save"], exact=True).click()
    expect(page.get_by_role("contentinfo").get_by_role("status")).to_contain_text(words["saved"])
    expect(page.get_by_role("link", name="inventory.xlsx")).to_be_visible()
    look_at(page, f"practical-sheet-{mark}")
    page.get_by_role("button", name=words["hand_in"], exact=True).click()
    look_at(page, f"practical-hand-in-{mark}")
    page.get_by_label(words["declared"]).check()
    page.get_by_role("button", name=words["now"], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["done"])
    look_at(page, f"practical-receipt-{mark}")
    page.goto(page.url.removesuffix("/receipt"))
    look_at(page, f"practical-handed-in-{mark}")
    assert not visitor.problems


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh", 390)])
def test_an_officer_looks_after_a_practical(visitor: Visitor, world: PracticalWorld, language: str, width: int) -> None:
    with visitor.site.app.app_context():
        token = make_session(replace(world.officer, language=language))
    page = visitor.open("/practicals", token=token, width=width, language=language)
    for path in (
        "",
        "/new",
        f"/{world.practical_id}/desk",
        "/tasks",
        f"/tasks/{world.task_id}",
        f"/{world.practical_id}",
    ):
        page.goto(f"{visitor.site.url}/practicals{path}")
        look_at(page, f"practicals{path.replace('/', '-')}-{language}-{width}")
    assert not visitor.problems
