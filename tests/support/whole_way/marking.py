"""Two assessors mark every work of the cycle without knowing of each other; a third decides what they dispute."""

from playwright.sync_api import Locator, expect

from tests.support.journey import Desk
from tests.support.whole_way.case import DISPUTED, MARKS, NAMES, Case

REASON = {"zh": "来源写明，但没有复核记录，取中间一档。", "en": "Sources are named, checks are not; so the middle."}
COMMENT = {"zh": "过程清楚，可以复核。", "en": "Clear, and it can be checked."}


def queue_of(desk: Desk, case: Case, kind: str) -> Locator:
    """Return the part of the queue that holds the works of this cycle's practical or portfolio review."""
    desk.tab("Marking").click()
    name = {"practical": "Practical assessment", "portfolio": "Portfolio review"}[kind]
    lane = desk.tool.locator("section.lc-panel", has_text=case.title[case.language])
    return lane.filter(has=desk.tool.get_by_role("heading", name=desk.say(name), exact=True))


def mark(desk: Desk, case: Case, kind: str, *, differing: bool) -> None:
    """Mark the work that waits, criterion by criterion, and finish it."""
    queue_of(desk, case, kind).get_by_role("button", name=desk.say("Take the next work")).click()
    for name in NAMES.values():
        expect(desk.tool.locator("body")).not_to_contain_text(name)
    points = list(MARKS[kind])
    if differing:
        ordinal, given, _decided = DISPUTED[kind]
        points[ordinal - 1] = given
    criteria = desk.tool.locator(".crit")
    expect(criteria).to_have_count(len(points))
    for number, value in enumerate(points):
        give(criteria.nth(number), value, COMMENT[desk.language])
    if not differing:  # the second sees the same page
        desk.look_narrow(f"marking-{kind}")
    desk.press()
    expect(desk.tool.get_by_role("status")).to_be_visible()


def give(criterion: Locator, points: str, words: str) -> None:
    """Open a criterion, write points and a comment."""
    if criterion.get_attribute("open") is None:
        criterion.locator("summary").click()
    criterion.locator('input[name^="points-"]').fill(points)
    criterion.locator("textarea").fill(words)


def decide(desk: Desk, case: Case, kind: str) -> None:
    """Decide the one criterion in which the two differ."""
    queue_of(desk, case, kind).get_by_role("button", name=desk.say("Decide a disputed work")).click()
    _ordinal, given, decided = DISPUTED[kind]
    disputed = desk.tool.locator("#marks .crit")
    expect(disputed).to_have_count(1)
    expect(disputed.locator(".both li")).to_contain_text([MARKS[kind][_ordinal - 1], given])
    give(disputed, decided, REASON[desk.language])
    desk.look_narrow(f"decision-{kind}")
    desk.press()
    expect(desk.tool.get_by_role("status")).to_be_visible()
