"""The officer plans a cycle and opens it; a teacher puts its activities into the course."""

import re

from playwright.sync_api import expect

from tests.support.browser import assert_accessible, screenshot
from tests.support.journey import COURSE, Desk, wait_for_tool
from tests.support.whole_way.case import PAPER, POSITION, RATIONALE, Case, in_days


def plan_cycle(desk: Desk, case: Case) -> None:
    """A new cycle, one position at the intermediate band, its policy, its three instruments."""
    desk.tab("Cycles").click()
    desk.look("cycles")
    desk.link("New cycle").click()
    desk.fill(title_zh=case.title["zh"], title_en=case.title["en"], code=case.code, closes_at=in_days(20))
    desk.look("cycle-new")
    desk.press()
    desk.told("The cycle is planned. Add the positions that it assesses.")
    desk.link("Add a position").click()
    position = desk.tool.locator("[name=position_id]")
    value = position.locator("option", has_text=POSITION).get_attribute("value")
    position.select_option(value)
    desk.tool.locator("[name=band][value=intermediate]").check()
    desk.tool.locator("[name=entry][value=refuse]").check()
    desk.look("track-new")
    desk.press()
    confirm_policy(desk)
    for words in ("Add an exam", "Add a practical assessment", "Add a portfolio review"):
        view(desk, "Plan")
        desk.link(words).click()
        desk.press()
        desk.told("The instrument is added. Set it up next.")
    desk.look("plan")


def view(desk: Desk, words: str) -> None:
    """Go to another view of the cycle."""
    desk.tool.locator(".views").get_by_role("link", name=desk.say(words), exact=True).click()
    expect(desk.tool.locator(".views [aria-current]")).to_have_text(desk.say(words))


def confirm_policy(desk: Desk) -> None:
    """Confirm the example policy by name and rationale."""
    desk.link("Confirm the policy").click()
    desk.fill(rationale=RATIONALE[desk.language])
    desk.look("policy")
    desk.press()
    expect(desk.tool.get_by_role("status")).to_be_visible()
    desk.look("board-planned")


def back_to_plan(desk: Desk, case: Case) -> None:
    """Go to the plan of the cycle by the tabs."""
    desk.tab("Cycles").click()
    desk.tool.locator("tr", has_text=case.code).get_by_role("link").first.click()
    view(desk, "Plan")


def set_up_exam(desk: Desk, case: Case) -> None:
    """Make the exam, put twenty questions into a form, freeze it, open it."""
    desk.tool.locator('a[href^="/exams/new"]').click()
    desk.fill(code=case.of("exam"), title_zh="冬季笔试", title_en="Winter exam", minutes="60")
    desk.look("exam-new")
    desk.press()
    desk.button("Put the form together").click()
    for words, questions in PAPER.items():
        desk.tool.get_by_role("searchbox").fill(words)
        desk.button("Filter").click()
        for number in questions:
            code = f"{words}-{number}"
            desk.tool.locator("#pick li", has_text=code).get_by_role("button").click()
            expect(desk.tool.locator("#paper li", has_text=code)).to_be_visible()
    expect(desk.tool.locator("#paper li")).to_have_count(20)
    desk.look("form")
    desk.confirm("Freeze the form…", "Freeze now")
    desk.told("The form is frozen. The exam can be opened.")
    desk.button("Open the exam").click()
    desk.told("The exam is open.")
    desk.look("exam-open")


def set_up_practical(desk: Desk, case: Case) -> None:
    """Set the sample task with its deadline, and open it."""
    desk.tool.locator('a[href^="/practicals/new"]').click()
    desk.fill(code=case.of("practical"), closes_at=in_days(10))
    desk.look("practical-new")
    desk.press()
    desk.told("The practical is set. Open it when candidates may begin.")
    desk.press()
    expect(desk.tool.get_by_role("status")).to_be_visible()
    desk.look("practical-open")


def set_up_portfolio(desk: Desk, case: Case) -> None:
    """Make the review with the sample rubric of the position, and open it."""
    desk.tool.locator('a[href^="/portfolios/new"]').click()
    rubrics = desk.tool.locator("[name=rubric_id]")
    rubrics.select_option(rubrics.locator("option").first.get_attribute("value"))
    desk.fill(code=case.of("portfolio"), closes_at=in_days(15))
    desk.look("portfolio-new")
    desk.press()
    desk.told("The portfolio review is made. Open it, and candidates can begin.")
    desk.press()
    expect(desk.tool.get_by_role("status")).to_be_visible()
    desk.look("portfolio-open")


def open_cycle(desk: Desk) -> None:
    """Open the cycle and enter the learners whom the course's roster names."""
    desk.button("Open the cycle").click()
    desk.told("The cycle is open. Candidates can begin wherever an exam, task or portfolio is open.")
    view(desk, "Candidates")
    desk.look("no-candidates")
    desk.link("Enter candidates").click()
    desk.look("enter")
    desk.button("Ask for the roster").click()
    expect(desk.tool.locator("[name=person]:checked")).to_have_count(2)
    desk.look("roster")
    desk.press()
    expect(desk.tool.get_by_role("status")).to_be_visible()
    expect(desk.tool.locator("tbody tr")).to_have_count(2)
    desk.look("candidates")


def read_links(desk: Desk) -> list[str]:
    """Return the custom parameters that the page shows to be put into courses."""
    view(desk, "Progress")
    desk.look("board")
    view(desk, "Links")
    desk.look("links")
    shown = desk.tool.locator(".lc-ref").all_text_contents()
    return [text for text in shown if text.startswith("target=")]


def add_activities(desk: Desk, parameters: list[str], case: Case) -> dict[str, str]:
    """Let the teacher add an activity for each parameter; return what it leads to → the activity's identifier."""
    page = desk.page
    made: dict[str, str] = {}
    for parameter in parameters:
        what = parameter.removeprefix("target=").split(":")[0]
        page.locator(f'nav a[href="{COURSE}/add"]').click()
        page.locator("#title").fill(f"{what} {case.language}")
        page.locator("#custom").fill(parameter)
        page.locator("[name=graded]").set_checked(what != "path")
        if not made:
            # Not `look`: the picker's frame loads once it is unfolded, so there is nothing in it to look at.
            screenshot(page, f"{desk.name}-add")
            assert_accessible(page)
        page.locator("form.fields button").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"{what} {case.language}")
        wait_for_tool(desk)
        found = re.search(r"/activities/([^/?]+)", page.url)
        assert found is not None
        made[what] = found[1]
        desk.look(f"placed-{what}")
    return made
