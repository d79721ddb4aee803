"""Questions with several parts and typed answers, taken by keyboard alone."""

from playwright.sync_api import Page, expect

from lms_carbon.question_bank.kinds.registry import KINDS
from tests.support.browser import Visitor, assert_accessible, assert_fits, assert_targets, screenshot
from tests.support.exams import make_exam, make_practice
from tests.support.sitting import begin, sit
from tests.support.storms import settled
from tests.unit.question_bank.contents import RAW

TAKEN = ("short_text", "cloze", "matching", "ordering", "categorising")
ANSWERS = {
    "Your answer": "carbon neutrality",
    "Gap 1": "总量",
    "Gap 2": "12.5",
    "Gap 3": "g",
    "One": "First",
    "Two": "Second",
    "Three": "Second",
    "Plan": "1",
    "Monitor": "2",
    "Report": "3",
    "Verify": "4",
    "Boiler": "Scope 1",
    "Purchased power": "Scope 2",
}
"""What each field gets, by its label."""


def fill_in(page: Page, slot: int) -> None:
    """Tab through a question's fields; type in them, and in a select what the option begins with."""
    page.locator(f"#q{slot}").focus()
    for _ in range(page.locator(f"#q{slot} .lc-q :is(input, select)").count()):
        page.keyboard.press("Tab")
        label, options = page.evaluate(
            """() => {
                const field = document.activeElement;
                return [field.labels[0].textContent.trim(), [...(field.options ?? [])].map((o) => o.text)];
            }"""
        )
        page.keyboard.type(next((text for text in options if text.endswith(ANSWERS[label])), ANSWERS[label]))


def test_each_kind_is_answered_by_keyboard(visitor: Visitor) -> None:
    world = make_exam(visitor.site.app)
    contents = [(kind, KINDS[kind].load_content(RAW[kind])) for kind in TAKEN]
    sitter = begin(world, exam_id=make_practice(world, contents=contents))
    page = sit(visitor, world, sitter, width=390)
    for slot in range(1, len(TAKEN) + 1):
        fill_in(page, slot)
        if slot < len(TAKEN):
            page.keyboard.press("Control+Enter")
    settled(page)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.locator("#whole").check()
    screenshot(page, "kinds-390")
    assert_accessible(page)
    assert_fits(page)
    assert_targets(page)
    page.locator(f"#q{len(TAKEN)}").focus()
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".receipt")).to_be_visible()
    screenshot(page, "kinds-receipt-390")
    assert page.locator(".lc-q-verdict .lc-tag").all_inner_texts() == ["1 of 1 points"] * len(TAKEN)
    assert_accessible(page)
    assert_fits(page)
