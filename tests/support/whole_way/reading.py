"""The candidate reads the result down to its items and goes on along the path; the gradebook before and after."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.support.journey import COURSE, Desk, look
from tests.support.whole_way.case import LEVEL, REVISED_LEVEL, REVISED_TOTAL, SCORES, TOTAL, Case

GRADED_SECONDS = 45


def gradebook(desk: Desk) -> list[dict[str, Any]]:
    """Return the platform's gradebook: one object for each column."""
    place = desk.page.url.split(COURSE)[0]
    document: list[dict[str, Any]] = desk.page.request.get(f"{place}{COURSE}/grades.json").json()
    return document


def assert_no_score(desk: Desk, case: Case) -> None:
    """Fail where the gradebook holds anything of this cycle."""
    columns = [column for column in gradebook(desk) if column["label"].endswith(f" {case.language}")]
    assert len(columns) == len({"exam", "practical", "portfolio", "result"})
    assert [column["grades"] for column in columns] == [dict.fromkeys(column["grades"]) for column in columns]


def wait_for_score(desk: Desk, case: Case, column: str, score: str) -> None:
    """Wait until the gradebook has this score of the candidate."""
    for _ in range(GRADED_SECONDS * 2):
        [wanted] = [each for each in gradebook(desk) if each["label"] == f"{column} {case.language}"]
        grade = wanted["grades"][case.candidate]
        if grade is not None and float(grade["score"]) == float(score):
            assert wanted["grades"][case.absent] is None
            return
        desk.page.wait_for_timeout(500)
    raise AssertionError(f"the gradebook has no {score} in {column}")


def see_grades(desk: Desk, case: Case) -> None:
    """Wait for all scores, and look at the gradebook's page."""
    for column, score in {**SCORES, "result": TOTAL}.items():
        wait_for_score(desk, case, column, score)
    desk.page.locator(f'nav a[href="{COURSE}/grades"]').click()
    expect(desk.page.locator(f'tr[data-sub="{case.candidate}"]')).to_contain_text(TOTAL)
    look(desk.page, f"{desk.name}-grades")


def read_result(desk: Desk, activity: str) -> None:
    """See the level, the pictures, and one requirement of each dimension down to its items."""
    desk.go_to(activity)
    expect(desk.tool.locator("h1")).to_contain_text(LEVEL)
    for picture in (".lc-ladder", "svg.area", "svg.cuts"):
        expect(desk.tool.locator(picture)).to_be_visible()
    expect(desk.tool.locator("tfoot", has_text=TOTAL)).to_be_visible()
    desk.look_narrow("result")
    for dimension, kind in (("a", "Question"), ("b", "Checkpoint"), ("c", "Criterion")):
        row = desk.tool.locator(".prof details", has_text=re.compile(rf"5\.2\.1-{dimension}-1")).first
        row.locator("summary").click()
        expect(row.locator(".kind").first).to_be_visible()
        expect(row.locator(".kind", has_text=desk.say(kind)).first).to_be_visible()
    expect(desk.tool.locator(".said").first).to_be_visible()
    desk.look_narrow("result-open")


def walk_path(desk: Desk) -> None:
    """Go from the result to the path; begin its next activity and finish it."""
    desk.link("Open my learning path").click()
    expect(desk.tool.locator(".now .btn-primary")).to_be_visible()
    desk.look_narrow("path")
    desk.press()
    desk.look_narrow("activity")
    desk.press()
    desk.told("This activity is under way.")
    desk.press()
    desk.told("This activity is done.")
    desk.look_narrow("activity-done")
    desk.press()
    expect(desk.tool.locator(".act.fin")).to_have_count(1)
    desk.look("path-done")


def see_withheld(desk: Desk, activity: str) -> None:
    """Somebody else's result is withheld: the page says so, and not why."""
    desk.go_to(activity)
    expect(desk.tool.locator("h1")).to_have_text(desk.say("Your result is withheld"))
    desk.look_narrow("withheld")


def read_revision(desk: Desk, activity: str) -> None:
    """See the new level and what changed, then the old revision, which no longer holds."""
    desk.go_to(activity)
    expect(desk.tool.locator("h1")).to_contain_text(REVISED_LEVEL)
    changes = desk.tool.locator(".revs")
    for words in (TOTAL, REVISED_TOTAL):
        expect(changes).to_contain_text(words)
    desk.look_narrow("result-revised")
    changes.get_by_role("link").click()
    expect(desk.tool.locator("h1")).to_contain_text(LEVEL)
    expect(desk.tool.locator(".lc-note.is-warn")).to_be_visible()
    desk.look("result-before")
