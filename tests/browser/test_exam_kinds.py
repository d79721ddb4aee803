"""Questions with several parts and typed answers, taken by keyboard alone."""

import base64
from io import BytesIO

from playwright.sync_api import Page, expect

from lms_carbon.core.clock import now
from lms_carbon.core.identity import Role
from lms_carbon.core.transaction import transaction
from lms_carbon.question_bank.kinds.registry import KINDS
from lms_carbon.question_bank.services.media import keep_media
from tests.support.browser import Visitor, assert_accessible, assert_fits, assert_targets, screenshot
from tests.support.exams import ExamWorld, make_exam, make_practice
from tests.support.sitting import begin, sit
from tests.support.storms import settled
from tests.support.world import act_as, make_person
from tests.unit.question_bank.contents import RAW

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

TAKEN = ("short_text", "cloze", "matching", "ordering", "categorising", "calculated", "hotspot", "case")
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
    "Value": "32368",
    "Unit": "tCO₂",
}
"""What each field gets, by its label."""
PICKED = ("Boiler house", "Kiln", "Second")
"""How the labels of what is picked end."""


def focused(page: Page) -> tuple[str, str, list[str]]:
    """Return type, label and options of the field that has the focus; no type where none has."""
    found = page.evaluate(
        """() => {
            const field = document.activeElement;
            const label = field.labels?.length ? [...field.labels].map((one) => one.textContent).join(" ") : "";
            const options = [...(field.options ?? [])].map((option) => option.text);
            return [field.labels ? field.type : "", label.replace(/\\s+/g, " ").trim(), options];
        }"""
    )
    return found[0], found[1], found[2]


def fill_in(page: Page, slot: int) -> None:
    """Tab through a question's fields; type in them, in a select what the option begins with, tick and pick."""
    question = page.locator(f"#q{slot}")
    question.focus()
    fields = question.locator(".lc-q :is(input:not([type=hidden], [type=radio]), select)").count()
    fields += question.locator(".lc-q fieldset:has([type=radio])").count()
    while fields:
        page.keyboard.press("Tab")
        kind, label, options = focused(page)
        fields -= bool(kind)
        if kind == "radio":
            page.keyboard.press("Space")
            while not focused(page)[1].endswith(PICKED):
                page.keyboard.press("ArrowDown")
        elif kind == "checkbox" and label.endswith(PICKED):
            page.keyboard.press("Space")
        elif kind not in {"", "checkbox"}:
            option = next((text for text in options if text.endswith(ANSWERS[label])), ANSWERS[label])
            # No keyboard has the index of a unit; what stands before it is enough to find the option.
            page.keyboard.type(option.removesuffix("₂"))


def picture(world: ExamWorld) -> str:
    """Return the name of a picture in the bank."""
    with world.app.app_context():
        author = act_as(make_person(world.institution_id, "周宁", [Role.AUTHOR]))
        with transaction():
            return keep_media(by=author, stream=BytesIO(PNG), name="x.png", alt={"en": "x"}, at=now()).name


def share_a_place(page: Page, slot: int) -> None:
    """Give the first row the place of another for a moment: the page says so and changes nothing."""
    page.locator(f"#q{slot}").focus()
    page.keyboard.press("Tab")
    place = page.evaluate("document.activeElement.value")
    page.keyboard.press("ArrowDown" if place == "1" else "ArrowUp")
    expect(page.locator(f"#q{slot} [data-shared]")).to_be_visible()
    page.keyboard.type(place)
    expect(page.locator(f"#q{slot} [data-shared]")).to_be_hidden()


def test_each_kind_is_answered_by_keyboard(visitor: Visitor) -> None:
    world = make_exam(visitor.site.app)
    shown = {"hotspot": {"image": f"media:{picture(world)}", "size": [200, 100]}}
    contents = [(kind, KINDS[kind].load_content({**RAW[kind], **shown.get(kind, {})})) for kind in TAKEN]
    sitter = begin(world, exam_id=make_practice(world, contents=contents))
    page = sit(visitor, world, sitter, width=390)
    for slot in range(1, len(TAKEN) + 1):
        fill_in(page, slot)
        if TAKEN[slot - 1] == "ordering":
            share_a_place(page, slot)
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
    assert page.locator(".lc-q-verdict:not(.lc-case-part *) .lc-tag").all_inner_texts() == ["1 of 1 points"] * len(
        TAKEN
    )
    assert_accessible(page)
    assert_fits(page)
