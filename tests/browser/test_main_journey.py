"""The main job, whole: a question is written, approved and put into an exam; somebody takes it through the course's
frame and loses network and device on the way; the gradebook has the score once it is released, and nothing before.

The demo runs in processes of its own, tool and platform on two sites.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.demo import Demo, running_demo
from tests.support.journey import (
    COURSE,
    DESK,
    EXAM,
    Desk,
    Traveller,
    begin_by_keyboard,
    choose,
    go_offline,
    go_online,
    go_to,
    look,
    reload_until,
    sit_down,
    tab_to,
)
from tests.support.storms import chip, settled, until, waiting

TITLE = {"zh": "锅炉改造后的减排量", "en": "What a new boiler saves"}
STEM = {
    "zh": "改造前每年排放 1200 tCO2e，改造后每年排放 900 tCO2e。减排率是多少？",
    "en": "A works emitted 1200 tCO2e a year before its boiler was changed, 900 tCO2e after. By how much is that less?",
}
CHOICES = {
    "a": {"zh": "33.3%，以改造后的排放为基数", "en": "By 33.3%, on the emissions after the change"},
    "b": {"zh": "25%，以改造前的排放为基数", "en": "By 25%, on the emissions before the change"},
    "c": {"zh": "75%", "en": "By 75%"},
}
REQUIREMENT = "5.2.1-a-1"
SAMPLES = ("sample-521a1-01", "sample-521a1-02")
ANSWERS = {1: "b", 2: "b", 3: "true"}
"""By slot: the new question (10 points) and the first sample (5) right, the second sample (5) wrong."""
SCORE = "75"
CANDIDATES = {"zh": "u-lin", "en": "u-lu"}


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """Yield a demo of one's own: scores are released once."""
    with running_demo(tmp_path) as demo:
        yield demo


@pytest.fixture
def traveller(chromium: Browser, demo: Demo) -> Iterator[Traveller]:
    """Yield all the people's browsers; whatever a console complained of fails the test."""
    somebody = Traveller(chromium, demo)
    yield somebody
    somebody.close()
    assert not somebody.problems, "\n".join(somebody.problems)


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.journey)])
def test_from_a_question_to_the_gradebook(traveller: Traveller, language: str) -> None:
    write_question(sit_down(traveller, "u-zhou", DESK, language=language))
    approve_question(sit_down(traveller, "u-qian", DESK, language=language))
    officer = sit_down(traveller, "u-wang", DESK, language=language)
    open_exam_with_it(officer)

    candidate = CANDIDATES[language]
    first = sit_down(traveller, candidate, EXAM, language=language, name="first")
    take_exam_until_the_browser_closes(first)
    # Another device: nothing of the first one's storage is on it.
    second = sit_down(traveller, candidate, EXAM, language=language, name="second", width=1024)
    end_exam(second)

    grades = second.page
    grades.locator(f'nav a[href="{COURSE}/grades"]').click()
    look(grades, f"{second.name}-grades-before")
    assert_no_score(grades, candidate)
    release(officer)
    mark = grades.locator(f'tr[data-sub="{candidate}"] td b')
    reload_until(grades, lambda: mark.count() > 0)
    expect(mark).to_have_text(SCORE)
    look(grades, f"{second.name}-grades-after")
    grades.locator(f'nav a[href="{COURSE}/activities/{EXAM}"]').click()
    expect(second.tool.locator(".handed b").filter(has_text="75.00")).to_be_visible()
    second.look("score")


def write_question(desk: Desk) -> None:
    """The author writes a question and sends it to review."""
    desk.look("home")
    desk.link("Questions").click()
    desk.look("questions")
    desk.tool.locator("summary", has_text=desk.say("New question")).click()
    desk.link("Single choice").click()
    fields = {
        **{f"stem-{tag}": text for tag, text in STEM.items()},
        **{f"choice-{one}-{tag}": text for one, texts in CHOICES.items() for tag, text in texts.items()},
        **{f"title-{tag}": text for tag, text in TITLE.items()},
        "points": "10",
    }
    for name, text in fields.items():
        desk.tool.locator(f'[name="{name}"]').fill(text)
    desk.tool.locator("#correct-b").check()
    desk.tool.locator("#find-position").select_option("5.2.1")
    desk.tool.locator("#find-dimension").select_option("knowledge")
    desk.tool.locator("#hits label", has_text=REQUIREMENT).get_by_role("checkbox").check()
    expect(desk.tool.locator("#tags")).to_contain_text(REQUIREMENT)
    expect(desk.tool.locator("#side .lc-preview").first).to_contain_text("1200")
    desk.look("editor")
    desk.button("Send to review").click()
    desk.told("Sent to review. Somebody else reads it now.")
    desk.look("sent")
    desk.page.context.close()


def approve_question(desk: Desk) -> None:
    """The reviewer reads it and approves it."""
    desk.link("Questions").click()
    desk.tool.get_by_role("link", name=TITLE[desk.language]).click()
    desk.look("review")
    desk.button("Approve").click()
    expect(desk.tool.get_by_text(desk.say("Approved in English"))).to_be_visible()
    desk.look("approved")
    desk.page.context.close()


