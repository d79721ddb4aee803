"""The officers end the cycle, withhold one result, sign the publication, and later a regrade."""

from playwright.sync_api import Locator, expect

from lms_carbon.question_bank.samples import read_samples
from tests.support.journey import Desk
from tests.support.whole_way.case import (
    HOLD,
    LEVEL,
    NAMES,
    REGRADE,
    REGRADED,
    REVISED_LEVEL,
    REVISED_TOTAL,
    TOTAL,
    Case,
)

CODE_SECONDS = 40
AGGREGATED_SECONDS = 75


def end_cycle(desk: Desk, case: Case) -> None:
    """End the cycle; nobody is in anything."""
    desk.tab("Cycles").click()
    desk.tool.locator("tr", has_text=case.code).get_by_role("link").first.click()
    desk.look("board-full")
    desk.confirm("End the cycle now…", "End it now")
    expect(desk.tool.get_by_role("status")).to_be_visible()
    desk.look("board-ended")


def open_results(desk: Desk, case: Case) -> None:
    """Open what the cycle came to."""
    desk.tab("Results").click()
    desk.tool.locator("tr", has_text=case.code).get_by_role("link").first.click()
    expect(desk.tool.locator("h1")).to_have_text(case.title[desk.language])


def wait_for_levels(desk: Desk, case: Case) -> None:
    """Wait until the scheduler has closed the cycle and aggregated it."""
    for _ in range(AGGREGATED_SECONDS):
        open_results(desk, case)
        if desk.tool.locator(".dist").count():
            return
        desk.page.wait_for_timeout(1000)
    raise AssertionError("the scheduler did not aggregate the cycle")


def withhold(desk: Desk, case: Case) -> None:
    """Look at the list, and withhold somebody with a reason."""
    desk.look("results")
    panel = desk.tool.locator("table", has_text=NAMES[case.absent])
    expect(panel).to_contain_text(desk.say("Nothing marked in: ").strip())
    panel.get_by_role("link", name=NAMES[case.absent]).click()
    desk.fill(reason=HOLD[desk.language])
    desk.look("withhold")
    desk.button("Withhold").click()
    desk.told("The result is withheld. It is not published with the others.")
    open_results(desk, case)
    expect(desk.tool.get_by_text(HOLD[desk.language])).to_be_visible()


def to_publication(desk: Desk, case: Case) -> None:
    """Open the page that is signed."""
    open_results(desk, case)
    desk.tool.locator('main a[href$="/publication"]').first.click()
    expect(desk.tool.locator(".sign")).to_be_visible()


def sign(desk: Desk, step: str, used: set[str]) -> None:
    """Sign what the page shows with a code that the sandbox shows and that nobody used before."""
    desk.look(f"sign-{step}")
    desk.tool.locator("[name=looked]").check()
    desk.fill(code=fresh_code(desk.page.locator("#code"), used))
    desk.press()
    expect(desk.tool.locator(".lc-note.is-ok")).to_be_visible()
    desk.look(f"signed-{step}")


def fresh_code(shown: Locator, used: set[str]) -> str:
    """Return the code that the authenticator shows; one that was used is waited away, since each works once."""
    code = shown.inner_text()
    if code in used:
        expect(shown).not_to_have_text(code, timeout=CODE_SECONDS * 1000)
        code = shown.inner_text()
    used.add(code)
    return code.replace(" ", "")


def propose_regrade(desk: Desk, case: Case) -> None:
    """Propose full points for one question and see what it does to the candidate's level."""
    open_results(desk, case)
    desk.link("Propose a regrade").click()
    desk.look("regrade-instrument")
    desk.link("Written exam").click()
    [question] = [each for each in read_samples() if each.code == REGRADED]
    desk.tool.get_by_role("link", name=question.title[desk.language], exact=True).click()
    desk.tool.locator("[name=who][value=all]").check()
    desk.fill(reason=REGRADE[desk.language])
    desk.look("regrade-item")
    desk.press()
    effect = desk.tool.locator("tr", has_text=NAMES[case.candidate])
    for words in (TOTAL, REVISED_TOTAL, LEVEL, REVISED_LEVEL):
        expect(effect).to_contain_text(words)


def open_regrade(desk: Desk, case: Case) -> None:
    """Open the proposal from the cycle's page."""
    open_results(desk, case)
    desk.tool.locator('main a[href*="/results/regrades/"]').first.click()
    expect(desk.tool.locator(".sign")).to_be_visible()
