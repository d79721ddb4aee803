"""The whole way once, by clicking alone: a cycle is planned, taken by all three methods, marked, ended, published and
revised; the candidate reads why, and goes on along the learning path. Nobody sees a score before its time.

The demo runs in processes of its own, with its scheduler; tool and platform are two sites. What everybody does is in
`tests.support.whole_way`, by role.
"""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser

from tests.support.demo import Demo, running_demo
from tests.support.journey import DESK, Desk, Traveller, sit_down
from tests.support.whole_way import marking, planning, publishing, reading, taking
from tests.support.whole_way.case import CASES, REVISED_TOTAL, Case

Seat = Callable[..., Desk]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Yield a demo for both languages: each plays a cycle of its own."""
    with running_demo(tmp_path_factory.mktemp("whole-way")) as demo:
        yield demo


@pytest.fixture
def traveller(chromium: Browser, demo: Demo) -> Iterator[Traveller]:
    """Yield all the people's browsers; whatever a console complained of fails the test."""
    somebody = Traveller(chromium, demo)
    yield somebody
    somebody.close()
    assert not somebody.problems, "\n".join(somebody.problems)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.language)
@pytest.mark.journey
def test_from_a_plan_to_the_learning_path(traveller: Traveller, case: Case) -> None:
    seat = partial(sit_down, traveller, language=case.language)
    officer, teacher = seat("u-wang", DESK), seat("u-zhao", DESK)
    activities = planning.add_activities(teacher, plan(officer, case), case)
    assert set(activities) == {"exam", "practical", "portfolio", "result", "path"}

    candidate = seat(case.candidate, activities["result"])
    before = what_shows(candidate, activities)
    candidate.look_narrow("path-early")
    take(candidate, activities)
    mark(seat, case)
    publishing.end_cycle(officer, case)
    publishing.wait_for_levels(officer, case)
    publishing.withhold(officer, case)
    publishing.to_publication(officer, case)
    used: set[str] = set()
    publishing.sign(officer, "first", used)
    assert what_shows(candidate, activities) == before
    reading.assert_no_score(teacher, case)

    other = seat("u-sun", DESK)
    publishing.to_publication(other, case)
    publishing.sign(other, "second", used)
    reading.see_grades(teacher, case)
    reading.read_result(candidate, activities["result"])
    reading.walk_path(candidate)
    reading.see_withheld(seat(case.absent, activities["result"]), activities["result"])

    publishing.propose_regrade(officer, case)
    publishing.sign(officer, "regrade-first", used)
    publishing.open_regrade(other, case)
    publishing.sign(other, "regrade-second", used)
    reading.read_revision(candidate, activities["result"])
    reading.wait_for_score(teacher, case, "result", REVISED_TOTAL)


def plan(officer: Desk, case: Case) -> list[str]:
    """The officer plans the cycle, opens it, sets everything up; returns the links for courses."""
    planning.plan_cycle(officer, case)
    planning.open_cycle(officer)
    planning.back_to_plan(officer, case)
    for set_up in (planning.set_up_exam, planning.set_up_practical, planning.set_up_portfolio):
        set_up(officer, case)
        planning.back_to_plan(officer, case)
    return planning.read_links(officer)


def what_shows(candidate: Desk, activities: dict[str, str]) -> dict[str, str]:
    """Return what result and path say, which before publication must not depend on any mark."""
    return {what: taking.words_of(candidate, activities[what]) for what in ("result", "path")}


def take(candidate: Desk, activities: dict[str, str]) -> None:
    """The candidate does all three."""
    steps = {"exam": taking.take_exam, "practical": taking.do_practical, "portfolio": taking.build_portfolio}
    for what, do in steps.items():
        candidate.go_to(activities[what])
        do(candidate)


def mark(seat: Seat, case: Case) -> None:
    """Two mark both works and differ in one criterion of each; a third decides."""
    for sub, differing in (("u-chen", False), ("u-he", True)):
        assessor = seat(sub, DESK)
        for kind in ("practical", "portfolio"):
            marking.mark(assessor, case, kind, differing=differing)
    moderator = seat("u-liang", DESK)
    for kind in ("practical", "portfolio"):
        marking.decide(moderator, case, kind)