def open_exam_with_it(desk: Desk) -> None:
    """The officer closes the exam, makes a form with the new question, freezes it, and opens the exam again."""
    desk.link("Exams").click()
    desk.look("exams")
    desk.tool.locator("tr", has_text="demo-exam").get_by_role("link").first.click()
    desk.look("desk")
    desk.confirm("Close the exam…", "Close now")
    desk.told("The exam is closed. Those who are in it go on to their end.")
    desk.button("Another form").click()
    desk.look("empty-form")
    for words in (TITLE[desk.language], *SAMPLES):
        desk.tool.get_by_role("searchbox").fill(words)
        desk.button("Filter").click()
        found = desk.tool.locator("#pick li")
        expect(found).to_have_count(1)
        found.get_by_role("button").click()
        expect(desk.tool.locator("#paper li", has_text=words)).to_be_visible()
    desk.look("form")
    desk.confirm("Freeze the form…", "Freeze now")
    desk.told("The form is frozen. The exam can be opened.")
    desk.button("Open again").click()  # others of the demo have handed in already
    desk.told("The exam is open.")
    desk.look("open")


def take_exam_until_the_browser_closes(desk: Desk) -> None:
    """The candidate begins, answers without network, gets it back, loses it again and closes the browser."""
    expect(desk.tool.locator('[data-check="clock"] .on-ok')).to_be_visible()
    # The frame is denied storage that the exam's own window has: no alarm about it here, nor there.
    expect(desk.tool.locator('[data-check="store"] .on-warn')).to_be_hidden()
    desk.look("start")
    window = begin_by_keyboard(desk, ["#me", "#ok"])
    context, attempt = window.context, int(re.findall(r"/attempts/(\d+)", window.url)[0])
    expect(window.locator(".no-store")).to_be_hidden()
    look(window, f"{desk.name}-paper")
    go_to(window, 1)
    expect(window.locator("#q1")).to_contain_text("1200")
    choose(window, 1, ANSWERS[1])
    settled(window)

    go_offline(context)
    window.keyboard.press("Control+Enter")
    expect(window.locator("#q2")).to_be_focused()
    choose(window, 2, ANSWERS[2])
    chip(window, "waiting")
    expect(window.locator(".gone")).to_be_visible()
    assert waiting(window, attempt) == 1
    look(window, f"{desk.name}-offline")
    go_online(context)
    chip(window, "saved")
    expect(window.locator(".gone")).to_be_hidden()
    until(window, lambda: waiting(window, attempt) == 0)

    window.keyboard.press("Control+Enter")
    expect(window.locator("#q3")).to_be_focused()
    with window.expect_response(lambda response: response.request.method == "PUT" and response.ok):
        window.keyboard.press("f")
    go_offline(context)
    choose(window, 3, ANSWERS[3])
    chip(window, "waiting")
    context.close()


def end_exam(desk: Desk) -> None:
    """On another device: what was acknowledged is there, what never left the first device is answered again."""
    expect(desk.tool.locator("[data-page-state=running]")).to_be_attached()
    desk.look("running")
    window = begin_by_keyboard(desk)
    for slot in (1, 2):
        expect(window.locator(f'#q{slot} input[value="{ANSWERS[slot]}"]')).to_be_checked()
    expect(window.locator("#q3 input:checked")).to_have_count(0)
    go_to(window, 3)
    expect(window.locator("[data-flag]")).to_have_attribute("aria-pressed", "true")
    choose(window, 3, ANSWERS[3])
    settled(window)
    look(window, f"{desk.name}-paper")
    window.keyboard.press("Control+Enter")
    expect(window.locator("[data-stay]")).to_be_focused()
    look(window, f"{desk.name}-submit")
    tab_to(window, window, "#hand-in .btn-primary")
    window.keyboard.press("Enter")
    expect(window.locator(".receipt")).to_have_text(re.compile(r"^[0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{4}$"))
    expect(window.get_by_text(desk.say("Scores show once they are released."))).to_be_visible()
    look(window, f"{desk.name}-receipt")
    window.close()
    desk.page.reload()
    expect(desk.tool.locator(".handed")).to_contain_text(desk.say("Scores show once they are released."))
    desk.look("handed-in")


def assert_no_score(grades: Page, candidate: str) -> None:
    """Fail where the gradebook knows anything of this candidate."""
    document = grades.request.get(grades.url + ".json").json()
    assert grades.locator(f'tr[data-sub="{candidate}"] td').count() == len(document) > 0
    assert {item["grades"][candidate] for item in document} == {None}


def release(desk: Desk) -> None:
    """The officer releases the scores."""
    desk.page.reload()
    desk.link("Exams").click()
    desk.tool.locator("tr", has_text="demo-exam").get_by_role("link").first.click()
    desk.confirm("Release the scores…", "Release now")
    expect(desk.tool.get_by_text(desk.say("They are on their way to the gradebook."))).to_be_visible()
    desk.look("released")
