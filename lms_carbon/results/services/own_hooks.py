"""What results answer to lower packages about a candidate's own page; registered in `app.py`."""

from lms_carbon.core.hooks import ListedTarget, OwnWork, ReviewedWork
from lms_carbon.core.i18n import mark
from lms_carbon.core.identity import Actor
from lms_carbon.cycles.models import CycleState
from lms_carbon.results.queries.published import find_cycle_by_code, list_cycles, list_own_candidacies, newest_result
from lms_carbon.results.services.issuing import comment_of


def find_launch_target(target: str, institution_id: int) -> str | None:
    """Return the page that `result:<cycle code>` opens, which leads on to the person's own; None for other targets."""
    kind, _, code = target.partition(":")
    if kind != "result" or not code:
        return None
    cycle = find_cycle_by_code(code, institution_id)
    return None if cycle is None else f"/results/own/{cycle.id}"


def list_targets(institution_id: int) -> list[ListedTarget]:
    """Answer the hook `list_targets`: one page a cycle, on which everybody finds their own result. One query."""
    return [
        ListedTarget(
            target=f"result:{cycle.code}",
            kind=mark("Result page"),
            title={"zh": "我的结果", "en": "My result"},
            place=cycle.title,
            about=mark("Everybody finds their own level here and how it came about, once results are published."),
            icon="bar-chart-steps",
            graded=True,
            order=40,
        )
        for cycle in list_cycles(institution_id)
    ]


def find_reviewed(target: str, person_id: int, by: Actor) -> ReviewedWork | None:
    """Answer the hook `reviewed_work`: a person's published result of `result:<cycle code>`, where there is one.

    Of several the one that the gradebook shows: of the highest level.
    """
    kind, _, code = target.partition(":")
    cycle = find_cycle_by_code(code, by.institution_id) if kind == "result" and code else None
    if cycle is None:
        return None
    own = [
        (candidacy, newest_result(candidacy.id) if cycle.state is CycleState.PUBLISHED else None)
        for candidacy in list_own_candidacies(person_id, by.institution_id, cycle_ids=[cycle.id])
    ]
    if not own:
        return None
    candidacy, found = max(own, key=lambda each: (each[1].level or 0, each[1].total or 0) if each[1] else (-1, 0))
    said = comment_of(found.outcome, found.level, candidacy.track.band) if found is not None else ""
    zh, _, en = said.partition(" · ")
    return ReviewedWork(
        title=cycle.title,
        instrument_id=None,
        handed_in_at=None,
        released=found is not None,
        score=found.total if found is not None else None,
        comment={"zh": zh, "en": en} if said else None,
        officer_path=f"/results/{candidacy.id}",
    )


def list_own_results(by: Actor) -> list[OwnWork]:
    """Answer the hook `own_work`: one card a candidacy, which knows whether results are out, and nothing of marks."""
    cards = []
    for candidacy in list_own_candidacies(by.person_id, by.institution_id):
        published = candidacy.track.cycle.state is CycleState.PUBLISHED
        position = candidacy.track.position.title
        cards.append(
            OwnWork(
                title={"zh": f"评价结果：{position['zh']}", "en": f"Result: {position['en']}"},
                about=mark("Results are out; see yours and how it came about.")
                if published
                else mark("Shows once the cycle is published."),
                path=f"/results/{candidacy.id}",
                icon="bar-chart-steps",
                track_id=candidacy.track_id,
                done=published,
                order=70,
            )
        )
    return cards
